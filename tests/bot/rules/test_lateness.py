"""How late is too late, for each kind of message."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.lateness import AFTER_STOP, CRITICAL, KINDS
from storage.records import MessageClass

DUE = datetime(2025, 8, 22, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "ends_at", "expires_at"),
    [
        ("ticket", DUE + 5 * HOUR, DUE + 5 * HOUR),
        ("ticket", DUE - HOUR, DUE + HOUR),  # signed up when the visit was nearly over
        ("moved", DUE + 2 * HOUR, DUE + 2 * HOUR),
        ("announcement", None, DUE + 12 * HOUR),
        ("announcement", DUE + 3 * HOUR, DUE + 3 * HOUR),  # whatever comes first
        ("announcement", DUE + 15 * HOUR, DUE + 12 * HOUR),
        ("alarm", None, DUE + 12 * HOUR),
        ("card", DUE + 2 * HOUR, DUE + 2 * HOUR),
        ("card", DUE - HOUR, DUE + HOUR),
        ("old-card", None, DUE + 12 * HOUR),
        ("given", DUE + 5 * HOUR, DUE + 5 * HOUR),
        ("given", DUE - HOUR, DUE + HOUR),  # the seat was taken when the visit was nearly over
        ("answers", DUE + 15 * HOUR, DUE + 12 * HOUR),
        ("line-over", DUE - HOUR, DUE + HOUR),  # the wait ended as the visit was nearly over
        ("unheard", None, DUE + 2 * HOUR),
    ],
)
def test_a_message_expires_when_what_it_tells_of_is_over(
    kind: str, ends_at: datetime | None, expires_at: datetime
) -> None:
    assert KINDS[kind].expires_at(DUE, ends_at=ends_at) == expires_at


@pytest.mark.parametrize("kind", ["moved", "reminder"])
def test_a_kind_without_a_limit_needs_to_know_when_it_is_over(kind: str) -> None:
    with pytest.raises(AssertionError):
        KINDS[kind].expires_at(DUE)


def test_what_no_seat_depends_on_may_be_lost_to_doubt_and_announcements_and_edits_go_last() -> None:
    assert set(KINDS) - CRITICAL == {"announcement", "answers", "feedback", "host-counts", "old-card", "unheard"}
    last = {name for name, kind in KINDS.items() if kind.message_class is MessageClass.BULK}
    assert last == {"announcement", "card", "old-card"}


def test_who_wants_only_what_their_seats_depend_on_gets_no_announcement_and_no_question() -> None:
    assert set(KINDS) - AFTER_STOP == {"announcement", "feedback"}


def test_what_somebody_asked_for_and_what_owners_must_know_wait_for_no_morning() -> None:
    asked_for = {name for name, kind in KINDS.items() if not kind.is_push}
    assert asked_for == {
        "ticket",
        "card",
        "old-card",
        "canary",
        "alarm",
        "cancelled-crew",
        "cancelled-team",
        "moved-crew",
        "merged-crew",
        "unheard",
    }
