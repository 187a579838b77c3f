"""How each sender does: what left, failed, bounced, and what nobody can say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from recaudo.contact.models import Message, MessageState

WINDOWS = (7, 30)
#: Above this part of bounced mails the large receivers begin to distrust a sender.
BOUNCES_WARN = Decimal("0.05")
_LEFT = (
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.READ,
    MessageState.ANSWERED,
    MessageState.BOUNCED,
)


@dataclass(frozen=True)
class Figures:
    """Of the last ``days``. ``sent``: left, whatever came of it; ``bounced`` are among them."""

    days: int
    sent: int = 0
    failed: int = 0
    bounced: int = 0
    uncertain: int = 0

    @property
    def bounce_rate(self) -> Decimal | None:
        return Decimal(self.bounced) / self.sent if self.sent else None

    @property
    def bounce_pct(self) -> Decimal | None:
        return None if self.bounce_rate is None else 100 * self.bounce_rate

    @property
    def is_bouncing(self) -> bool:
        """Over the limit; exactly at it is not."""
        return self.bounce_rate is not None and self.bounce_rate > BOUNCES_WARN


def sender_figures(account_ids: Iterable[int], *, now: datetime) -> dict[int, list[Figures]]:
    """For each account one row for each of ``WINDOWS``; one query for all."""
    counted: dict[str, Count] = {}
    for days in WINDOWS:
        recent = Q(state_at__gte=now - timedelta(days=days))
        counted |= {
            f"sent_{days}": Count("id", filter=recent & Q(state__in=_LEFT)),
            f"failed_{days}": Count("id", filter=recent & Q(state=MessageState.FAILED)),
            f"bounced_{days}": Count("id", filter=recent & Q(state=MessageState.BOUNCED)),
            f"uncertain_{days}": Count("id", filter=recent & Q(state=MessageState.UNCERTAIN)),
        }
    ids = list(account_ids)
    rows = (
        Message.objects.filter(account_id__in=ids, state_at__gte=now - timedelta(days=max(WINDOWS)))
        .values("account_id")
        .annotate(**counted)
    )
    found = {row["account_id"]: row for row in rows}
    kinds = ("sent", "failed", "bounced", "uncertain")
    return {
        each: [
            Figures(days, *(found.get(each, {}).get(f"{kind}_{days}", 0) for kind in kinds))
            for days in WINDOWS
        ]
        for each in ids
    }
