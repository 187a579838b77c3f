"""A real SMTP server that keeps what it accepts: one line a message, on disk before its answer.

    python sink.py PORT FILE [SEED]

With a SEED it misbehaves now and then, as servers do: it hangs up before or after it has kept a
message, puts one off (451), or refuses one for good (550).
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

TOKEN = re.compile(rb"^message-id:\s*<([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
HANGS_UP = 0.02
PUTS_OFF = 0.02
REFUSES = 0.01


class Keeper:
    def __init__(self, file: str, chance: random.Random | None) -> None:
        self.kept = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.chance = chance

    def _happens(self, share: float) -> bool:
        return self.chance is not None and self.chance.random() < share

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self._happens(PUTS_OFF):
            return "451 4.7.1 later"
        if self._happens(REFUSES):
            return "550 5.7.1 no"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        found = TOKEN.search(envelope.content)
        if self._happens(HANGS_UP):
            server.transport.abort()
            return "250 OK"
        os.write(self.kept, (found.group(1) if found else b"?" * 32) + b"\n")
        os.fsync(self.kept)
        if self._happens(HANGS_UP):
            server.transport.abort()
        return "250 OK"


async def serve(port: int, file: str, seed: int | None) -> None:
    keeper = Keeper(file, random.Random(seed) if seed is not None else None)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="sink", enable_SMTPUTF8=True, loop=loop),
        "127.0.0.1",
        port,
        reuse_address=True,
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if sys.argv[3:] else None))
