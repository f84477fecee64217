"""Whose tap confirms a dangerous act, and until when it can be taken back."""

from dataclasses import replace

import pytest

from bot.rules.acting import may_confirm, may_recall
from storage.records import Act, ActState
from tests.makers import OPEN

AUTHOR = 7
SHOWN = Act(
    id=1,
    kind="cancelvisit",
    subject="visit:17",
    arguments={},
    author_id=AUTHOR,
    preview={"people": 3},
    before=None,
    seen=0,
    revision=2,
    state=ActState.SHOWN,
    message_id=None,
    due_at=OPEN,
)


@pytest.mark.parametrize("state", list(ActState))
def test_only_what_is_asked_about_is_confirmed_and_only_what_waits_is_recalled(state: ActState) -> None:
    act = replace(SHOWN, state=state)
    assert may_confirm(act, by=AUTHOR, revision=2) is (state in (ActState.SHOWN, ActState.CHANGED))
    assert may_recall(act) is (state is ActState.PLANNED)


@pytest.mark.parametrize("by", [AUTHOR - 1, AUTHOR + 1])
def test_nobody_confirms_what_another_was_shown(by: int) -> None:
    assert not may_confirm(SHOWN, by=by, revision=2)


@pytest.mark.parametrize("revision", [1, 3])
def test_a_button_under_other_numbers_confirms_nothing(revision: int) -> None:
    assert not may_confirm(SHOWN, by=AUTHOR, revision=revision)


def test_where_nothing_is_left_to_do_there_is_nothing_to_confirm() -> None:
    assert not may_confirm(replace(SHOWN, preview={}), by=AUTHOR, revision=2)
