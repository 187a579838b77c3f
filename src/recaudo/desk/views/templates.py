"""Templates: what messages say, by key; writing them with the lint beside; their versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.queries import grants
from recaudo.contact.models import Template, TemplateVersion
from recaudo.contact.texts import install_ready, recheck, save_version
from recaudo.contact.texts.choosing import LANGUAGES
from recaudo.contact.texts.lint import Finding, tone_findings
from recaudo.contact.texts.presets import ready_title
from recaudo.contact.texts.variables import documented
from recaudo.contact.texts.versions import (
    FIELDS,
    change_template,
    diff,
    findings_for,
    new_draft,
    restore_version,
)
from recaudo.core.problems import N_, Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import called, channel
from recaudo.strategy.queries.templates import Use, steps_by_template

PURPOSES: dict[str, str] = {
    "collection": N_("Cobro"),
    "service": N_("Servicio"),
    "third_party": N_("Para otra persona"),
}
WHERE: dict[str, str] = {
    "subject": N_("Asunto"),
    "preview": N_("Avance"),
    "text": N_("Texto"),
    "mjml": N_("Diseño"),
    "tone": N_("Tono"),
}
TONES: dict[int, str] = {
    1: N_("1: recordatorio"),
    2: N_("2: cordial y directo"),
    3: N_("3: firme"),
    4: N_("4: último paso antes de otras áreas"),
    5: N_("5: formal"),
}
LANGUAGE_NAMES: dict[str, str] = {
    "es": N_("Español"),
    "es-CO": N_("Español de Colombia"),
    "es-CL": N_("Español de Chile"),
    "es-MX": N_("Español de México"),
    "es-PE": N_("Español de Perú"),
    "en": N_("Inglés"),
}


@open_to()
def templates(request: DeskRequest) -> HttpResponse:
    """Every key with its channels, what the lint says today, and the steps that send it."""
    install_ready(request.creditor, by=request.user, origin="web")
    steps = steps_by_template(request.creditor)
    rows: dict[str, dict[str, Any]] = {}
    for checked in recheck(request.creditor):
        template = checked.template
        row = rows.setdefault(
            template.key,
            {
                "key": template.key,
                "title": title_of(template),
                "purpose": called(PURPOSES, template.purpose),
                "tone": template.tone,
                "uses": steps.get(template.key, []),
                "channels": {},
                "order": template.pk,
            },
        )
        cell = row["channels"].setdefault(
            template.pk, {"template": template, "name": channel(template.channel), "languages": []}
        )
        cell["languages"].append(checked.version.language)
        cell["errors"] = cell.get("errors", 0) + sum(each.is_error for each in checked.findings)
        tones = tone_findings(template.tone, _tones(row["uses"]))
        cell["warnings"] = (
            cell.get("warnings", len(tones))
            + len(checked.findings)
            - sum(each.is_error for each in checked.findings)
        )
    shown = sorted(rows.values(), key=lambda row: row["order"])
    missing = sorted(set(steps) - set(rows))
    return render(request, "desk/templates.html", {"rows": shown, "missing": missing})


@open_to()
def edit(request: DeskRequest, template_id: int) -> HttpResponse:
    template = template_or_404(request, template_id)
    language = chosen_language(request, template)
    current = current_version(template, language)
    given = {name: getattr(current, name) for name in FIELDS} if current else {}
    return _edit_page(request, template, language, current, given)


@open_to("lead")
@require_POST
def save(request: DeskRequest, template_id: int) -> HttpResponse:
    """A new version; where the lint refuses, the page again with what was written."""
    template = template_or_404(request, template_id)
    language, given = request.POST.get("language", ""), _given(request)
    seen = request.POST.get("seen", "")
    try:
        made = save_version(
            template,
            language,
            given,
            by=request.user,
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None,
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        if language not in LANGUAGES:
            return redirect("desk:templates_edit", request.creditor.code, template.pk)
        current = current_version(template, language)
        return _edit_page(request, template, language, current, given, status=422)
    messages.success(
        request,
        _("Versión %(version)s guardada. Los mensajes que salgan desde ahora la usan.")
        % {"version": made.version},
    )
    return _back(request, template, language)


@open_to("lead")
@require_POST
def check(request: DeskRequest, template_id: int) -> HttpResponse:
    """What the lint says of what is being written. Nothing is kept."""
    template = template_or_404(request, template_id)
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise Http404
    context = {"findings": _findings(request, template, language, _given(request), [])}
    return render(request, "desk/parts/template_findings.html", context)


@open_to("lead")
@require_POST
def change(request: DeskRequest, template_id: int) -> HttpResponse:
    """Title, tone, attachments, on or off."""
    template = template_or_404(request, template_id)
    tone = request.POST.get("tone", "")
    try:
        change_template(
            template,
            title=request.POST.get("title", ""),
            tone=int(tone) if tone.isdecimal() and len(tone) < 3 else 0,
            attaches_documents=bool(request.POST.get("attaches")),
            is_active=bool(request.POST.get("active")),
            by=request.user,
        )
        messages.success(request, _("Cambios guardados."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return _back(request, template, request.POST.get("language", ""))


@open_to()
def versions(request: DeskRequest, template_id: int) -> HttpResponse:
    """Every version of one language, the newest first, each with what it changed."""
    template = template_or_404(request, template_id)
    language = chosen_language(request, template)
    found = list(
        TemplateVersion.objects.filter(template=template, language=language)
        .select_related("by")
        .order_by("-version")[:50]
    )
    rows = [
        {"version": each, "changes": _told(diff(before, each)) if before else []}
        for each, before in zip(found, [*found[1:], None], strict=True)
    ]
    context = frame_of(template, language) | {"rows": rows}
    return render(request, "desk/template_versions.html", context)


@open_to("lead")
@require_POST
def restore(request: DeskRequest, template_id: int, version_id: int) -> HttpResponse:
    template = template_or_404(request, template_id)
    version = TemplateVersion.objects.filter(template=template, pk=version_id).first()
    if version is None:
        raise Http404
    version.template = template
    try:
        made = restore_version(version, by=request.user)
        messages.success(
            request,
            _("El texto de la versión %(old)s vale de nuevo, como versión %(new)s.")
            % {"old": version.version, "new": made.version},
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return _back(request, template, version.language)


def template_or_404(request: DeskRequest, template_id: int) -> Template:
    found = Template.objects.filter(pk=template_id).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    return found


def current_version(template: Template, language: str) -> TemplateVersion | None:
    return TemplateVersion.objects.filter(
        template=template, language=language, is_current=True
    ).first()


def chosen_language(request: DeskRequest, template: Template) -> str:
    """The one in the address, or the first that the template has."""
    asked = request.GET.get("language", "")
    if asked in LANGUAGES:
        return asked
    known = set(_languages(template))
    return next((each for each in LANGUAGES if each in known), LANGUAGES[0])


def title_of(template: Template) -> str:
    """In the reader's language while it is still the title that we gave it."""
    spoken = get_language() or "es"
    if spoken.startswith("en") and template.title == ready_title(template.key, "es"):
        return ready_title(template.key, spoken)
    return template.title


def _edit_page(
    request: DeskRequest,
    template: Template,
    language: str,
    current: TemplateVersion | None,
    given: dict[str, str],
    *,
    status: int = 200,
) -> HttpResponse:
    uses = steps_by_template(request.creditor).get(template.key, [])
    spoken = get_language() or "es"
    context = frame_of(template, language) | {
        "current": current,
        "given": given,
        "findings": _findings(request, template, language, given, uses),
        "uses": uses,
        "tones": [(number, _(told)) for number, told in TONES.items()],
        "variables": [
            {
                "name": each.name,
                "mark": mark_of(each.name),
                "told": each.told(spoken),
                "example": each.example,
            }
            for each in documented()
        ],
        "is_mail": template.channel == "email",
        "can_write": grants(request.membership, "lead"),
    }
    return render(request, "desk/template_edit.html", context, status=status)


def frame_of(template: Template, language: str) -> dict[str, Any]:
    """What the pages of one template share."""
    siblings = Template.objects.filter(key=template.key).order_by("pk")
    known = set(_languages(template))
    return {
        "template": template,
        "title": title_of(template),
        "channel_name": channel(template.channel),
        "purpose": called(PURPOSES, template.purpose),
        "language": language,
        "language_name": _(LANGUAGE_NAMES[language]),
        "text_languages": [
            {"code": code, "name": _(LANGUAGE_NAMES[code]), "is_written": code in known}
            for code in LANGUAGES
        ],
        "siblings": [{"template": each, "name": channel(each.channel)} for each in siblings],
    }


def mark_of(name: str) -> str:
    """What a click on the variable writes: a loop for a list, its element's name inside one."""
    loops = {"items": "item", "ways": "way", "files": "file"}
    if name in loops:
        return f"{{% for {loops[name]} in {name} %}}{{% endfor %}}"
    base, inside, rest = name.partition("[]")
    if inside:
        return f"{{{{ {loops.get(base, 'day')}{rest.replace('[]', '')} }}}}"
    return f"{{{{ {name} }}}}"


def _languages(template: Template) -> list[str]:
    rows = TemplateVersion.objects.filter(template=template).values_list("language")
    return [language for language, _newest in rows.annotate(Max("version")).order_by("language")]


def _given(request: DeskRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in FIELDS}


def _findings(
    request: DeskRequest,
    template: Template,
    language: str,
    given: dict[str, str],
    uses: list[Use],
) -> list[dict[str, Any]]:
    if not any(given.values()):
        return []
    found = [
        *findings_for(request.creditor, new_draft(template, language, given)),
        *tone_findings(template.tone, _tones(uses)),
    ]
    return [told_finding(each) for each in found]


def told_finding(finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding,
        "where": called(WHERE, finding.where),
        "sentence": words.sentence(finding.code, finding.facts),
    }


def _tones(uses: list[Use]) -> list[tuple[str, int]]:
    return [(use.title, use.tone) for use in uses]


def _told(changes: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    kinds = {"+": "added", "-": "removed", "@": "place", " ": "same"}
    return [
        {"where": called(WHERE, name), "kind": kinds[sign], "line": line}
        for name, sign, line in changes
        if sign != "@"
    ]


def _back(request: DeskRequest, template: Template, language: str) -> HttpResponse:
    address = reverse("desk:templates_edit", args=[request.creditor.code, template.pk])
    return redirect(f"{address}?language={language}" if language in LANGUAGES else address)
