"""Putting the ready texts at a creditor's disposal, and never over what they wrote."""

from __future__ import annotations

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.contact.models import Template, TemplateVersion
from recaudo.contact.texts.presets import ReadyTemplate, ready_templates


def install_ready(creditor: Creditor, *, by: User | None = None, origin: str = "ready") -> int:
    """Every ready template that the creditor does not have yet; how many were new.

    Twice is the same as once, also when two do it at the same time; a template of the same key and
    channel that is there, changed or switched off, is left alone.
    """
    with scope(creditor=creditor), transaction.atomic():
        known = set(Template.objects.values_list("key", "channel"))
        missing = [each for each in ready_templates() if (each.key, each.channel) not in known]
        if not missing:
            return 0
        wanted = [_template(creditor, each) for each in missing]
        Template.objects.bulk_create(wanted, ignore_conflicts=True)
        rows = Template.objects.filter(key__in={each.key for each in missing}, versions=None)
        found = {(row.key, row.channel): row for row in rows.select_for_update(of=("self",))}
        _versions(creditor, missing, found, by)
        if found:
            record_change(
                "templates_installed",
                creditor=creditor,
                by=by,
                origin=origin,
                subject="template",
                count=len(found),
            )
        return len(found)


def _template(creditor: Creditor, ready: ReadyTemplate) -> Template:
    return Template(
        creditor=creditor,
        key=ready.key,
        channel=ready.channel,
        title=ready.title,
        purpose=ready.purpose,
        tone=ready.tone,
        attaches_documents=ready.attaches,
    )


def _versions(
    creditor: Creditor,
    missing: list[ReadyTemplate],
    found: dict[tuple[str, str], Template],
    by: User | None,
) -> None:
    TemplateVersion.objects.bulk_create(
        (
            TemplateVersion(
                creditor=creditor,
                template=found[ready.key, ready.channel],
                language=version.language,
                version=1,
                subject=version.subject,
                preview=version.preview,
                text=version.text,
                mjml=version.mjml,
                html=version.html,
                by=by,
            )
            for ready in missing
            if (ready.key, ready.channel) in found
            for version in ready.versions
        ),
        ignore_conflicts=True,
    )
