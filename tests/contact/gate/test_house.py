"""A house policy is read whole, told where it is wrong, and compared with the law."""

from __future__ import annotations

import pytest
from django_scopes import scope

from recaudo.contact.actions.policy import save_policy
from recaudo.contact.gate.house import LARGEST, compare, read_policy
from recaudo.contact.models import HousePolicy
from recaudo.core.problems import Problem
from recaudo.countries import pack_for

from .conftest import TODAY

CAP = (
    '[[caps]]\nchannels = ["call"]\nmax = {max}\nper = "{per}"\nkind = "{kind}"\nscope = "debtor"\n'
)
HOURS = (
    '[[hours]]\nchannels = ["call"]\nweekday = [["{open}", "{close}"]]\nsaturday = []\n'
    "sunday = []\nholiday = []\n"
)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("x = \n", 1),
        (CAP.format(max=1, per="day", kind="attempt") + "\n[[caps]]\nmax = -1\n", 9),
        (CAP.format(max=1, per="month", kind="attempt"), 4),
        (HOURS.format(open="18:00", close="08:00"), 1),
        ('[[forbidden]]\nchannels = ["pigeon"]\n', 2),
        ("colour = 1\n", 1),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(toml: str, line: int):
    with pytest.raises(Problem) as refused:
        read_policy(toml)
    assert refused.value.code == "policy_unreadable"
    assert abs(int(str(refused.value.facts["line"])) - line) <= 1


def test_a_policy_has_a_largest_size():
    read_policy("# " + "x" * (LARGEST - 2))
    with pytest.raises(Problem) as refused:
        read_policy("# " + "x" * (LARGEST - 1))
    assert refused.value.code == "policy_too_long"


@pytest.mark.parametrize(
    ("toml", "is_stricter"),
    [
        (CAP.format(max=1, per="day", kind="attempt"), False),  # the law's own
        (CAP.format(max=0, per="day", kind="attempt"), True),
        (CAP.format(max=2, per="day", kind="attempt"), False),
        (CAP.format(max=1, per="day", kind="contact"), False),  # attempts are more than those
        (CAP.format(max=1, per="week", kind="attempt"), True),  # one a day is seven a week
        (HOURS.format(open="06:00", close="20:00"), True),  # no Saturday, which the law has
        (HOURS.format(open="08:00", close="18:00"), True),
        ('[[forbidden]]\nchannels = ["visit"]\n', False),
        ('[[forbidden]]\nchannels = ["sms"]\n', True),
        ('[[spacings]]\nchannels = ["sms"]\ndays = 2\n', True),
        ("[[one_channel_a_week]]\n", False),
    ],
)
def test_a_rule_is_stricter_where_it_asks_more_than_the_law(toml: str, is_stricter: bool):
    law = pack_for("CO").rules("consumer")
    (found,) = compare(read_policy(toml).rules("consumer"), law)
    assert found.is_stricter is is_stricter


def test_the_same_policy_again_is_no_new_version_and_an_empty_one_takes_it_back(creditor):
    toml = CAP.format(max=0, per="day", kind="attempt")
    one = save_policy(creditor, toml, from_on=TODAY, today=TODAY, reason="x")
    assert save_policy(creditor, toml, from_on=TODAY, today=TODAY, reason="x").pk == one.pk
    assert save_policy(creditor, "", from_on=TODAY, today=TODAY, reason="Basta la ley").version == 2
    with scope(creditor=creditor):
        assert HousePolicy.objects.count() == 2
