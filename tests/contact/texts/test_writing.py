"""What a message says is made of the balances read at that moment, and adds up (U11)."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest
from django_scopes import scope
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from factories import (
    assign,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_obligation,
    make_rate,
    make_user,
    pay,
)
from recaudo.access.models import Creditor
from recaudo.contact.models import Message, MessageItem, Template
from recaudo.contact.texts import Ask, Written, render, render_many, render_text
from recaudo.contact.texts.presets import ready_templates
from recaudo.contact.texts.versions import change_template, save_version
from recaudo.contact.texts.writing import ATTACHED_MAX
from recaudo.core.problems import Problem
from recaudo.payments.actions.ways import add_way
from recaudo.portfolio.actions.files import store_file
from recaudo.portfolio.models import Customer, Document, DocumentFile

from .conftest import AT, TODAY

pytestmark = pytest.mark.django_db


def written(
    customer: Customer, key: str = "vencida", channel: str = "email", **given: Any
) -> Written:
    return render(customer.creditor, customer, template_key=key, channel=channel, at=AT, **given)


def documents_of(customer: Customer) -> list[Document]:
    with scope(creditor=customer.creditor):
        return list(customer.documents.order_by("id"))


def test_the_message_lists_what_is_open_and_its_sum(customer: Customer) -> None:
    got = written(customer)
    assert got.balance == Decimal("1550000.50")
    assert sum(amount for _, amount in got.items) == got.balance
    assert "- Factura 1020: $1.250.000; venció el 15 de noviembre de 2026, hace 12 días" in got.text
    assert "Total: $1.550.000,50" in got.text
    assert "$1.550.000,50" in got.html


def test_what_is_paid_meanwhile_is_not_asked_for(customer: Customer) -> None:
    first, second = documents_of(customer)
    pay(first, "1000000", on=TODAY)
    got = written(customer, document_ids=(first.pk, second.pk))
    assert dict(got.items)[first.pk] == Decimal("250000")
    pay(first, on=TODAY)
    assert [pk for pk, _ in written(customer, document_ids=(first.pk, second.pk)).items] == [
        second.pk
    ]
    pay(second, on=TODAY)
    with pytest.raises(Problem, match="nothing_open_now"):
        written(customer, document_ids=(first.pk, second.pk))


def test_a_ceded_document_is_somebody_elses_to_ask_for(customer: Customer) -> None:
    first, second = documents_of(customer)
    happen(first, "ceded", on=TODAY)
    assert [pk for pk, _ in written(customer).items] == [second.pk]


@hypothesis_settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.decimals("0.01", "99999999", places=2), min_size=1, max_size=6))
def test_the_total_told_is_the_sum_of_the_lines_told(
    andina: Creditor, amounts: list[Decimal]
) -> None:
    customer = make_customer(andina)
    for amount in amounts:
        make_document(customer, amount, due_on="2026-11-01")
    text = written(customer).text

    def read(told: str) -> Decimal:
        return Decimal(told.replace(".", "").replace(",", "."))

    lines = [read(each) for each in re.findall(r"^- .*: \$([\d.,]+);", text, re.MULTILINE)]
    (total,) = re.findall(r"^Total: \$([\d.,]+)$", text, re.MULTILINE)
    assert len(lines) == len(amounts)
    assert sum(lines) == read(total) == sum(amounts)


def test_instalments_of_one_invoice_are_one_line(andina: Creditor) -> None:
    customer = make_customer(andina)
    for number, due in enumerate(("2026-10-01", "2026-11-01", "2026-12-01"), 1):
        make_document(customer, "100", due_on=due, number="55", instalment=str(number))
    got = written(customer)
    assert got.text.count("Factura 55") == 1
    assert "(3 cuotas): $300" in got.text
    assert len(got.items) == 3


def test_of_a_credit_what_makes_current_is_asked_for_and_not_all(andina: Creditor) -> None:
    customer = make_customer(andina)
    credit = make_obligation(customer)
    for month in range(1, 13):
        make_document(
            customer,
            "100",
            due_on=f"2026-{month:02d}-05",
            kind="instalment",
            obligation=credit,
            number="77",
            instalment=str(month),
        )
    got = written(customer, "ponerse_al_dia")
    assert got.balance == Decimal(1100)
    assert "Valor para ponerse al día: $1.100" in got.text
    make_credit(customer, "300", value_on=TODAY)
    assert "Valor para ponerse al día: $800" in written(customer, "ponerse_al_dia").text


def test_several_currencies_are_told_apart_and_kept_in_the_creditors(andina: Creditor) -> None:
    customer = make_customer(andina)
    make_document(customer, "1000", due_on="2026-11-01")
    make_document(customer, "20", due_on="2026-11-02", currency="USD")
    with pytest.raises(Problem, match="text_rate_missing"):
        written(customer)
    make_rate(andina, "USD", "4000")
    got = written(customer)
    assert (got.currency, got.balance) == ("COP", Decimal("81000"))
    assert sum(amount for _, amount in got.items) == got.balance
    assert "Total: $1.000 y US$20,00" in got.text


def test_without_a_way_to_pay_the_message_stays(customer: Customer) -> None:
    lonely = make_customer(make_creditor())
    make_document(lonely, "100", due_on="2026-11-01")
    with pytest.raises(Problem, match="pay_ways_missing") as refused:
        written(lonely)
    assert refused.value.facts == {"currency": "COP"}
    add_way(lonely.creditor, kind="cash", title="Caja", details="Calle 1", currency="USD")
    with pytest.raises(Problem, match="pay_ways_missing"):
        written(lonely)
    add_way(lonely.creditor, kind="cash", title="Caja", details="Calle 1", currency="COP")
    assert "Caja: Calle 1" in written(lonely).text


def test_a_notice_of_payment_tells_what_came_in(andina: Creditor) -> None:
    customer = make_customer(andina)
    with scope(creditor=andina):
        message = Message.objects.create(
            creditor=andina,
            customer=customer,
            step_key="pago_recibido",
            channel="email",
            template_key="pago_recibido",
            purpose="service",
            state="planned",
            currency="COP",
            balance=800,
            not_before=AT,
            not_after=AT + timedelta(days=1),
        )
        MessageItem.objects.create(
            creditor=andina,
            customer=customer,
            message=message,
            step_key="pago_recibido",
            anchor_on=TODAY,
            balance=800,
        )
    got = written(customer, "pago_recibido", message=message, purpose="service")
    assert "Recibimos su pago de $800 del 27 de noviembre de 2026." in got.text
    assert got.items == []
    assert "no le queda nada pendiente" in got.text


def test_the_unsubscribe_link_stands_on_the_messages_token(
    customer: Customer, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://cobros.example.com"
    message = Message(id=1, token="abcdefghijklmnopqrstuvwx")
    got = written(customer, message=message)
    assert "/baja/abcdefghijklmnopqrstuvwx/" in got.text
    assert "/baja/abcdefghijklmnopqrstuvwx/" in got.html
    assert "responda BAJA" in written(customer).text


@pytest.mark.parametrize(
    ("country", "language", "word", "total"),
    [
        ("CO", "", "su soporte de pago", "1.500,50"),
        ("CL", "", "su comprobante de pago", "1.500,50"),
        ("MX", "", "su comprobante de pago", "1,500.50"),
        ("PE", "", "su constancia de pago", "1,500.50"),
        ("CO", "en", "your proof of payment", "1,500.50"),
    ],
)
def test_each_country_has_its_words_and_figures(
    country: str, language: str, word: str, total: str
) -> None:
    creditor = make_creditor(country=country, currency="USD")
    add_way(creditor, kind="account", title="Banco", details="1", currency="USD")
    customer = make_customer(creditor, language=language)
    make_document(customer, "1500.50", due_on="2026-11-01")
    text = written(customer).text
    assert word in text
    assert total in text


def test_the_customers_language_comes_before_the_countrys_variant(customer: Customer) -> None:
    assert written(customer).language == "es"
    with scope(creditor=customer.creditor):
        template = Template.objects.get(key="vencida", channel="email")
        spanish = template.versions.get(language="es", is_current=True)
    given_text = {"subject": "Aviso", "text": spanish.text}
    save_version(template, "es-CO", given_text, by=None)
    assert written(customer).language == "es-CO"
    customer.language = "en"
    customer.save()
    assert written(customer).language == "en"
    customer.language = "pt-BR"
    customer.save()
    assert written(customer).language == "es-CO"


@pytest.mark.parametrize(
    "name", ["Ana\r\nBcc: otro@example.com", "Ana\u2028Bcc: x", "Ana\x0b\x1bX"]
)
def test_a_name_cannot_begin_a_header(andina: Creditor, name: str) -> None:
    customer = make_customer(andina, name=name)
    got = render_text(
        andina, customer, "Hola", channel="email", at=AT, subject="Para {{ customer.name }}\nX: 1"
    )
    assert len(got.subject.splitlines()) == 1
    mail = EmailMessage()
    mail["Subject"] = got.subject
    assert list(mail.keys()) == ["Subject"]


def test_a_name_is_only_text_in_the_page(andina: Creditor) -> None:
    customer = make_customer(andina, name="<img src=x onerror=alert(1)>")
    make_document(customer, "1", due_on="2026-11-01")
    got = written(customer)
    assert "<img" not in got.html
    assert "<img src=x onerror=alert(1)>" in got.text


def test_a_text_message_has_only_letters_that_cost_one_place(customer: Customer) -> None:
    text = written(customer, channel="sms").text
    assert "aun no vemos su pago" in text
    assert "Ferreteria" in text
    first = text.splitlines()[0]
    assert "$" not in first


def test_a_letter_is_written_with_the_mails_text(customer: Customer) -> None:
    got = written(customer, channel="address")
    assert "Total: $1.550.000,50" in got.text
    assert got.attachments == []


def test_the_collector_signs(andina: Creditor, customer: Customer) -> None:
    assign(customer, make_user(name="Marcela Rojas"))
    assert "Cordialmente,\nMarcela Rojas\nDistribuciones Andina" in written(customer).text


def test_a_template_that_is_off_or_missing_stops_only_its_own_message(customer: Customer) -> None:
    written(customer)
    with scope(creditor=customer.creditor):
        template = Template.objects.get(key="vencida", channel="sms")
    change_template(template, title="x", tone=1, attaches_documents=False, is_active=False, by=None)
    asks = [
        Ask(customer.pk, "vencida", "sms"),
        Ask(customer.pk, "no_hay", "email"),
        Ask(customer.pk, "vencida", "email"),
        Ask(10**9, "vencida", "email"),
    ]
    got = render_many(customer.creditor, asks, at=AT)
    codes = [each.code if isinstance(each, Problem) else "written" for each in got]
    assert codes == ["template_off", "template_missing", "written", "customer_gone"]


def test_a_text_that_today_would_be_refused_does_not_leave(customer: Customer) -> None:
    written(customer)
    with scope(creditor=customer.creditor):
        template = Template.objects.get(key="vencida", channel="whatsapp")
        template.versions.filter(language="es").update(text="Pague {{ total }}.")
    with pytest.raises(Problem, match="template_unlawful"):
        written(customer, channel="whatsapp")


@pytest.mark.parametrize("count", [1, 30])
def test_a_batch_takes_a_constant_number_of_queries(
    andina: Creditor, count: int, django_assert_max_num_queries: Any
) -> None:
    customers = [make_customer(andina) for _ in range(count)]
    for each in customers:
        make_document(each, "100", due_on="2026-11-01")
    render(andina, customers[0], template_key="vencida", channel="email", at=AT)
    with django_assert_max_num_queries(15):
        got = render_many(andina, [Ask(each.pk, "vencida", "email") for each in customers], at=AT)
    assert all(isinstance(each, Written) for each in got)


def test_what_a_person_writes_may_use_the_variables(customer: Customer) -> None:
    got = render_text(
        customer.creditor,
        customer,
        "Debe {{ total }}, ref. {{ reference }}",
        channel="whatsapp",
        at=AT,
    )
    assert got.text.startswith("Debe $1.550.000,50, ref. 1")
    assert got.template_version_id is None
    with pytest.raises(Problem, match="template_variable_unknown"):
        render_text(customer.creditor, customer, "{{ saldo }}", channel="whatsapp", at=AT)


def test_the_mail_takes_the_papers_of_its_documents(
    customer: Customer, settings: Any, tmp_path: Any
) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    first, second = documents_of(customer)
    old = keep(first, "pdf", b"%PDF-1 old")
    new = keep(first, "pdf", b"%PDF-1 new")
    keep(first, "order", b"%PDF-1 order")
    large = keep(second, "pdf", b"%PDF-1" + b" " * ATTACHED_MAX)
    xml = keep(second, "xml", b"<?xml version='1.0'?><a/>")
    got = written(customer)
    assert got.attachments == [new.pk, xml.pk]
    assert {old.pk, large.pk}.isdisjoint(got.attachments)
    assert "Va adjunto: FE.pdf, FE.xml." in got.text
    assert written(customer, "vence_hoy").attachments == []
    assert written(customer, channel="whatsapp").attachments == []


def keep(document: Document, kind: str, body: bytes) -> DocumentFile:
    return store_file(document, kind=kind, name="FE", chunks=[body], by=None)


#: What no text may show once it is written, whoever reads it aloud.
UGLY = re.compile(r"  |(?<!\.)\.\.(?!\.)| [,.;:]|\(\)|\{|\}|\bun \w+ción\b|, ,", re.MULTILINE)
COUNTRIES = {"CO": "COP", "CL": "CLP", "MX": "MXN", "PE": "PEN"}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_every_ready_text_can_be_read_aloud(db: None, country: str, language: str) -> None:
    creditor = make_creditor(
        country.lower(),
        country=country,
        currency=COUNTRIES[country],
        name="Comercial del Sur S.A.",
        tax_id="900123456-8",
    )
    add_way(creditor, kind="account", title="Banco", details="1-2", currency=COUNTRIES[country])
    customer = make_customer(creditor, name="Hotel Bahía S.A.", language=language)
    make_document(customer, "1500", due_on=TODAY - timedelta(days=1), number="10")
    credit = make_obligation(customer, "CR-7")
    for part in ("1", "2"):
        fields = {"number": "CR-7", "instalment": part, "kind": "instalment"}
        due = TODAY - timedelta(days=31 * int(part))
        make_document(customer, "500", due_on=due, obligation=credit, **fields)
    promise = {"amount": Decimal(150), "on": TODAY}
    asks = [
        Ask(customer.id, each.key, each.channel, extra=extra)
        for each in ready_templates()
        for extra in ({}, {"callback": {"at": AT}, "answer": "Sí.", "promise": promise})
    ]
    for ask, got in zip(asks, render_many(creditor, asks, at=AT), strict=True):
        assert isinstance(got, Written), (ask.template_key, ask.channel, got)
        for said in (got.subject, got.preview, got.text):
            assert not UGLY.search(said), (ask.template_key, ask.channel, said)


def test_a_message_left_with_somebody_else_says_nothing_of_interest_or_fees(db: None) -> None:
    creditor = make_creditor("austral", country="CL", currency="CLP")
    add_way(creditor, kind="account", title="Banco", details="1-2", currency="CLP")
    customer = make_customer(creditor)
    make_document(customer, "1500", due_on=TODAY)
    assert "Ley 19.496" in written(customer, "vencida").text
    assert "Ley 19.496" in written(customer, "vencida").html
    for channel in ("email", "whatsapp", "sms"):
        left = written(customer, "recado", channel)
        assert "intereses" not in left.text + left.html


def test_a_letter_is_signed_by_a_person_not_by_a_code(customer: Customer) -> None:
    assign(customer, make_user(name="G3 Diana Pizarro"))
    text = written(customer).text
    assert "\nDiana Pizarro\n" in text
    assert "G3" not in text


def test_two_instalments_are_one_line_of_their_credit(customer: Customer) -> None:
    credit = make_obligation(customer, "CR-7")
    made = [
        make_document(
            customer,
            "500",
            due_on=TODAY - timedelta(days=31 * part),
            number="CR-7",
            instalment=str(part),
            kind="instalment",
            obligation=credit,
        )
        for part in (1, 2)
    ]
    both = written(customer, document_ids=[each.id for each in made])
    one = written(customer, document_ids=[made[0].id])
    assert "- Crédito CR-7 (2 cuotas): $1.000; " in both.text
    assert "- Crédito CR-7, cuota 1: $500; " in one.text
