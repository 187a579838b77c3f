"""The shared inbox: who sees what, what the buttons do, and that nothing sent to us runs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from factories import assign, make_customer, make_document, make_member
from recaudo.access.models import Role, User
from recaudo.contact.inbound.receiving import receive
from recaudo.contact.models import InboundFile, InboundMessage, ReplyRule
from recaudo.desk.inbox import age, highlighted
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.models import Consent, Hold

from .conftest import World

Enter = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
_serial = itertools.count(1)


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Any) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


def reply(world: World, text: str = "Ya pagué $500.000 ayer", **fields: Any) -> InboundMessage:
    defaults: dict[str, Any] = {
        "channel": "email",
        "kind": "reply",
        "from_value": world.contact.value,
        "text": text,
        "own_text": text,
        "received_at": timezone.now() - timedelta(hours=3),
        "fingerprint": f"{next(_serial):064d}",
    }
    with scope(creditor=world.creditor):
        inbound = InboundMessage.objects.create(creditor=world.creditor, **defaults | fields)
        receive(inbound, now=timezone.now())
    return inbound


def again(inbound: InboundMessage) -> InboundMessage:
    with scope(creditor=inbound.creditor):
        inbound.refresh_from_db()
    return inbound


def open_holds(world: World, kind: str) -> int:
    with scope(creditor=world.creditor):
        return Hold.objects.filter(
            customer=world.customer, kind=kind, released_at__isnull=True
        ).count()


def test_an_empty_inbox_says_what_to_expect(desk: Client, andina: World) -> None:
    answer = desk.get(andina.path("buzon/"))
    assert "Nadie espera respuesta" in answer.content.decode()


def test_who_has_waited_longest_comes_first_with_the_words_marked(
    desk: Client, andina: World
) -> None:
    reply(andina, "gracias", received_at=timezone.now() - timedelta(minutes=5))
    reply(andina, "Ya pagué <b>todo</b>", received_at=timezone.now() - timedelta(days=3))
    text = desk.get(andina.path("buzon/")).content.decode()
    assert text.index("3 días") < text.index("5 min")
    assert "<mark>Ya pagué</mark> &lt;b&gt;todo" in text
    assert 'class="place-count"' in text


@pytest.mark.parametrize("box", ["waiting", "unmatched", "machine", "done", "?"])
def test_every_box_opens(desk: Client, andina: World, box: str) -> None:
    reply(andina)
    reply(andina, from_value="nadie@example.org")
    reply(andina, "fuera de la oficina", kind="auto_reply")
    reply(andina, "no me escriban más")
    for query in (f"box={box}", f"box={box}&class=paid", f"box={box}&mine=1", "page=x&class=x"):
        assert desk.get(andina.path(f"buzon/?{query}")).status_code == 200


def test_the_list_asks_as_often_for_three_as_for_one(desk: Client, andina: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(andina.path("buzon/")).status_code == 200
        return len(asked)

    reply(andina)
    desk.get(andina.path("buzon/"))
    one = queries()
    for text in ("hola", "¿cuánto debo?"):
        reply(andina, text)
    assert queries() == one


def test_a_collector_sees_their_customers_and_nobodys_never(andina: World, enter: Enter) -> None:
    user = make_member(andina.creditor, Role.COLLECTOR)
    mine = make_customer(andina.creditor, name="Papelería Mía")
    assign(mine, user, from_on=andina.today)
    theirs, nobodys = reply(andina), reply(andina, from_value="nadie@example.org")
    own = reply(andina, from_value="", customer=mine)
    browser = enter(user)
    text = browser.get(andina.path("buzon/")).content.decode()
    assert "Papelería Mía" in text and andina.customer.name not in text
    assert "¿De quién es?" not in text
    assert browser.get(andina.path("buzon/?box=unmatched")).content.decode().count("<tr>") <= 1
    assert browser.get(andina.path(f"buzon/{own.pk}/")).status_code == 200
    for hidden in (theirs, nobodys):
        assert browser.get(andina.path(f"buzon/{hidden.pk}/")).status_code == 404
        answer = browser.post(andina.path(f"buzon/{hidden.pk}/clase/"), {"class": "other"})
        assert answer.status_code == 404


def test_the_message_shows_why_and_the_form_is_filled_in(desk: Client, andina: World) -> None:
    inbound = reply(andina, "Ya pagué $1.250.000 ayer por Bancolombia")
    text = desk.get(andina.path(f"buzon/{inbound.pk}/")).content.decode()
    yesterday = (andina.today - timedelta(days=1)).isoformat()
    for piece in ("Parece «Ya pagó»", 'value="1250000"', f'value="{yesterday}"', "Bancolombia"):
        assert piece in text


def test_paid_in_one_click_reports_it_and_lets_the_pause_go(desk: Client, andina: World) -> None:
    inbound = reply(andina)
    assert open_holds(andina, "reply_pending") == 1
    answer = desk.post(
        andina.path(f"buzon/{inbound.pk}/clase/"),
        {"class": "paid", "amount": "1.250.000,50", "day": andina.today.isoformat()},
    )
    assert answer.status_code == 302
    with scope(creditor=andina.creditor):
        made = ReportedPayment.objects.get()
    assert (str(made.amount), made.by) == ("1250000.5000", andina.supervisor)
    assert open_holds(andina, "reply_pending") == 0
    assert open_holds(andina, "reported_paid") == 1
    assert again(inbound).classified == "paid"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"class": "promise"}, "sin fecha no hay promesa"),
        ({"class": "promise", "day": "ayer"}, "No se entiende la fecha"),
        ({"class": "paid", "amount": "mucho"}, "No se entiende el valor"),
        ({"class": "paid", "amount": "NaN"}, "No se entiende el valor"),
        ({"class": "paid", "amount": "0"}, "mayor que cero"),
        ({"class": "nada"}, "No existe la clase"),
        ({}, "No existe la clase"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_changes(
    desk: Client, andina: World, given: dict[str, str], told: str
) -> None:
    inbound = reply(andina, "hola")
    answer = desk.post(andina.path(f"buzon/{inbound.pk}/clase/"), given, follow=True)
    assert told in answer.content.decode()
    assert again(inbound).state == "new" and open_holds(andina, "reply_pending") == 1


def test_classified_twice_from_two_windows_is_once(desk: Client, andina: World) -> None:
    inbound = reply(andina)
    for _ in range(2):
        desk.post(andina.path(f"buzon/{inbound.pk}/clase/"), {"class": "paid"})
    with scope(creditor=andina.creditor):
        assert ReportedPayment.objects.count() == 1
    told = desk.post(andina.path(f"buzon/{inbound.pk}/clase/"), {"class": "other"}, follow=True)
    assert "ya clasificó" in told.content.decode()


def test_nobodys_reply_is_found_a_customer(desk: Client, andina: World) -> None:
    inbound = reply(andina, "hola", from_value="nadie@example.org")
    path = andina.path(f"buzon/{inbound.pk}/")
    assert andina.customer.name in desk.get(f"{path}?q=tornillo").content.decode()
    assert "Ningún cliente se llama así" in desk.get(f"{path}?q=zzz").content.decode()
    desk.post(f"{path}cliente/", {"customer": andina.customer.pk})
    assert again(inbound).customer_id == andina.customer.pk
    assert open_holds(andina, "reply_pending") == 1
    assert desk.post(f"{path}cliente/", {"customer": "x"}).status_code == 404


def test_a_customer_of_another_creditor_cannot_be_chosen(
    desk: Client, andina: World, pacifico: World
) -> None:
    inbound = reply(andina, "hola", from_value="nadie@example.org")
    path = andina.path(f"buzon/{inbound.pk}/")
    answer = desk.post(f"{path}cliente/", {"customer": pacifico.customer.pk})
    assert answer.status_code == 404
    assert pacifico.customer.name not in desk.get(f"{path}?q=marea").content.decode()


def attach_file(inbound: InboundMessage, tmp_path: Any, content_type: str) -> InboundFile:
    (tmp_path / "f").write_bytes(PNG)
    with scope(creditor=inbound.creditor):
        return InboundFile.objects.create(
            creditor=inbound.creditor,
            inbound=inbound,
            name='x"\r\ny.png',
            content_type=content_type,
            size=len(PNG),
            sha256="0" * 64,
            path="f",
        )


@pytest.mark.parametrize(
    ("content_type", "served", "shown"),
    [
        ("image/png", "image/png", True),
        ("image/svg+xml", "application/octet-stream", False),
        ("text/html", "application/octet-stream", False),
        ("application/pdf", "application/octet-stream", False),
    ],
)
def test_nothing_of_what_strangers_send_may_run(
    desk: Client, andina: World, tmp_path: Any, content_type: str, served: str, shown: bool
) -> None:
    inbound = reply(andina)
    file = attach_file(inbound, tmp_path, content_type)
    answer = desk.get(andina.path(f"buzon/{inbound.pk}/archivos/{file.pk}/"))
    assert answer["Content-Type"] == served
    assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == PNG


def test_a_path_out_of_our_files_is_not_served(desk: Client, andina: World, tmp_path: Any) -> None:
    inbound = reply(andina)
    file = attach_file(inbound, tmp_path, "image/png")
    for path in ("../../etc/passwd", "/etc/passwd", "", "gone"):
        with scope(creditor=andina.creditor):
            InboundFile.objects.filter(pk=file.pk).update(path=path)
        answer = desk.get(andina.path(f"buzon/{inbound.pk}/archivos/{file.pk}/"))
        assert answer.status_code == 404


def test_markup_in_a_reply_is_shown_and_never_run(desk: Client, andina: World) -> None:
    inbound = reply(andina, "<script>alert(1)</script> ya pagué", subject="<img src=x>")
    text = desk.get(andina.path(f"buzon/{inbound.pk}/")).content.decode()
    assert "<script>alert" not in text and "<img src=x>" not in text
    assert "&lt;script&gt;" in text


def test_a_reply_on_ones_own_phone_is_typed_in_with_its_photo(desk: Client, andina: World) -> None:
    path = f"{andina.page}respondio/"
    assert desk.get(path).status_code == 200
    given = {"channel": "whatsapp", "text": "ya pagué ayer", "at": ""}
    photo = SimpleUploadedFile("foto.png", PNG, "image/png")
    answer = desk.post(path, {**given, "photo": photo})
    with scope(creditor=andina.creditor):
        inbound = InboundMessage.objects.get()
        assert inbound.files.get().content_type == "image/png"
    assert answer["Location"] == andina.path(f"buzon/{inbound.pk}/")
    assert (inbound.customer_id, inbound.proposed) == (andina.customer.pk, "paid")
    told = desk.post(path, {**given, "text": " "}).content.decode()
    assert "Escriba o pegue" in told
    desk.post(andina.path(f"buzon/{inbound.pk}/clase/"), {"class": "paid", "picture": "x"})
    assert again(inbound).state == "done"


def test_a_payment_said_by_telephone_is_reported_with_its_photo(
    desk: Client, andina: World
) -> None:
    path = f"{andina.page}pago-reportado/"
    assert desk.get(path).status_code == 200
    for _ in range(2):
        photo = SimpleUploadedFile("foto.png", PNG, "image/png")
        desk.post(path, {"amount": "500000", "document": andina.document.pk, "photo": photo})
    with scope(creditor=andina.creditor):
        first, second = ReportedPayment.objects.order_by("id")
    assert (first.repeats_id, second.repeats_id) == (None, first.pk)
    assert "comprobante repetido" in desk.get(path).content.decode()
    picture = desk.get(f"{path}{first.pk}/comprobante/")
    assert picture["Content-Type"] == "image/png"
    desk.post(f"{path}{second.pk}/descartar/", {"reason": "El mismo"})
    with scope(creditor=andina.creditor):
        second.refresh_from_db()
    assert second.state == "rejected"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"amount": "-5"}, "mayor que cero"),
        ({"day": "2999-01-01"}, "Nadie paga después de hoy"),
        ({"document": "999999"}, "documento"),
    ],
)
def test_a_report_that_cannot_be_is_told(
    desk: Client, andina: World, given: dict[str, str], told: str
) -> None:
    assert told in desk.post(f"{andina.page}pago-reportado/", given).content.decode()
    with scope(creditor=andina.creditor):
        assert ReportedPayment.objects.count() == 0


def test_a_file_that_is_no_picture_is_refused(desk: Client, andina: World) -> None:
    photo = SimpleUploadedFile("foto.png", b"<html><script>", "image/png")
    answer = desk.post(f"{andina.page}pago-reportado/", {"photo": photo})
    assert "no es una foto ni un PDF" in answer.content.decode()


def test_a_picture_too_heavy_is_refused(desk: Client, andina: World) -> None:
    photo = SimpleUploadedFile("foto.png", PNG + b"\x00" * 10_000_000, "image/png")
    answer = desk.post(f"{andina.page}pago-reportado/", {"photo": photo})
    assert "pesa más de 10 MB" in answer.content.decode()


def test_the_lead_says_what_may_act_by_itself(desk: Client, andina: World, enter: Enter) -> None:
    path = andina.path("buzon/reglas/")
    assert desk.get(path).status_code == 200
    refused = desk.post(path, {"on-paid": "1", "score-paid": "49"})
    assert "50 a 100" in refused.content.decode()
    desk.post(path, {"on-paid": "1", "score-paid": "50"})
    with scope(creditor=andina.creditor):
        assert ReplyRule.objects.get(is_active=True).min_score == 50
    inbound = reply(andina)
    assert again(inbound).classified == "paid" and inbound.classified_by_id is None
    assert "por una regla" in desk.get(andina.path(f"buzon/{inbound.pk}/")).content.decode()
    desk.post(path, {})
    with scope(creditor=andina.creditor):
        assert not ReplyRule.objects.filter(is_active=True).exists()
    assert enter(make_member(andina.creditor, Role.COLLECTOR)).get(path).status_code == 403


def test_an_auditor_reads_and_changes_nothing(andina: World, enter: Enter) -> None:
    inbound = reply(andina)
    browser = enter(make_member(andina.creditor, Role.AUDITOR))
    assert browser.get(andina.path(f"buzon/{inbound.pk}/")).status_code == 200
    answer = browser.post(andina.path(f"buzon/{inbound.pk}/clase/"), {"class": "paid"})
    assert answer.status_code == 403


def test_an_objection_of_one_document(desk: Client, andina: World) -> None:
    document = make_document(andina.customer, due_on=andina.today)
    inbound = reply(andina, "no debo esa")
    desk.post(
        andina.path(f"buzon/{inbound.pk}/clase/"),
        {"class": "objection", "document": [document.pk], "note": "Llegó dañada"},
    )
    with scope(creditor=andina.creditor):
        assert Hold.objects.get(document=document).reason == "Llegó dañada"


def test_stop_of_everything_by_a_person(desk: Client, andina: World) -> None:
    inbound = reply(andina, "ya no más con ustedes")
    desk.post(andina.path(f"buzon/{inbound.pk}/clase/"), {"class": "stop", "everything": "1"})
    with scope(creditor=andina.creditor):
        assert Consent.objects.get().channel == "*"


def test_the_customers_story_tells_of_reply_and_report(desk: Client, andina: World) -> None:
    inbound = reply(andina, "Pago el lunes")
    desk.post(
        andina.path(f"buzon/{inbound.pk}/clase/"),
        {"class": "promise", "day": (andina.today + timedelta(days=2)).isoformat()},
    )
    other = reply(andina)
    desk.post(andina.path(f"buzon/{other.pk}/clase/"), {"class": "paid"})
    text = desk.get(andina.page).content.decode()
    assert "El cliente respondió por" in text and "promete pagar" in text
    assert "Reportó un pago de" in text and "se espera el dinero" in text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "0 min"),
        (3599, "59 min"),
        (3600, "1 hora"),
        (48 * 3600 - 1, "47 horas"),
        (48 * 3600, "2 días"),
    ],
)
def test_how_long_they_wait(seconds: int, told: str) -> None:
    assert age(seconds) == told


def test_words_are_marked_once_and_everything_is_escaped() -> None:
    marked = highlighted("<i>ya pagué</i> y ya pagué & ya", ["ya pagué", "ya", "no está"])
    assert marked.count("<mark>") == 1
    assert marked == "&lt;i&gt;<mark>ya pagué</mark>&lt;/i&gt; y ya pagué &amp; ya"
