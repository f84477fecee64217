"""The policy where a table says more than a call: how long the waits grow, and what each kind of letter risks."""

from datetime import timedelta

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.delivery.verdict import Again, Ended, Halted, judge
from bot.transport import NotSentError
from storage.records import MessageState


@pytest.mark.parametrize(("tries", "seconds"), [(0, 1), (1, 2), (5, 32), (6, 60), (500, 60)])
def test_the_wait_after_what_was_not_sent_doubles_up_to_a_minute(tries: int, seconds: float) -> None:
    verdict = judge(NotSentError("x"), critical=False, edits=False, plain=False, tries=tries)
    assert verdict == Again(seconds)


@pytest.mark.parametrize(("tries", "seconds"), [(0, 5), (1, 10), (7, 640), (8, 900), (500, 900)])
def test_an_edit_in_doubt_waits_longer_each_time_up_to_a_quarter_of_an_hour(tries: int, seconds: float) -> None:
    verdict = judge(TimedOut(), critical=True, edits=True, plain=False, tries=tries, in_doubt=True)
    assert verdict == Again(seconds, in_doubt=True)


@pytest.mark.parametrize("tries", [0, 7])
def test_a_new_message_in_doubt_is_sent_once_more_and_no_third_time(tries: int) -> None:
    first = judge(TimedOut(), critical=True, edits=False, plain=False, tries=tries)
    assert first == Again(5, in_doubt=True)
    second = judge(TimedOut(), critical=True, edits=False, plain=False, tries=tries, in_doubt=True)
    assert second == Ended(MessageState.UNKNOWN)


@pytest.mark.parametrize(
    ("critical", "edits", "ends"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_in_doubt_only_what_may_come_twice_is_repeated(critical: bool, edits: bool, ends: bool) -> None:
    verdict = judge(NetworkError("x"), critical=critical, edits=edits, plain=False, tries=0)
    assert (verdict == Ended(MessageState.UNKNOWN)) is ends


@pytest.mark.parametrize("timedelta_wanted", ["0", "1"])
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_the_pause_is_read_in_both_of_ptbs_ways(monkeypatch: pytest.MonkeyPatch, timedelta_wanted: str) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", timedelta_wanted)
    verdict = judge(RetryAfter(timedelta(seconds=37)), critical=False, edits=False, plain=False, tries=0)
    assert verdict == Halted(37.0)


def test_not_modified_is_success_only_of_an_edit() -> None:
    refusal = BadRequest("Message is not modified: specified new message content is the same")
    assert judge(refusal, critical=True, edits=True, plain=False, tries=0) == Ended(MessageState.SENT)
    assert judge(refusal, critical=True, edits=False, plain=False, tries=0) == Ended(MessageState.FAILED)
