"""The gateway: hands one mail to the account's server, and says what became of it, never guessing.

``sent``       the server took it (2xx after the final dot).
``not_left``   nothing can have left: no connection, a 4xx anywhere, or the line broke before the
               final dot was handed to the network. It may be tried again.
``refused``    the server's own final word (5xx): trying again will not help.
``uncertain``  the line broke between the final dot and the answer: it may have left. Never repeated
               by itself.
"""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from recaudo.contact.mail.addresses import on_the_wire
from recaudo.contact.mail.connecting import TIMEOUT, open_smtp, told
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.contact.models import MailAccount

State = Literal["sent", "not_left", "refused", "uncertain"]


@dataclass(frozen=True)
class Sent:
    """``code`` names the reason (contact/words/mail.py; ``5.1.1`` and its like where the server
    says that the address is wrong), ``detail`` the server's answer, without addresses."""

    state: State
    code: str = ""
    detail: str = ""


class Gateway:
    """One connection at a time, opened when first needed and kept for the mails that follow."""

    def __init__(self, account: MailAccount, *, timeout: float = TIMEOUT) -> None:
        self._account = account
        self._timeout = timeout
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()

    def send(self, envelope_from: str, to: str, raw: bytes) -> Sent:
        """Hand over one mail to one recipient. Never raises for what servers and networks do."""
        try:
            sender, recipient = on_the_wire(envelope_from), on_the_wire(to)
        except Problem as problem:
            return Sent("refused", problem.code)
        is_reused = self._server is not None
        answer = self._sent(sender, recipient, raw)
        if answer.code == _GONE and is_reused:
            # A server may hang up on an idle line; MAIL was not answered, so nothing has left.
            answer = self._sent(sender, recipient, raw)
        return Sent("not_left", "smtp_lost", answer.detail) if answer.code == _GONE else answer

    def _sent(self, sender: str, recipient: str, raw: bytes) -> Sent:
        try:
            if self._server is None:
                self._server = open_smtp(self._account, timeout=self._timeout)
        except Problem as problem:
            return Sent("not_left", problem.code, str(problem.facts.get("detail", "")))
        server = self._server
        try:
            refusal = self._envelope(server, sender, recipient, raw)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Sent("not_left", "smtp_lost", told(type(error).__name__))
        if refusal is not None:
            return refusal
        try:
            # In two parts: while the dot has not been handed over, no server can have taken it.
            server.sock.sendall(_quoted(raw))  # type: ignore[union-attr]
        except OSError as error:
            self._drop()
            return Sent("not_left", "smtp_lost", told(type(error).__name__))
        return self._final_word(server)

    def _envelope(
        self, server: smtplib.SMTP, sender: str, recipient: str, raw: bytes
    ) -> Sent | None:
        """MAIL, RCPT, DATA: None where the server now waits for the mail itself."""
        options = ""
        if not (sender.isascii() and recipient.isascii()):
            if not server.has_extn("smtputf8"):
                return Sent("refused", "smtp_no_utf8")
            server.command_encoding = "utf-8"
            options = " SMTPUTF8"
        if server.has_extn("size"):
            limit = server.esmtp_features["size"].strip()
            if limit.isdecimal() and 0 < int(limit) < len(raw):
                return Sent("refused", "smtp_too_big", limit)
            options += f" size={len(raw)}"
        try:
            code, said = server.docmd("MAIL", f"FROM:<{sender}>{options}")
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            return Sent("not_left", _GONE, told(type(error).__name__))
        if code == _CLOSING:
            self._drop()
            return Sent("not_left", _GONE, told(said.decode(errors="replace")))
        if code // 100 != 2:
            return self._refusal(code, said, "smtp_sender_refused")
        code, said = server.docmd("RCPT", f"TO:<{recipient}>")
        if code // 100 != 2:
            # 5.1.x (RFC 3463): it is the address that is wrong, and not the moment or the mail.
            wrong = re.match(rb"5\.1\.\d{1,3}\b", said)
            return self._refusal(
                code, said, wrong[0].decode() if wrong else "smtp_recipient_refused"
            )
        code, said = server.docmd("DATA")
        if code != 354:
            return self._refusal(code, said, "smtp_mail_refused")
        return None

    def _refusal(self, code: int, answer: bytes, reason: str) -> Sent:
        """The server said no, and stands ready for another mail unless it hung up."""
        detail = told(f"{code} {answer.decode(errors='replace')}")
        if code // 100 not in {4, 5} or code == _CLOSING:
            self._drop()  # an answer that makes no sense: what follows would make none either
        elif self._server is not None:
            try:
                self._server.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()
        if code // 100 == 5:
            return Sent("refused", reason, detail)
        return Sent("not_left", "smtp_later" if code // 100 == 4 else "smtp_nonsense", detail)

    def _final_word(self, server: smtplib.SMTP) -> Sent:
        try:
            server.sock.sendall(b".\r\n")  # type: ignore[union-attr]
        except OSError as error:  # the network did not take it whole: no server has seen the end
            self._drop()
            return Sent("not_left", "smtp_lost", told(type(error).__name__))
        try:
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Sent("uncertain", "smtp_no_answer", told(type(error).__name__))
        if 200 <= code < 300:
            return Sent("sent", "", told(answer.decode(errors="replace")))
        if 400 <= code < 600:
            return self._refusal(code, answer, "smtp_mail_refused")
        self._drop()
        return Sent("uncertain", "smtp_no_answer", told(answer.decode(errors="replace")))

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


#: The line was dead before MAIL was answered.
_GONE = "gone"
_CLOSING = 421


def _quoted(raw: bytes) -> bytes:
    """The mail as DATA wants it: whole lines, and a dot at the start of one doubled."""
    text = raw
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):  # ours are whole already
        text = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    if text.startswith(b"."):
        text = b"." + text
    text = text.replace(b"\r\n.", b"\r\n..")
    return text if text.endswith(b"\r\n") else text + b"\r\n"
