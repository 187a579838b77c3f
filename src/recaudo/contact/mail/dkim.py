"""DKIM: the signature by which the world knows that the creditor's domain sent it (RFC 6376).

rsa-sha256, relaxed/relaxed. Signing is ours because the usual library does its RSA in pure Python
(11 ms a mail; this takes 1); the tests verify every signature with that library. No Ed25519: the
large receivers do not check it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from recaudo.core.problems import Problem

#: Signed once more than they stand there (``From``, ``Subject``, ``To``): nobody can add another.
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "auto-submitted",
)
OVERSIGNED = ("from", "to", "subject")
_BITS = 2048
_SPACES = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class DkimKey:
    """``private_pem`` is kept, sealed; ``name`` and ``value`` are the TXT record to publish."""

    private_pem: str
    name: str
    value: str


def generate_dkim_key(domain: str, selector: str) -> DkimKey:
    """A new RSA key of 2048 bits and its record ``selector._domainkey.domain``."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return DkimKey(pem, f"{selector}._domainkey.{domain}", public_record(pem))


def public_record(private_pem: str) -> str:
    """The value of the TXT record for this key."""
    public = (
        _key(private_pem)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def sign(raw: bytes, *, domain: str, selector: str, private_pem: str) -> bytes:
    """``raw`` (lines end in CRLF) with the signature as its first header."""
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = _headers(head)
    body_hash = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
    present: dict[str, list[bytes]] = {}
    for name, line in headers:
        present.setdefault(name, []).append(line)
    names, lines = [], []
    for name in SIGNED:
        for line in reversed(present.get(name, [])):  # from the bottom up, as verifiers read them
            names.append(name)
            lines.append(line)
        if name in OVERSIGNED:
            names.append(name)
    unsigned = (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector};\r\n"
        f" h={':'.join(names)};\r\n bh={body_hash};\r\n b="
    )
    ours = _headers(unsigned.encode())[0][1]
    signed = b"".join(line + b"\r\n" for line in lines) + ours
    value = base64.b64encode(
        _key(private_pem).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    ).decode()
    folded = "\r\n ".join(value[at : at + 72] for at in range(0, len(value), 72))
    return unsigned.encode() + folded.encode() + b"\r\n" + raw


def _headers(head: bytes) -> list[tuple[str, bytes]]:
    """(lower-case name, the whole header relaxed: ``name:value``) in order."""
    found: list[tuple[str, bytes]] = []
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, colon, value = line.partition(b":")
        if colon:
            lower = name.strip().lower()
            value = _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t")
            found.append((lower.decode("ascii", "replace"), lower + b":" + value))
    return found


def _relaxed_body(body: bytes) -> bytes:
    lines = [_SPACES.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


@lru_cache(maxsize=32)
def _key(private_pem: str) -> rsa.RSAPrivateKey:
    """Raises Problem ``dkim_key_unreadable``."""
    try:
        key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise Problem("dkim_key_unreadable") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Problem("dkim_key_unreadable")
    return key
