"""The law by country: one TOML file each, every value with article, source, date and grade.

How a pack is read, and what is made of it: docs/rules/contact.md.
"""

from recaudo.countries.packs import (
    HousePolicy,
    Pack,
    holiday_check,
    national_pack,
    pack_codes,
    pack_for,
    read_house,
    stricter,
    zones_of,
)
from recaudo.countries.schema import REGIMES, Regime

__all__ = [
    "REGIMES",
    "HousePolicy",
    "Pack",
    "Regime",
    "holiday_check",
    "national_pack",
    "pack_codes",
    "pack_for",
    "read_house",
    "stricter",
    "zones_of",
]
