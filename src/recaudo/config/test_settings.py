"""Settings for the project's own tests: a data folder of their own, a fast server, fast hashes."""

import os
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[3]
os.environ.setdefault("RECAUDO_HOME", str(_CHECKOUT / ".recaudo" / "test"))
os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-tests")
os.environ.setdefault("RECAUDO_PG_FAST", "1")

from recaudo.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
