"""Which relations does the engine read? Their names and columns; who fills them stands elsewhere.

The ledger's come from the SQL that each app ships in ``sources/*.sql`` (a relation that no app
ships yet is empty). Money is whole ten-thousandths, days are days since 1970-01-01, truth is 0 / 1.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from string import Template

import pyarrow as pa

from recaudo.engine.plan import Day


def _relation(**columns: str) -> pa.Schema:
    kinds = {"big": pa.int64(), "int": pa.int32(), "text": pa.string()}
    return pa.schema(
        [pa.field(n, kinds[k.rstrip("?")], nullable=k.endswith("?")) for n, k in columns.items()]
    )


LEDGER: Mapping[str, pa.Schema] = {
    "customers": _relation(
        customer_id="big",
        since_day="int?",
        country="text",
        kind="text",
        class_name="text",
        branch="text",
        zone="text",
        credit_limit="big?",
        calendar="text",
        do_not_contact_day="int?",
        slot="int",
    ),
    "open_documents": _relation(
        document_id="big",
        customer_id="big",
        issued_day="int",
        due_day="int",
        recorded_day="int",
        open_amount="big",
        currency="text?",  # empty: the creditor's
        product="text",
        regime="int",  # 1 consumer … 5 company: the strictest first
        ceded_day="int?",
        written_off_day="int?",
    ),
    "closed_documents": _relation(
        customer_id="big", due_day="int", closed_day="int", amount="big", currency="text?"
    ),
    "credits_unapplied": _relation(
        credit_id="big", customer_id="big", value_day="int", amount="big", currency="text?"
    ),
    "last_payments": _relation(customer_id="big", paid_day="int"),
    "holds": _relation(
        customer_id="big", document_id="big?", channel="text", kind="text", until_day="int?"
    ),
    "contact_points": _relation(customer_id="big", channel="int"),  # by CHANNELS, 1 is the first
    "consents": _relation(customer_id="big", granted="int"),
    "assignments": _relation(customer_id="big", role="text", person_code="text"),
    "interactions": _relation(
        customer_id="big",
        at_us="big",
        day="int",
        is_out="int",
        is_effective="int",
        is_answered="int",
    ),
    "done_steps": _relation(
        customer_id="big",
        document_id="big?",
        step_key="text",
        anchor_day="int",
        occurrence="int",
        done_day="int",
        is_contact="int",
        is_open="int",
    ),
    "stays": _relation(customer_id="big", segment="text", entered_day="int"),
    "rates": _relation(currency="text", rate_e10="big"),
    "disputes": _relation(document_id="big", balance="big"),
    "promises": _relation(document_id="big", balance="big"),
    "payment_plans": _relation(document_id="big", balance="big"),
}


def read_sources(packages: Iterable[str]) -> dict[str, str]:
    """The SQL templates in ``sources/*.sql`` of the packages, by relation.

    A relation of a past day has its own text where ``sources/past/`` has one: ``past/NAME``.
    """
    found: dict[str, str] = {}
    for package in packages:
        for prefix in ("", "past/"):
            folder = files(package) / "sources" / prefix
            if not folder.is_dir():
                continue
            for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
                if entry.name.endswith(".sql"):
                    found[prefix + entry.name.removesuffix(".sql")] = entry.read_text("utf-8")
    return found


def source_sql(sources: Mapping[str, str], name: str, day: Day, currency: str) -> str | None:
    """The SELECT for one relation on ``day``; None where no app ships it (the relation is empty).

    Templates may use ``$creditor``, ``$currency``, ``$zone`` (literals), ``$as_of`` (a date
    literal) and ``$among``, a condition on the customer id written before it.
    """
    text = sources.get(f"past/{name}") if day.is_past else None
    text = text or sources.get(name)
    if text is None:
        return None
    chosen = day.customers
    among = "IS NOT NULL"
    if chosen is not None:
        among = f"IN ({', '.join(str(int(customer)) for customer in chosen)})"
        among = among if chosen else "IS NULL"
    return Template(text).substitute(
        creditor=str(int(day.creditor_id)),
        currency=_literal(currency),
        zone=_literal(day.zone),
        as_of=f"DATE '{day.as_of.isoformat()}'",
        among=among,
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
