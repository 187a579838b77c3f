"""Opening a connection to the account's servers, or saying exactly what stood in the way.

TLS certificates are always verified; ``RECAUDO_MAIL_CA`` adds an authority of the house.
``none`` is for servers on this machine only: a password never crosses a network in clear.
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from recaudo.contact.mail.addresses import domain_of, without_addresses
from recaudo.contact.mail.secrets import unseal
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.contact.models import MailAccount

#: Seconds that a server may take for one answer.
TIMEOUT = 30.0
IMAP_TIMEOUT = 60.0


def open_smtp(account: MailAccount, *, timeout: float = TIMEOUT) -> smtplib.SMTP:
    """Connected, greeted, encrypted and logged in; nothing was sent.

    Raises Problem ``smtp_host_unknown``, ``smtp_unreachable``, ``smtp_greeting``, ``smtp_no_tls``,
    ``smtp_tls``, ``smtp_no_auth``, ``smtp_auth``, ``smtp_silent``, ``smtp_lost``,
    ``mail_not_loopback``, ``mail_secret_locked``.
    """
    where = {"host": account.smtp_host, "port": account.smtp_port}
    only_loopback(account.smtp_security, account.smtp_host)
    secret = unseal(account.smtp_secret, account=account.name)
    stage = "greeting"
    server: smtplib.SMTP | None = None
    try:
        server = _connected(account, timeout)
        assert server.sock is not None
        # The final dot goes out at once and alone, so that it is known whether it left.
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.ehlo_or_helo_if_needed()
        if account.smtp_security == "starttls":
            if not server.has_extn("starttls"):
                raise Problem("smtp_no_tls", **where)
            stage = "tls"
            server.starttls(context=tls())
            server.ehlo_or_helo_if_needed()
        if account.smtp_user:
            stage = "auth"
            _login(server, account.smtp_user, secret)
        return server
    except BaseException as error:
        if server is not None:
            server.close()
        raise _smtp_problem(error, stage, where) from error


def _connected(account: MailAccount, timeout: float) -> smtplib.SMTP:
    name = domain_of(account.from_address)  # how we greet; our host's own name says too much
    if account.smtp_security == "tls":
        return smtplib.SMTP_SSL(
            account.smtp_host, account.smtp_port, name, timeout=timeout, context=tls()
        )
    return smtplib.SMTP(account.smtp_host, account.smtp_port, name, timeout=timeout)


def _login(server: smtplib.SMTP, user: str, secret: str) -> None:
    if (user + secret).isascii():
        server.login(user, secret)
        return
    # The library's own way stops at the first ñ.
    if "PLAIN" not in server.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("AUTH PLAIN")
    told_by = b64encode(f"\0{user}\0{secret}".encode()).decode()
    code, answer = server.docmd("AUTH", f"PLAIN {told_by}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _smtp_problem(
    error: BaseException, stage: str, where: dict[str, object]
) -> BaseException | Problem:
    """Most telling first: several of these are OSErrors too."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ssl.SSLError):
        return Problem("smtp_tls", **where, detail=_tls_detail(error))
    if isinstance(error, smtplib.SMTPNotSupportedError | smtplib.SMTPAuthenticationError):
        code = "smtp_auth" if isinstance(error, smtplib.SMTPAuthenticationError) else "smtp_no_auth"
        return Problem(code, **where, detail=said(error))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Problem("smtp_silent" if "timed out" in str(error) else "smtp_lost", **where)
    if isinstance(error, smtplib.SMTPResponseException):
        codes = {"tls": "smtp_no_tls", "auth": "smtp_auth"}
        return Problem(codes.get(stage, "smtp_greeting"), **where, detail=said(error))
    if isinstance(error, socket.gaierror | UnicodeError):
        return Problem("smtp_host_unknown", **where)
    if isinstance(error, TimeoutError):
        return Problem("smtp_silent", **where)
    if isinstance(error, smtplib.SMTPException):  # no login method that both know
        return Problem("smtp_no_auth", **where, detail=said(error))
    if isinstance(error, OSError):
        return Problem("smtp_unreachable", **where)
    return error


@contextmanager
def open_imap(account: MailAccount, *, timeout: float = IMAP_TIMEOUT) -> Iterator[IMAPClient]:
    """Logged in, with the folder open for reading only.

    Raises Problem ``imap_host_unknown``, ``imap_unreachable``, ``imap_no_tls``, ``imap_tls``,
    ``imap_auth``, ``imap_folder``, ``imap_lost``, ``mail_not_loopback``, ``mail_secret_locked``.
    """
    where = {"host": account.imap_host, "port": account.imap_port}
    only_loopback(account.imap_security, account.imap_host)
    secret = unseal(account.imap_secret, account=account.name)
    client: IMAPClient | None = None
    stage = "connect"
    try:
        client = IMAPClient(
            account.imap_host,
            account.imap_port,
            use_uid=True,
            ssl=account.imap_security == "tls",
            ssl_context=tls() if account.imap_security == "tls" else None,
            timeout=timeout,
        )
        if account.imap_security == "starttls":
            stage = "tls"
            client.starttls(tls())
        stage = "auth"
        imap_login(client, account.imap_user, secret)
        stage = "folder"
        client.select_folder(account.imap_folder, readonly=True)
    except BaseException as error:
        if client is not None:
            client.shutdown()
        raise _imap_problem(error, stage, where, account.imap_folder) from error
    try:
        yield client
    finally:
        try:
            client.logout()
        except (IMAPClientError, OSError):
            client.shutdown()


def imap_login(client: IMAPClient, user: str, secret: str) -> None:
    if (user + secret).isascii():
        client.login(user, secret)
    else:  # the plain command stops at the first ñ
        client.sasl_login("PLAIN", lambda challenge: f"\0{user}\0{secret}".encode())


def _imap_problem(
    error: BaseException, stage: str, where: dict[str, object], folder: str
) -> BaseException | Problem:
    if isinstance(error, ssl.SSLError):
        return Problem("imap_tls", **where, detail=_tls_detail(error))
    if isinstance(error, LoginError):
        return Problem("imap_auth", **where, detail=said(error))
    if isinstance(error, IMAPClientError) and stage == "tls":
        return Problem("imap_no_tls", **where)
    if isinstance(error, IMAPClientError) and stage == "folder":
        return Problem("imap_folder", **where, folder=folder, detail=said(error))
    if isinstance(error, socket.gaierror | UnicodeError):
        return Problem("imap_host_unknown", **where)
    if isinstance(error, IMAPClientError):
        return Problem("imap_lost", **where, detail=said(error))
    if isinstance(error, OSError):
        code = "imap_unreachable" if stage == "connect" else "imap_lost"
        return Problem(code, **where, detail="")
    return error


def only_loopback(security: str, host: str) -> None:
    """Raises Problem ``mail_not_loopback`` for an unencrypted server that is not this machine."""
    if security != "none" or host == "localhost":
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass  # a name: it may lead anywhere
    raise Problem("mail_not_loopback", host=host)


def tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.MAIL_CA:
        context.load_verify_locations(cafile=settings.MAIL_CA)
    return context


def said(error: BaseException) -> str:
    """What the server answered, in one line, short, and with no address in it."""
    answer: object = error
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return told(text)


def told(text: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in text)
    return without_addresses(" ".join(plain.split()))[:300]


def _tls_detail(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message or "certificate verify failed"
    return error.reason or "TLS"
