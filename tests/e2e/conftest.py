"""A real browser against the running product; without Chromium these tests are left out, loudly."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page
from procrastinate.contrib.django import app as jobs

from factories import make_contact_point, make_creditor, make_customer, make_document, make_user
from recaudo.access.models import Creditor, Membership
from recaudo.core.calendar import local_day
from recaudo.strategy.actions.books import activate_preset
from recaudo.strategy.actions.runs import release, run_day

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PASSWORD = "una-clave-bien-larga"
HERE = Path(__file__).parent

# The browser's driver keeps an event loop in this thread, and the tests read the database in it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser and committed rows."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if CHROMIUM is None:
        if os.environ.get("RECAUDO_BROWSER") == "required":
            pytest.fail("Chromium is not here and RECAUDO_BROWSER=required")
        pytest.skip("Chromium is not here: browser tests are left out")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console said; nothing, when the test ends."""
    said: list[str] = []
    page.on(
        "console",
        lambda message: (
            said.append(f"{page.url}: {message.text}")
            if message.type in {"error", "warning"}
            else None
        ),
    )
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    yield said
    assert said == []


@pytest.fixture
def enter(page: Page, live_server: Any) -> Callable[[str], None]:
    """Log in as a person types it."""
    cache.clear()

    def go(email: str) -> None:
        page.goto(f"{live_server.url}/cuenta/entrar/")
        page.get_by_label("Correo electrónico").fill(email)
        page.get_by_label("Contraseña").fill(PASSWORD)
        page.get_by_role("button", name="Entrar").click()
        page.wait_for_url("**/*")

    return go


@pytest.fixture
def work() -> Callable[[], None]:
    """Do what waits for the worker, as `recaudo worker` would, and come back when it is done."""
    failed: list[BaseException] = []

    def do() -> None:
        try:
            with jobs.replace_connector(jobs.connector.get_worker_connector()) as app:
                app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
        except BaseException as error:  # told below, in the test's own thread
            failed.append(error)
        finally:
            connections.close_all()

    def in_a_thread_of_its_own() -> None:
        thread = Thread(target=do)
        thread.start()
        thread.join()
        assert not failed, failed

    return in_a_thread_of_its_own


@pytest.fixture
def portfolio() -> Creditor:
    """A creditor with three customers, today's run released, and its supervisor."""
    creditor = make_creditor("andina", name="Distribuidora Andina", run_at_hour=24)  # by hand
    user = make_user("jefe@example.com", name="Gustavo Leal", password=PASSWORD)
    Membership.objects.create(
        user=user, creditor=creditor, role="supervisor", can_see_identifiers=True, can_export=True
    )
    today = local_day(timezone.now(), creditor.timezone)
    for name in ("Ferretería El Tornillo", "Papelería La Carta", "Droguería San José"):
        customer = make_customer(creditor, name=name, tax_id="900123456")
        for days in (95, 40, 12, -10):
            make_document(customer, "1500000.50", due_on=today - timedelta(days=days))
        make_contact_point(customer, "email", f"pagos@{customer.code.lower()}.example.com")
    activate_preset(creditor, by=user, origin="test")
    run_day(creditor, today, today=today, origin="test")
    release(creditor, today=today, by=user, origin="test")
    return creditor
