"""By how many days is it late, in the slots that this company (or its supervisor) uses?

A table is an ordered partition of all days past due from 0 up; 0, due today, is in the first slot.
Stored form, presets and worked examples: docs/rules/buckets.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from recaudo.core.calendar import days_past_due
from recaudo.core.problems import Problem

MAX_SLOTS = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """Days past due from ``from_dpd`` to ``to_dpd``, both included; None is without end.

    ``critical`` slots sort first in the work of the day. ``name_es`` is what a Spanish screen
    shows, ``name_en`` an English one.
    """

    code: str
    from_dpd: int
    to_dpd: int | None
    name_es: str
    name_en: str
    critical: bool = False

    def has(self, dpd: int) -> bool:
        return self.from_dpd <= dpd and (self.to_dpd is None or dpd <= self.to_dpd)


@dataclass(frozen=True, slots=True)
class BucketTable:
    """Slots in order that leave no gap and do not overlap, 1 to 12 of them.

    Raises Problem ``buckets_count``, ``buckets_start``, ``buckets_gap``, ``buckets_overlap``,
    ``buckets_end``, ``buckets_backwards``, ``buckets_code``.
    """

    code: str
    slots: tuple[Slot, ...]

    def __post_init__(self) -> None:
        _check(self)

    def number_of(self, dpd: int) -> int:
        """1 for the first slot; the engine's column ``slot``. ``dpd`` below 0 counts as 0."""
        return next(n for n, slot in enumerate(self.slots, 1) if slot.has(max(0, dpd)))


def _check(table: BucketTable) -> None:
    slots = table.slots
    if not 1 <= len(slots) <= MAX_SLOTS:
        raise Problem("buckets_count", table=table.code, slots=len(slots), limit=MAX_SLOTS)
    codes = [slot.code for slot in slots]
    for slot in slots:
        if not slot.code or codes.count(slot.code) > 1:
            raise Problem("buckets_code", table=table.code, slot=slot.code)
        if slot.to_dpd is not None and slot.to_dpd < slot.from_dpd:
            raise Problem("buckets_backwards", table=table.code, slot=slot.code)
    if slots[0].from_dpd != 0:
        raise Problem("buckets_start", table=table.code, starts_at=slots[0].from_dpd)
    for before, after in pairwise(slots):
        if before.to_dpd is None or after.from_dpd <= before.to_dpd:
            raise Problem("buckets_overlap", table=table.code, one=before.code, other=after.code)
        if after.from_dpd > before.to_dpd + 1:
            raise Problem("buckets_gap", table=table.code, one=before.code, other=after.code)
    if slots[-1].to_dpd is not None:
        raise Problem("buckets_end", table=table.code, slot=slots[-1].code)


def slot_of(dpd: int, table: BucketTable) -> Slot:
    """The slot of a document ``dpd`` days past due; not yet due (below 0) counts as 0."""
    return table.slots[table.number_of(dpd) - 1]


def rolls_on(due_on: date, table: BucketTable, as_of: date) -> date | None:
    """The day after ``as_of`` on which the document enters its next slot; None in the last.

    A document not yet due enters the slot after the first on its own day.
    """
    slot = slot_of(days_past_due(due_on, as_of), table)
    return None if slot.to_dpd is None else due_on + timedelta(days=slot.to_dpd + 1)


# -- stored form ---------------------------------------------------------------------------------


def read_table(code: str, stored: Sequence[Mapping[str, object]]) -> BucketTable:
    """The table from its stored slots (JSON or TOML): ``code``, ``from``, ``to`` (absent or null:
    without end), ``es``, ``en``, ``critical``. Names fall back on the code.

    Raises Problem ``buckets_unreadable`` with the slot, and what ``BucketTable`` raises.
    """
    return BucketTable(code, tuple(_read_slot(code, slot) for slot in stored))


def as_stored(table: BucketTable) -> list[dict[str, object]]:
    """What ``read_table`` reads."""
    return [
        {
            "code": slot.code,
            "from": slot.from_dpd,
            "to": slot.to_dpd,
            "es": slot.name_es,
            "en": slot.name_en,
            "critical": slot.critical,
        }
        for slot in table.slots
    ]


def _read_slot(table: str, stored: Mapping[str, object]) -> Slot:
    code, start, end = stored.get("code"), stored.get("from"), stored.get("to")
    names = stored.get("es", code), stored.get("en", stored.get("es", code))
    critical = stored.get("critical", False)
    known = {"code", "from", "to", "es", "en", "critical"}
    if (
        not isinstance(code, str)
        or not _is_days(start)
        or not (end is None or _is_days(end))
        or not isinstance(critical, bool)
        or not set(stored) <= known
    ):
        raise Problem("buckets_unreadable", table=table, slot=dict(stored))
    assert isinstance(start, int) and (end is None or isinstance(end, int))
    return Slot(code, start, end, str(names[0]), str(names[1]), critical)


def _is_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# -- presets -------------------------------------------------------------------------------------


Row = tuple[str, int, int | None, str, str, bool]


def _preset(code: str, *rows: Row) -> BucketTable:
    return BucketTable(code, tuple(Slot(*row) for row in rows))


def _plain(code: str, *starts: int, critical_from: int) -> BucketTable:
    """Current, then a slot from each of ``starts`` to the day before the next."""
    rows: list[Row] = [("current", 0, 0, "al día", "current", False)]
    for start, following in zip(starts, (*starts[1:], None), strict=True):
        end = None if following is None else following - 1
        name = f"{start}+" if end is None else f"{start}-{end}"
        rows.append((name, start, end, f"{name} días", f"{name} days", start >= critical_from))
    return _preset(code, *rows)


DEFAULT = _plain("default", 1, 31, 61, 91, 121, 181, 361, critical_from=91)

B2B = _preset(
    "b2b",
    ("current", 0, 0, "al día", "current", False),
    ("1-30", 1, 30, "1-30 días", "1-30 days", False),
    ("31-60", 31, 60, "31-60 días", "31-60 days", False),
    ("61-90", 61, 90, "61-90 días", "61-90 days", False),
    ("91-120", 91, 120, "91-120 días", "91-120 days", True),
    ("121-180", 121, 180, "121-180 días", "121-180 days", True),
    ("181-360", 181, 360, "difícil cobro, 181-360 días", "hard to collect, 181-360 days", True),
    ("361+", 361, None, "difícil cobro, más de 360 días", "hard to collect, over 360 days", True),
)

CONSUMER_CO = _preset(
    "consumer_co",
    ("A", 0, 30, "A, hasta 30 días", "A, up to 30 days", False),
    ("B", 31, 60, "B, 31-60 días", "B, 31-60 days", False),
    ("C", 61, 90, "C, 61-90 días", "C, 61-90 days", False),
    ("D", 91, 180, "D, 91-180 días", "D, 91-180 days", True),
    ("E", 181, None, "E, más de 180 días", "E, over 180 days", True),
)

CONSUMER_PE = _preset(
    "consumer_pe",
    ("normal", 0, 8, "normal, hasta 8 días", "normal, up to 8 days", False),
    ("cpp", 9, 30, "con problemas potenciales, 9-30 días", "potential problems, 9-30 days", False),
    ("deficiente", 31, 60, "deficiente, 31-60 días", "deficient, 31-60 days", False),
    ("dudoso", 61, 120, "dudoso, 61-120 días", "doubtful, 61-120 days", True),
    ("perdida", 121, None, "pérdida, más de 120 días", "loss, over 120 days", True),
)

CONSUMER_MX = _preset(
    "consumer_mx",
    ("vigente", 0, 0, "vigente", "current", False),
    ("etapa1", 1, 30, "etapa 1, 1-30 días", "stage 1, 1-30 days", False),
    ("etapa2a", 31, 60, "etapa 2, 31-60 días", "stage 2, 31-60 days", False),
    ("etapa2b", 61, 89, "etapa 2, 61-89 días", "stage 2, 61-89 days", False),
    ("etapa3a", 90, 179, "etapa 3, 90-179 días", "stage 3, 90-179 days", True),
    ("etapa3b", 180, None, "etapa 3, 180 días o más", "stage 3, 180 days or more", True),
)

CONSUMER_CL = _preset(
    "consumer_cl",
    ("current", 0, 0, "al día", "current", False),
    ("1-7", 1, 7, "1-7 días", "1-7 days", False),
    ("8-30", 8, 30, "8-30 días", "8-30 days", False),
    ("31-60", 31, 60, "31-60 días", "31-60 days", False),
    ("61-89", 61, 89, "61-89 días", "61-89 days", False),
    ("90+", 90, None, "en incumplimiento, 90 días o más", "in default, 90 days or more", True),
)

PRESETS: dict[str, BucketTable] = {
    table.code: table
    for table in (DEFAULT, B2B, CONSUMER_CO, CONSUMER_PE, CONSUMER_MX, CONSUMER_CL)
}
"""House presets. The consumer ones follow the shape of each supervisor's ranges as commonly
taught; nobody has checked them against the circulars in force, so they are a start, not the law."""
