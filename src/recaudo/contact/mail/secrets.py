"""Secrets of mail accounts, encrypted with a key made from the installation's own.

Whoever has the database alone has no password. Whoever changes ``RECAUDO_SECRET_KEY`` must type the
passwords again: that is said, never guessed.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from recaudo.core.problems import Problem


def seal(secret: str) -> str:
    """Encrypted, as text for the database; an empty secret stays empty."""
    return _fernet(settings.SECRET_KEY).encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str, *, account: str) -> str:
    """What ``seal`` was given. Raises Problem ``mail_secret_locked`` where the key has changed."""
    if not sealed:
        return ""
    try:
        return _fernet(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Problem("mail_secret_locked", account=account) from error


@lru_cache(maxsize=4)
def _fernet(secret_key: str) -> Fernet:
    # The words say what the key is for: another use of the same secret gets another key.
    derived = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=b"recaudo mail account secrets v1"
    ).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
