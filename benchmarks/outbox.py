"""How many e-mails leave in a second, beside what the receiving server can take at all?

    python benchmarks/outbox.py --messages 20000 --workers 2 --json

In a database of its own (``recaudo_bench_outbox``) on the server of DATABASE_URL. The sink is a
server in a process of its own that takes and drops: Postfix's ``smtp-sink`` where it is installed,
else a small one of Python. The outbox sends: gate, verdicts, texts from their templates, DKIM where
``--dkim`` is given, attempts recorded synchronously before the wire (``per_second``). Then one of
the same mails is pushed into the sink by plain smtplib from as many processes, as often
(``sink_per_second``). ``worker_cpu_ms`` is a worker's own processor time a message. The last line
is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

HERE = Path(__file__).resolve().parent
DATABASE = "recaudo_bench_outbox"


def main() -> None:
    asked = _arguments()
    if asked.role == "sink":
        asyncio.run(_sink(asked.port))
    elif asked.role == "blast":
        _blast(asked.port, asked.messages, Path(asked.mail))
    elif asked.role == "worker":
        _work()
    else:
        report = measure(asked)
        for name, value in report.items():
            print(f"{name:28} {value}", file=sys.stderr if asked.json else sys.stdout)
        print(json.dumps(report))


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    url = _own_database(os.environ["DATABASE_URL"])
    os.environ["DATABASE_URL"] = url
    with tempfile.TemporaryDirectory() as home:
        os.environ["RECAUDO_HOME"] = home
        sink, name = _sink_process(asked.port)
        try:
            from machine import load_average

            _fill(asked)
            report: dict[str, Any] = {"messages": asked.messages, "workers": asked.workers}
            report |= {"sink": name, "cores": os.cpu_count()}
            report |= {"load_before": load_average()}
            report |= _send(asked)
            mail = Path(home) / "mail"
            mail.write_bytes(_one_mail())
            report["mail_bytes"] = mail.stat().st_size
            report["sink_per_second"] = _limit(asked, mail)
            report["share_of_sink"] = round(report["per_second"] / report["sink_per_second"], 2)
            report |= _state()
        finally:
            sink.kill()
    return report


# -- the sink and its limit ----------------------------------------------------------------------


def _sink_process(port: int) -> tuple[subprocess.Popen[str], str]:
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        sink = _start("sink", "--port", str(port))
        assert sink.stdout is not None
        sink.stdout.readline()
        return sink, "python"
    who = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen([program, *who, f"127.0.0.1:{port}", "100"], text=True)
    for _ in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return sink, "smtp-sink"
        except OSError:
            sleep(0.05)
    raise SystemExit("smtp-sink does not answer")


class _Smtp(asyncio.Protocol):
    """As little of SMTP as a client of ours needs, answering as fast as Python can."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.out: Any = transport
        self.rest, self.is_data = b"", False
        self.out.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while True:
            if self.is_data:
                end = self.rest.find(b"\r\n.\r\n")
                if end < 0:
                    return
                self.rest, self.is_data = self.rest[end + 5 :], False
                self.out.write(b"250 OK\r\n")
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                return
            self.rest = rest
            self._command(line[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"DATA":
            self.is_data = True
            self.out.write(b"354 go\r\n")
        elif verb == b"QUIT":
            self.out.write(b"221 bye\r\n")
            self.out.close()
        elif verb == b"EHLO":
            self.out.write(b"250-sink\r\n250 8BITMIME\r\n")
        else:
            self.out.write(b"250 OK\r\n")


async def _sink(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Smtp, "127.0.0.1", port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


def _blast(port: int, count: int, mail: Path) -> None:
    raw = mail.read_bytes()
    with smtplib.SMTP("127.0.0.1", port) as link:
        for _ in range(count):
            link.sendmail("a@example.com", ["b@example.com"], raw)


def _limit(asked: argparse.Namespace, mail: Path) -> float:
    each = str(max(1, asked.messages // asked.workers))
    more = ("--port", str(asked.port), "--messages", each, "--mail", str(mail))
    started = perf_counter()
    blasts = [_start("blast", *more) for _ in range(asked.workers)]
    assert all(blast.wait() == 0 for blast in blasts)
    return round(int(each) * asked.workers / (perf_counter() - started), 1)


# -- the outbox ----------------------------------------------------------------------------------


def _send(asked: argparse.Namespace) -> dict[str, Any]:
    from django.db import connection

    workers = [_start("worker") for _ in range(asked.workers)]
    for each in workers:
        assert each.stdout is not None
        each.stdout.readline()
    started = perf_counter()
    for each in workers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [each.communicate()[0] for each in workers]
    seconds = perf_counter() - started
    assert all(each.returncode == 0 for each in workers)
    cpu = sum(float(each.split()[-1]) for each in told)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM contact_message WHERE state = 'sent'")
        (sent,) = cursor.fetchone()
    return {
        "sent": sent,
        "seconds": round(seconds, 2),
        "per_second": round(sent / seconds, 1),
        "worker_cpu_ms": round(cpu / sent * 1000, 2),
    }


def _work() -> None:
    _django()
    from datetime import datetime

    from recaudo.access.models import Creditor
    from recaudo.contact.outbox import dispatch

    creditor = Creditor.objects.get(code="bench")
    now = datetime.fromisoformat(os.environ["BENCH_NOW"])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    before = process_time()
    figures = dispatch(creditor, now=now)
    while figures["waiting"]:
        sleep(0.02)
        figures = dispatch(creditor, now=now)
    print(process_time() - before)


def _fill(asked: argparse.Namespace) -> None:
    """Customers with an overdue invoice and a planned reminder each."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    _django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sys.path.insert(0, str(HERE.parent / "tests"))
    from django.db import connection
    from django_scopes import scope

    from contact.outbox.book import many, sending_creditor
    from recaudo.contact.models import MailAccount, Message
    from recaudo.payments.models import PaymentWay

    # A working morning, whatever the hour of the benchmark.
    now = datetime(2026, 11, 19, 9, 30, tzinfo=ZoneInfo("America/Bogota"))
    os.environ["BENCH_NOW"] = now.isoformat()
    creditor = sending_creditor(asked.port, now=now, code="bench", name="Andina S.A.")
    many(creditor, asked.messages, now=now)
    with scope(creditor=creditor):
        Message.objects.update(template_key="vencida")
        PaymentWay.objects.create(
            creditor=creditor, kind="account", title="Banco", currency="COP",
            details="Ahorros 123, referencia {reference}",
        )  # fmt: skip
        if asked.dkim:
            _dkim(MailAccount.objects.get())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portfolio_consent (creditor_id, customer_id, channel, purpose, is_granted,"
            " given_on, source) SELECT creditor_id, id, '*', 'collection', TRUE, '2026-01-01', 'b'"
            " FROM portfolio_customer"
        )
        cursor.execute("ANALYZE")


def _dkim(account: Any) -> None:
    from recaudo.contact.mail.dkim import new_key
    from recaudo.contact.mail.secrets import seal

    account.dkim_domain, account.dkim_selector = "acreedor.example", "r1"
    account.dkim_key = seal(new_key())
    account.save()


def _one_mail() -> bytes:
    """The size of what was sent, from one of the saved texts."""
    from django_scopes import scopes_disabled

    from recaudo.contact.mail import account_for, compose
    from recaudo.contact.models import Message, MessageText

    with scopes_disabled():
        text = MessageText.objects.order_by("id").first()
        assert text is not None
        message = Message.objects.select_related("creditor").get(pk=text.message_id)
        account = account_for(message.creditor)
        assert account is not None
        text.attachments = []
        return compose(account, text, to=text.to_value, token="0" * 32, files=[])


def _state() -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM contact_verdict")
        (verdicts,) = cursor.fetchone()
        cursor.execute("SELECT COUNT(*) FROM contact_messagetext")
        (texts,) = cursor.fetchone()
        cursor.execute("SHOW synchronous_commit")
        (commits,) = cursor.fetchone()
        cursor.execute("SHOW fsync")
        (fsync,) = cursor.fetchone()
    return {"verdicts": verdicts, "texts": texts, "synchronous_commit": commits, "fsync": fsync}


def _django() -> None:
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    import django

    django.setup()


def _own_database(url: str) -> str:
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {DATABASE}")
    return make_conninfo(url, dbname=DATABASE)


def _start(role: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, "--role", role, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=2599)
    parser.add_argument("--dkim", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mail", default="")
    parser.add_argument("--role", default="")
    return parser.parse_args()


if __name__ == "__main__":
    main()
