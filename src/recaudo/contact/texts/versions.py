"""Writing a template anew: a version is added, never changed, and is linted before it counts."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.contact.models import Template, TemplateVersion
from recaudo.contact.texts.choosing import LANGUAGES
from recaudo.contact.texts.layout import compiled, text_of
from recaudo.contact.texts.lint import Draft, Finding, lint
from recaudo.core.problems import Problem

TONES = range(1, 6)
FIELDS = ("subject", "preview", "text", "mjml")


def draft_of(template: Template, version: TemplateVersion) -> Draft:
    return Draft(
        channel=template.channel,
        purpose=template.purpose,
        language=version.language,
        text=version.text,
        subject=version.subject,
        preview=version.preview,
        mjml=version.mjml,
    )


def new_draft(template: Template, language: str, given: Mapping[str, str]) -> Draft:
    """What somebody is writing. The text alternative is made from the page where none is written;
    only e-mails have a subject, a preview and a page."""
    fields = {name: given.get(name, "").replace("\r\n", "\n") for name in FIELDS}
    if template.channel not in ("email", "address"):
        fields |= {"subject": "", "preview": "", "mjml": ""}
    if not fields["text"].strip() and fields["mjml"].strip():
        try:
            fields["text"] = text_of(compiled(fields["mjml"]))
        except Problem:
            fields["text"] = ""  # the lint tells what is wrong with the page
    return Draft(
        channel=template.channel,
        purpose=template.purpose,
        language=language,
        text=fields["text"],
        subject=fields["subject"].strip(),
        preview=fields["preview"].strip(),
        mjml=fields["mjml"],
    )


def findings_for(creditor: Creditor, draft: Draft) -> tuple[Finding, ...]:
    """By the pack of the creditor's country as it is now."""
    return lint(draft, creditor.country, creditor.subdivision)


def save_version(
    template: Template,
    language: str,
    given: Mapping[str, str],
    *,
    by: User | None,
    origin: str = "web",
    seen: int | None = None,
) -> TemplateVersion:
    """The next version in ``language``, current from now on; its findings stand with it.

    The same text again makes no new version. Raises Problem ``template_language_unknown``,
    ``template_refused`` (the lint has errors: ``findings``), ``template_changed`` (``seen`` is not
    the current version's number any more).
    """
    if language not in LANGUAGES:
        raise Problem("template_language_unknown", language=language, known=list(LANGUAGES))
    creditor = template.creditor
    draft = new_draft(template, language, given)
    findings = findings_for(creditor, draft)
    errors = [each for each in findings if each.is_error]
    if errors:
        raise Problem(
            "template_refused", count=len(errors), findings=[each.as_json() for each in findings]
        )
    with scope(creditor=creditor), transaction.atomic():
        Template.objects.select_for_update().get(pk=template.pk)
        versions = TemplateVersion.objects.filter(template=template, language=language)
        current = versions.filter(is_current=True).first()
        if seen is not None and seen != (current.version if current else 0):
            raise Problem("template_changed")
        if current is not None and draft_of(template, current) == draft:
            return current
        newest = versions.aggregate(Max("version"))["version__max"] or 0
        versions.filter(is_current=True).update(is_current=False)
        made = TemplateVersion.objects.create(
            creditor=creditor,
            template=template,
            language=language,
            version=newest + 1,
            subject=draft.subject,
            preview=draft.preview,
            text=draft.text,
            mjml=draft.mjml,
            html=compiled(draft.mjml),
            findings=[each.as_json() for each in findings],
            by=by,
        )
        _record(template, "template_saved", by, origin, language=language, version=made.version)
    return made


def restore_version(
    version: TemplateVersion, *, by: User | None, origin: str = "web"
) -> TemplateVersion:
    """An older text as the newest version, judged as if written today. Raises as
    ``save_version``."""
    given = {name: getattr(version, name) for name in FIELDS}
    return save_version(version.template, version.language, given, by=by, origin=origin)


def change_template(
    template: Template,
    *,
    title: str,
    tone: int,
    attaches_documents: bool,
    is_active: bool,
    by: User | None,
    origin: str = "web",
) -> None:
    """What is not text. Raises Problem ``template_title_missing``, ``template_tone_unknown``."""
    fields = {
        "title": " ".join(title.split())[:120],
        "tone": tone,
        "attaches_documents": attaches_documents and template.channel == "email",
        "is_active": is_active,
    }
    if not fields["title"]:
        raise Problem("template_title_missing")
    if tone not in TONES:
        raise Problem("template_tone_unknown", tone=tone)
    with scope(creditor=template.creditor), transaction.atomic():
        locked = Template.objects.select_for_update().get(pk=template.pk)
        changed = [name for name, value in fields.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, fields[name])
        if changed:
            locked.save(update_fields=changed)
            _record(template, "template_changed", by, origin, fields=changed)


@dataclass(frozen=True, slots=True)
class Checked:
    """A current version and what the lint says of it today."""

    template: Template
    version: TemplateVersion
    findings: tuple[Finding, ...]


def recheck(creditor: Creditor) -> list[Checked]:
    """Every current version judged by today's pack: laws change, texts do not by themselves.

    Two queries. A version with errors is not sent any more (``render`` refuses it).
    """
    with scope(creditor=creditor):
        found = (
            TemplateVersion.objects.filter(is_current=True)
            .select_related("template")
            .order_by("template__key", "template__channel", "language")
        )
        return [
            Checked(each.template, each, findings_for(creditor, draft_of(each.template, each)))
            for each in found
        ]


def diff(before: TemplateVersion, after: TemplateVersion) -> list[tuple[str, str, str]]:
    """(field, ``+``, ``-`` or `` ``, line): what changed, with two lines around it."""
    told: list[tuple[str, str, str]] = []
    for name in FIELDS:
        one, other = getattr(before, name).splitlines(), getattr(after, name).splitlines()
        lines: Iterable[str] = difflib.unified_diff(one, other, lineterm="", n=2)
        for line in lines:
            if line.startswith(("---", "+++")):
                continue
            told.append((name, line[0], line[1:]))
    return told


def _record(template: Template, kind: str, by: User | None, origin: str, **facts: object) -> None:
    record_change(
        kind,
        creditor=template.creditor,
        by=by,
        origin=origin,
        subject="template",
        subject_id=template.pk,
        template=template.key,
        channel=template.channel,
        **facts,
    )
