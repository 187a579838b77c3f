"""A real Dovecot on loopback, as an unprivileged user, with a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import imapclient
import pytest

from recaudo.contact.mail.connecting import imap_login

from .smtp_servers import PASSWORD, Authority

BINARY = shutil.which("dovecot") or "/usr/sbin/dovecot"
USER = "cobranza"

CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = {me}
default_internal_user = {me}
default_internal_group = {group}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:{base}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={me} gid={group} home={base}/home
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Mailbox:
    port: int
    tls_port: int
    base: Path

    def append(self, raw: bytes, *, at: datetime | None = None, folder: str = "INBOX") -> None:
        with self.open() as client:
            client.append(folder, raw, msg_time=at)

    @contextmanager
    def open(self) -> Iterator[imapclient.IMAPClient]:
        client = imapclient.IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        imap_login(client, USER, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def number_anew(self, folder: str) -> None:
        """As after a move to another server: same mails, other numbers."""
        with self.open() as client:
            client.rename_folder(folder, "Antes")
            client.create_folder(folder)
            client.select_folder("Antes")
            client.copy(client.search(), folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def dovecot(folder: Path, authority: Authority) -> Iterator[Mailbox]:
    if not Path(BINARY).exists():
        pytest.skip("Dovecot is not here (Debian: apt-get install dovecot-imapd)")
    # Dovecot refuses long socket paths; and a server of root's must be able to enter.
    base = Path("/tmp") / f"recaudo-dovecot-{os.getpid()}-{time.monotonic_ns()}"
    base.mkdir(mode=0o755)
    is_root = os.geteuid() == 0
    account = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    group = subprocess.check_output(["id", "-gn", account.pw_name], text=True).strip()
    box = Mailbox(_free_port(), _free_port(), base)
    for name in ("certificate", "key"):
        shutil.copy(getattr(authority, name), base / name)
    (base / "dovecot.conf").write_text(
        CONFIG.format(
            run=base / "run",
            base=base,
            me=account.pw_name,
            group=group,
            password=PASSWORD,
            certificate=base / "certificate",
            key=base / "key",
            port=box.port,
            tls_port=box.tls_port,
        ),
        encoding="utf-8",
    )
    if is_root:
        for path in (base, *base.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)

    def become() -> None:
        if is_root:
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)

    server = subprocess.Popen(
        [BINARY, "-F", "-c", str(base / "dovecot.conf")],
        preexec_fn=become,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(box, server)
        yield box
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(base, ignore_errors=True)


def _wait(box: Mailbox, server: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if server.poll() is not None:
            assert server.stdout is not None
            pytest.fail(f"Dovecot does not start: {server.stdout.read().decode()}")
        try:
            with box.open():
                return
        except (OSError, imapclient.exceptions.IMAPClientError):
            time.sleep(0.2)
    log = box.base / "dovecot.log"
    pytest.fail(f"Dovecot does not answer: {log.read_text() if log.exists() else ''}")
