"""Who may do what, and to what: the table and the scopes of its grants."""

from datetime import timedelta

import pytest

from bot.rules.authority import (
    EVERYTHING,
    INVITATION_LASTS,
    MATRIX,
    REFUSALS_AN_HOUR,
    Right,
    Subject,
    about,
    may,
    may_organize,
    may_try,
    roles_to_give,
    within,
)
from storage.records import Grant, Role
from tests.makers import a_bus, a_visit

DAY = timedelta(days=1)
NAB = Subject(city="astana", visit="nab-am")
B01 = Subject(city="astana", visit="nab-am", bus="B01")
ELSEWHERE = Subject(city="almaty", visit="almaty-fly", bus="B15")


@pytest.mark.parametrize(
    ("grant", "right", "subject", "answer"),
    [
        (Grant(Role.OWNER), Right.CANCELVISIT, NAB, True),
        (Grant(Role.ORGANIZER), Right.IMPORT, EVERYTHING, True),
        (Grant(Role.CITY, "astana"), Right.DELAY, NAB, True),
        (Grant(Role.CITY, "astana"), Right.SEATS, B01, True),
        (Grant(Role.CITY, "astana"), Right.DELAY, ELSEWHERE, False),
        (Grant(Role.CITY, "astana"), Right.ANNOUNCE, EVERYTHING, False),
        (Grant(Role.CITY, "astana"), Right.LOG, EVERYTHING, False),
        (Grant(Role.DESK), Right.ROSTER, ELSEWHERE, True),
        (Grant(Role.DESK), Right.ROSTER_FILE, NAB, False),
        (Grant(Role.DESK), Right.DELAY, NAB, False),
        (Grant(Role.LEADER, "B01"), Right.ROSTER, B01, True),
        (Grant(Role.LEADER, "B01"), Right.ROSTER, NAB, False),
        (Grant(Role.LEADER, "B01"), Right.ROSTER, ELSEWHERE, False),
        (Grant(Role.LEADER, "B01"), Right.SEATS, B01, False),
        (Grant(Role.HOST, "nab-am"), Right.STATS, NAB, True),
        (Grant(Role.HOST, "nab-am"), Right.STATS, ELSEWHERE, False),
        (Grant(Role.HOST, "nab-am"), Right.STATS, B01, False),
        (Grant(Role.HOST, "nab-am"), Right.ROSTER, NAB, False),
    ],
)
def test_a_role_gives_its_rights_within_its_scope(grant: Grant, right: Right, subject: Subject, answer: bool) -> None:
    assert may([grant], right, subject) is answer


def test_no_grant_gives_nothing_and_several_give_what_each_gives() -> None:
    assert not any(may([], right) or may_try([], right) for right in Right)
    both = [Grant(Role.LEADER, "B01"), Grant(Role.HOST, "nab-am")]
    assert may(both, Right.ROSTER, B01)
    assert may(both, Right.STATS, NAB)
    assert not may(both, Right.STATS, ELSEWHERE)


def test_a_right_that_the_table_does_not_know_is_for_who_runs_it_all() -> None:
    for role in Role:
        assert may_try([role], "something new") == may_organize([role]) == (role in (Role.OWNER, Role.ORGANIZER))


def test_every_role_has_a_line_and_nobody_has_an_empty_scope_by_a_slip() -> None:
    """A scope that is lost holds nothing, rather than everything."""
    assert set(MATRIX) == set(Role)
    for role in (Role.CITY, Role.LEADER, Role.HOST):
        assert not any(
            may([Grant(role)], right, subject) for right in Right for subject in (NAB, B01, ELSEWHERE, EVERYTHING)
        )


def test_what_somebody_sees_is_what_their_scope_holds() -> None:
    here, there = a_visit(a_bus(label="B01"), key="here", city="astana"), a_visit(key="there", city="almaty")
    assert within([Grant(Role.CITY, "almaty")], Right.STATS, [here, there]) == (there,)
    assert within([Grant(Role.HOST, "here")], Right.STATS, [here, there]) == (here,)
    assert within([Grant(Role.DESK)], Right.STATS, [here, there]) == ()
    assert about(here, here.buses[0]) == Subject(city="astana", visit="here", bus="B01")


def test_roles_are_given_by_who_stands_above_them() -> None:
    assert roles_to_give([Role.OWNER]) == tuple(Role)
    assert roles_to_give([Role.ORGANIZER]) == (Role.CITY, Role.DESK, Role.LEADER, Role.HOST)
    assert roles_to_give([Role.CITY, Role.DESK, Role.LEADER, Role.HOST]) == ()


def test_an_invitation_lasts_a_day_and_twenty_refusals_an_hour_are_written_down() -> None:
    assert (INVITATION_LASTS, REFUSALS_AN_HOUR) == (DAY, 20)
