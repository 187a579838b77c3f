"""Real servers on loopback: a whole one with TLS and login, and one that breaks off where told."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "cobranza", "clave-del-buzón-ñ"


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the house, and a server certificate of it for this machine."""

    ca: Path
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_authority(folder: Path) -> Authority:
    now = dt.datetime.now(dt.UTC)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA de la casa")])

    def start(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
        )

    ca = (
        start(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    server = (
        start(subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    made = Authority(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    made.ca.write_bytes(ca.public_bytes(pem))
    made.certificate.write_bytes(server.public_bytes(pem))
    made.key.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    made.key.chmod(0o644)
    return made


@dataclass
class Sink:
    """What a whole server took, and on how many connections."""

    port: int = 0
    mails: list[Envelope] = field(default_factory=list)
    peers: set[object] = field(default_factory=set)
    answer: str = "250 OK"
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def connections(self) -> int:
        return len(self.peers)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.peers.add(session.peer)
        return answers

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.mails.append(envelope)
        return self.answer


@contextmanager
def whole_server(
    authority: Authority | None = None, *, tls: str = "starttls", login: bool = True
) -> Iterator[Sink]:
    """aiosmtpd; ``tls`` is ``starttls``, ``tls`` or ``none``."""
    sink = Sink()

    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=good, handled=False)

    context = authority.server_context() if authority and tls != "none" else None

    class Here(Controller):
        def factory(self) -> SMTP:
            return SMTP(
                sink,
                hostname="localhost",
                enable_SMTPUTF8=True,
                tls_context=context if tls == "starttls" else None,
                require_starttls=tls == "starttls",
                authenticator=check if login else None,
                auth_required=login,
                auth_require_tls=tls == "starttls",
            )

    with socket.create_server(("127.0.0.1", 0)) as probe:
        sink.port = probe.getsockname()[1]
    server = Here(sink, "127.0.0.1", sink.port, ssl_context=context if tls == "tls" else None)
    server.start()
    try:
        yield sink
    finally:
        server.stop()


#: A server's part of one dialogue: what it says when it reads a command. None: it hangs up.
Script = dict[str, str | None]

ORDINARY: Script = {
    "CONNECT": "220 here",
    "EHLO": "250 here",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "BODY": "",  # while the mail comes in: nothing is said
    "DOT": "250 taken",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}


@dataclass
class Scripted:
    port: int
    #: What was read whole, dot included, whatever was answered.
    taken: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def scripted_server(script_of: Callable[[int], Script]) -> Iterator[Scripted]:
    """Speaks ``script_of(connection number, from 1)``; hangs up where the script says None."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    state = Scripted(listener.getsockname()[1])
    over = threading.Event()

    def speak(line: socket.socket, script: Script) -> None:
        with line, line.makefile("rwb") as file:

            def say(step: str) -> bool:
                answer = script[step]
                if answer is None:
                    return False
                if answer:
                    file.write(answer.encode() + (b"" if answer.endswith("…") else b"\r\n"))
                    file.flush()
                return True

            if not say("CONNECT"):
                return
            while command := file.readline():
                step = command[:4].strip().upper().decode()
                if not say(step):
                    return
                if step == "QUIT":
                    return
                if step == "DATA" and (script["DATA"] or "").startswith("354"):
                    if script["BODY"] is None:
                        file.read(20)
                        return
                    body = b""
                    while (read := file.readline()) not in {b".\r\n", b""}:
                        body += read
                    if read:
                        state.taken.append(body)
                    if not say("DOT"):
                        return

    def accept() -> None:
        while not over.is_set():
            try:
                line, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            line.settimeout(10)
            state.connections += 1
            try:
                speak(line, script_of(state.connections))
            except OSError:
                continue

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        over.set()
        listener.close()
        thread.join(timeout=5)
