"""A pass is genuine or it is nothing: whatever is cut, changed or made up says nothing at all."""

import hmac
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import passes
from bot.rules.passes import Pass, PassEnded, PassOutdated, make_pass, pass_key, read_pass, refuse_pass
from storage.records import BookingState
from tests.makers import OPEN, a_booking

KEY, OTHER = pass_key(b"k" * 32), pass_key(b"o" * 32)
LARGEST = 2**31 - 1
SIGNED = make_pass(a_booking(), key=KEY, now=OPEN)
GOLDEN = "t_3AAAAAUAAAABaKQE0EYl2MvKwV4M29Sp6JPwd_E"
ids = st.integers(1, LARGEST)


@given(ids, ids, st.integers(0, 2**32 - 1))
def test_a_pass_says_what_was_signed_and_fits_a_link(booking_id: int, version: int, seconds: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    payload = make_pass(a_booking(id=booking_id, version=version), key=KEY, now=now)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload), payload
    assert read_pass(payload, keys=[KEY]) == Pass(booking_id=booking_id, version=version, issued_at=now)


def test_a_pass_made_before_an_update_is_valid_after_it() -> None:
    """What people have on paper: whoever changes the format or the key's id makes this one say nothing."""
    assert SIGNED == GOLDEN
    assert len(GOLDEN) == 41


@given(st.integers(0, len(SIGNED) - 1), st.sampled_from("ABab01_-"))
def test_one_changed_letter_is_noticed(place: int, letter: str) -> None:
    forged = SIGNED[:place] + letter + SIGNED[place + 1 :]
    assert (read_pass(forged, keys=[KEY]) is None) == (forged != SIGNED)


@given(st.integers(0, len(SIGNED) - 1))
def test_a_pass_cut_off_says_nothing(length: int) -> None:
    assert read_pass(SIGNED[:length], keys=[KEY]) is None


def test_a_pass_without_its_first_letters_or_with_foreign_ones_says_nothing() -> None:
    assert read_pass(SIGNED.removeprefix(passes.PREFIX), keys=[KEY]) is None
    assert read_pass(SIGNED[:-1] + "қ", keys=[KEY]) is None
    assert read_pass(passes.PREFIX + "AAAA", keys=[KEY]) is None


@given(st.text(max_size=70))
def test_whatever_is_made_up_says_nothing(text: str) -> None:
    for payload in (text, passes.PREFIX + text, SIGNED + text[:1] if text else ""):
        assert payload == SIGNED or read_pass(payload, keys=[KEY]) is None


def test_the_letter_that_base64_would_forgive_is_not() -> None:
    """The last letter carries two bits that mean nothing: other letters would decode to the same bytes."""
    twins = [SIGNED[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    assert [twin for twin in twins if read_pass(twin, keys=[KEY]) is not None] == [SIGNED]


def test_a_pass_of_another_key_says_nothing_even_where_the_ids_are_alike() -> None:
    assert KEY.id != OTHER.id
    assert read_pass(SIGNED, keys=[OTHER]) is None
    assert read_pass(SIGNED, keys=[replace(KEY, id=OTHER.id)]) is None  # it names its key
    assert read_pass(SIGNED, keys=[replace(OTHER, id=KEY.id)]) is None
    assert read_pass(SIGNED, keys=[]) is None


def test_a_pass_stays_valid_while_the_key_before_is_known() -> None:
    assert read_pass(SIGNED, keys=[OTHER, KEY]) == read_pass(SIGNED, keys=[KEY])
    assert read_pass(SIGNED, keys=[replace(OTHER, id=KEY.id), KEY]) is not None


def test_the_signature_is_compared_in_constant_time_and_it_is_what_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with a comparison that says yes to everything, a forged pass passes."""
    forged = make_pass(a_booking(id=6), key=replace(OTHER, id=KEY.id), now=OPEN)
    assert read_pass(forged, keys=[KEY]) is None
    monkeypatch.setattr(hmac, "compare_digest", lambda *pair: True)
    assert read_pass(forged, keys=[KEY]) is not None


def test_nobody_boards_with_an_old_pass_or_without_a_seat() -> None:
    booking = a_booking(version=3)
    signed = Pass(booking_id=booking.id, version=3, issued_at=OPEN)
    assert refuse_pass(signed, booking) is None
    assert refuse_pass(replace(signed, version=2), booking) == PassOutdated()
    for state in (BookingState.RELEASED, BookingState.OFFERED, BookingState.WAITING):
        assert refuse_pass(signed, replace(booking, state=state)) == PassEnded()


def test_a_pass_tells_nothing_of_the_person() -> None:
    assert make_pass(a_booking("Aigerim"), key=KEY, now=OPEN) == make_pass(a_booking("Zoë", "Ann"), key=KEY, now=OPEN)
