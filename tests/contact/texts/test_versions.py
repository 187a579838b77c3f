"""A template is written anew in versions; what was sent keeps the one it was written with."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connections
from django_scopes import scope

from factories import make_creditor, make_user
from recaudo.access.models import Creditor
from recaudo.audit.models import ChangeEvent
from recaudo.contact.models import Template, TemplateVersion
from recaudo.contact.texts import install_ready, recheck, render, save_version
from recaudo.contact.texts.layout import compiled, text_of
from recaudo.contact.texts.presets import CHANNELS, ready_templates
from recaudo.contact.texts.versions import diff, restore_version
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer
from recaudo.strategy.actions.books import activate_preset
from recaudo.strategy.queries.templates import steps_by_template

from .conftest import AT

pytestmark = pytest.mark.django_db


def template_of(creditor: Creditor, key: str = "gracias", channel: str = "sms") -> Template:
    install_ready(creditor)
    with scope(creditor=creditor):
        return Template.objects.get(key=key, channel=channel)


def current(template: Template, language: str = "es") -> TemplateVersion:
    with scope(creditor=template.creditor):
        return template.versions.get(language=language, is_current=True)


def test_the_ready_texts_are_installed_once_and_never_over_what_was_written() -> None:
    creditor = make_creditor()
    assert install_ready(creditor) == len(ready_templates())
    assert install_ready(creditor) == 0
    template = template_of(creditor)
    text = current(template).text.replace("Gracias", "Muchas gracias")
    save_version(template, "es", {"text": text}, by=None)
    assert install_ready(creditor) == 0
    assert "Muchas gracias" in current(template).text


@pytest.mark.django_db(transaction=True)
def test_two_who_install_at_once_install_one_set() -> None:
    creditor = make_creditor()

    def install() -> None:
        install_ready(creditor)
        connections.close_all()

    threads = [Thread(target=install) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scope(creditor=creditor):
        assert Template.objects.count() == len(ready_templates())
        assert TemplateVersion.objects.filter(is_current=True).count() == sum(
            len(each.versions) for each in ready_templates()
        )


@pytest.mark.parametrize("preset", ["b2b", "consumer"])
def test_every_step_of_the_presets_has_its_texts_in_its_tone(preset: str) -> None:
    creditor = make_creditor(preset=preset)
    with scope(creditor=creditor):
        activate_preset(creditor, by=None, origin="test")
    ready = {(each.key, each.channel): each for each in ready_templates()}
    for key, uses in steps_by_template(creditor).items():
        for channel in CHANNELS:
            assert {version.language for version in ready[key, channel].versions} == {"es", "en"}
            assert {use.tone for use in uses} == {ready[key, channel].tone}, key


def test_a_message_remembers_its_version(customer: Customer) -> None:
    template = template_of(customer.creditor)
    options = {"template_key": "gracias", "channel": "sms", "at": AT, "purpose": "service"}
    before = render(customer.creditor, customer, **options)
    old = current(template)
    assert before.template_version_id == old.pk
    save_version(template, "es", {"text": old.text.replace("Gracias", "Mil gracias")}, by=None)
    after = render(customer.creditor, customer, **options)
    assert after.template_version_id == current(template).pk != old.pk
    with scope(creditor=customer.creditor):
        old.refresh_from_db()
    assert "Mil gracias" not in old.text


def test_the_same_text_again_is_no_new_version() -> None:
    template = template_of(make_creditor())
    same = save_version(template, "es", {"text": current(template).text}, by=None)
    assert same.version == 1


def test_a_text_with_errors_is_refused_and_nothing_is_kept() -> None:
    template = template_of(make_creditor(), "vencida", "whatsapp")
    with pytest.raises(Problem, match="template_refused") as refused:
        save_version(template, "es", {"text": "Pague ya, o verá al juez."}, by=None)
    found = refused.value.facts["findings"]
    assert isinstance(found, list)
    assert {"court_like", "text_lacks_how_to_pay"} <= {each["code"] for each in found}
    assert current(template).version == 1


def test_warnings_are_kept_with_the_version() -> None:
    template = template_of(make_creditor())
    text = current(template).text + "\nEscríbenos."
    saved = save_version(template, "es", {"text": text}, by=None)
    assert [each["code"] for each in saved.findings] == ["informal"]


def test_who_wrote_meanwhile_is_not_overwritten() -> None:
    template, user = template_of(make_creditor()), make_user()
    text = current(template).text
    save_version(template, "es", {"text": text + "\nUno."}, by=user, seen=1)
    with pytest.raises(Problem, match="template_changed"):
        save_version(template, "es", {"text": text + "\nDos."}, by=user, seen=1)
    saved = ChangeEvent.objects.filter(kind="template_saved", by=user)
    assert saved.count() == 1


def test_an_older_text_comes_back_as_the_newest_version() -> None:
    template = template_of(make_creditor())
    first = current(template)
    second = save_version(template, "es", {"text": first.text + "\nUno."}, by=None)
    third = restore_version(first, by=None)
    assert (third.version, third.text) == (3, first.text)
    assert ("text", "+", "Uno.") in diff(first, second)
    assert ("text", "-", "Uno.") in diff(second, third)


def test_a_plain_text_is_made_from_the_page_where_none_is_written() -> None:
    template = template_of(make_creditor(), "gracias", "email")
    given = {"subject": "Gracias", "mjml": current(template).mjml, "text": ""}
    saved = save_version(template, "es", given, by=None)
    assert "Gracias por atendernos" in saved.text
    assert "{{ creditor.name }}" in saved.text
    assert "<" not in saved.text.replace("{% if", "")


def test_a_page_keeps_its_liquid_wherever_it_stands() -> None:
    page = compiled(
        "<mjml><mj-body>{% if a %}<mj-section><mj-column>{% for x in xs %}"
        "<mj-text>{{ x }}&nbsp;ñ</mj-text>{% endfor %}"
        '<mj-button href="{{ url }}">Ir</mj-button></mj-column></mj-section>{% endif %}'
        "</mj-body></mjml>"
    )
    for mark in ("{% if a %}", "{% for x in xs %}", "{{ x }}", 'href="{{ url }}"', "{% endif %}"):
        assert page.count(mark) == 1
    assert "LQ0" not in page
    assert text_of("<p>Hola {{ nombre }}</p>") == "Hola {{ nombre }}"


def test_all_current_texts_are_judged_anew_with_two_queries(
    django_assert_num_queries: object,
) -> None:
    creditor = make_creditor()
    install_ready(creditor)
    with django_assert_num_queries(1):  # type: ignore[operator]
        checked = recheck(creditor)
    assert len(checked) == sum(len(each.versions) for each in ready_templates())
    assert not [each for each in checked if any(found.is_error for found in each.findings)]
