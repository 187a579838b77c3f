"""The law in words: what binds contacts about this creditor's debts, and where it says so."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from recaudo.contact.models import HousePolicy
from recaudo.core.problems import Problem
from recaudo.countries import REGIMES, Pack, pack_codes, pack_for, read_house, words
from recaudo.countries.telling import Line, house_told, told
from recaudo.desk.doors import DeskRequest, open_to


@open_to()
def law(request: DeskRequest) -> HttpResponse:
    """The creditor's own pack for consumers, or another ``pais`` and ``regimen`` that was chosen.

    A word that names neither falls back to these: it is an address that people share.
    """
    own = _own_code(request)
    code = request.GET.get("pais", own)
    pack = _pack(code if code in pack_codes() else own)
    regime = request.GET.get("regimen", "consumer")
    regime = regime if regime in REGIMES else "consumer"
    language = get_language() or "es"
    sections = told(pack, regime, gettext, language)
    house = _house(request, regime, language)
    context = {
        "pack": pack,
        "code": code if code in pack_codes() else own,
        "name": _name(pack, language),
        "applies_to": pack.applies_to.in_language(language),
        "places": [(each, _name(_pack(each), language)) for each in pack_codes()],
        "regime": regime,
        "regimes": [(each, gettext(words.REGIMES[each])) for each in REGIMES],
        "sections": [
            (section, [(line, _grade(line)) for line in section.lines]) for section in sections
        ],
        "unverified": sum(
            1 for section in sections for line in section.lines if not line.is_verified
        ),
        "house": house,
    }
    return render(request, "desk/law.html", context)


def _own_code(request: DeskRequest) -> str:
    """The creditor's country, with its state where that has rules of its own."""
    creditor = request.creditor
    code = pack_for(creditor.country, creditor.subdivision).code
    return code if code in pack_codes() else creditor.country


def _pack(code: str) -> Pack:
    country, _, state = code.partition("-")
    return pack_for(country, state)


def _name(pack: Pack, language: str) -> str:
    name = pack.name.in_language(language)
    state = pack.row.states.get(pack.subdivision or "")
    return f"{name}: {state.name}" if state else name


def _grade(line: Line) -> str:
    return gettext(words.GRADES[line.grade])


def _house(request: DeskRequest, regime: str, language: str) -> list[str]:
    """The creditor's own policy in force today; its text was checked when it was saved."""
    policy = (
        HousePolicy.objects.filter(from_on__lte=request.today).order_by("-from_on", "-version")
    ).first()
    if policy is None:
        return []
    try:
        return house_told(read_house(policy.toml), regime, gettext, language)
    except Problem:
        return [gettext("La política propia no se entiende: corríjala antes de seguir.")]
