"""How the made-up customers pay: on time, a little late, very late, as it comes, not any more."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Habit:
    """Share among companies and among persons, in per cent; delays in days, ends included."""

    name: str
    companies: int
    persons: int
    delay: tuple[int, int]
    # In one of a hundred bills the delay comes from here instead.
    slips: int = 0
    slip_delay: tuple[int, int] = (0, 0)
    stops: bool = False


HABITS = {
    habit.name: habit
    for habit in (
        Habit("puntual", 44, 38, (-4, 2), slips=4, slip_delay=(8, 20)),
        Habit("corto", 26, 24, (2, 16), slips=8, slip_delay=(20, 45)),
        Habit("largo", 15, 14, (14, 50), slips=12, slip_delay=(60, 140)),
        Habit("irregular", 8, 8, (-2, 8), slips=40, slip_delay=(30, 120)),
        Habit("detenido", 7, 16, (2, 20), stops=True),
    )
}
#: Unpaid for how many days, among those who stopped: every age of the ageing has somebody.
STOPPED_DAYS = (20, 35, 50, 75, 95, 110, 135, 160, 200, 260, 330, 390)


def pick(random: Random, *, is_person: bool) -> str:
    shares = [habit.persons if is_person else habit.companies for habit in HABITS.values()]
    return random.choices(list(HABITS), shares)[0]


def delay(random: Random, habit: str) -> int:
    """Days from the due date to the payment."""
    how = HABITS[habit]
    low, high = how.slip_delay if random.randrange(100) < how.slips else how.delay
    return random.randint(low, high)
