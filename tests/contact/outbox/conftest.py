"""A real SMTP sink in a process of its own, for as long as a test."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("sink.py")


class Sink:
    """``kept()``: how often each token was accepted."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.touch()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[str] | None = None

    def start(self, seed: int | None = None) -> Sink:
        command = [sys.executable, str(SCRIPT), str(self.port), str(self.file)]
        if seed is not None:
            command.append(str(seed))
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def kept(self) -> Counter[str]:
        return Counter(self.file.read_text().split())


@pytest.fixture
def new_sink(tmp_path: Path) -> Iterator[Callable[[], Sink]]:
    made: list[Sink] = []

    def make() -> Sink:
        made.append(Sink(tmp_path / f"sink-{len(made)}.txt"))
        return made[-1]

    yield make
    for each in made:
        each.kill()


@pytest.fixture
def sink(new_sink: Callable[[], Sink]) -> Sink:
    return new_sink().start()
