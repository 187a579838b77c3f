"""How long does the law's word take? 1,000,000 candidates with 0 … 12 contacts each, two processes.

    python benchmarks/gate.py --candidates 1000000 --processes 2 --json

Pure rules, no database. The last line is JSON. ``seconds_total``: wall time of making and judging
all of them. The floor, in the same run: the same candidates made and their instants
turned into local days, with no rule looked at.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing import Pool
from typing import Any

from machine import load_average

from recaudo.core.contact_rules import Ask, Contact, Rules, judge
from recaudo.core.contact_rules.days import seconds_of, zone
from recaudo.countries import holiday_check, pack_for, zones_of

#: Where the candidates live; states and several zones among them.
PLACES = (
    ("CO", ""),
    ("CL", "RM"),
    ("PE", ""),
    ("MX", "CHH"),
    ("EC", ""),
    ("AR", "B"),
    ("BR", "SP"),
    ("BR", "RJ"),
    ("DO", ""),
    ("US", "TX"),
)
CHANNELS = ("call", "sms", "chat", "email")
START = datetime(2026, 11, 16, tzinfo=UTC)
BATCH = 20_000
MOST_CONTACTS = 12

Candidate = tuple[Rules, Ask, list[Contact]]


def candidates(seed: int, count: int) -> Iterator[Candidate]:
    """Moments of two weeks, at all hours; contacts of the three weeks before."""
    dice = random.Random(seed)
    places = []
    for country, state in PLACES:
        pack = pack_for(country, state)
        rules = [pack.rules(regime) for regime in ("consumer", "consumer", "company")]
        places.append((rules, zones_of(country, state), holiday_check(pack, state)))
    debts = [frozenset({str(number)}) for number in range(3)]
    for _ in range(count):
        rules_of, zones, is_holiday = dice.choice(places)
        at = START + timedelta(seconds=dice.randrange(14 * 86_400))
        history = [
            Contact(
                at - timedelta(seconds=dice.randrange(21 * 86_400)),
                dice.choice(CHANNELS),
                "conversation" if dice.random() < 0.2 else "attempt",
                dice.choice(debts),
            )
            for _ in range(dice.randrange(MOST_CONTACTS + 1))
        ]
        ask = Ask(at, dice.choice(CHANNELS), dice.choice(zones), is_holiday, dice.choice(debts))
        yield dice.choice(rules_of), ask, history


def judged(batch: tuple[int, int]) -> tuple[float, Counter[str], int]:
    made = list(candidates(*batch))
    begun = time.perf_counter()
    words: Counter[str] = Counter()
    contacts = 0
    for rules, ask, history in made:
        words[judge(rules, ask, history).rule] += 1
        contacts += len(history)
    return time.perf_counter() - begun, words, contacts


def floor(batch: tuple[int, int]) -> float:
    made = list(candidates(*batch))
    begun = time.perf_counter()
    for _, ask, history in made:
        where = zone(ask.zone)
        where.day_of(seconds_of(ask.at))
        for contact in history:
            where.day_of(seconds_of(contact.at))
    return time.perf_counter() - begun


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--candidates", type=int, default=1_000_000)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--json", action="store_true", help="only JSON on standard output")
    given = asked.parse_args()
    report = measure(given.candidates, given.processes)
    for name, value in report.items():
        print(f"{name:<24} {value}", file=sys.stderr if given.json else sys.stdout)
    print(json.dumps(report))


def measure(count: int, processes: int) -> dict[str, Any]:
    batches = [(seed, min(BATCH, count)) for seed in range(max(1, count // BATCH))]
    total = sum(size for _, size in batches)
    with Pool(processes) as pool:
        pool.map(judged, batches[:processes])  # packs, zones and holidays are read once
        begun = time.perf_counter()
        floors = pool.map(floor, batches, chunksize=1)
        floor_wall = time.perf_counter() - begun
        begun = time.perf_counter()
        found = pool.map(judged, batches, chunksize=1)
        wall = time.perf_counter() - begun
    words: Counter[str] = Counter()
    for _, counted, _ in found:
        words += counted
    judging = sum(seconds for seconds, _, _ in found)
    return {
        "candidates": total,
        "contacts": sum(contacts for _, _, contacts in found),
        "processes": processes,
        "seconds_total": round(wall, 1),
        "floor_seconds_total": round(floor_wall, 1),
        "judging_us_each": round(judging / total * 1e6, 1),
        "floor_us_each": round(sum(floors) / total * 1e6, 1),
        "rules": dict(words.most_common()),
        "load_average": load_average(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
