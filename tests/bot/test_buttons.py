"""Callback data: what is made is read back, fits Telegram's 64 bytes, and nothing else is taken for it."""

import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from telegram.constants import InlineKeyboardButtonLimit

from bot import buttons
from bot.buttons import MOST_BYTES, Book, Button, Menu, Pairs, Replace, ShowVisit, UpdateId
from bot.language import LANGUAGES
from bot.rules.editing import Place
from bot.rules.logbook import EVERYTHING, WORDS

BUTTONS = [
    kind
    for kind in vars(buttons).values()
    if isinstance(kind, type) and issubclass(kind, Button) and kind is not Button
]
ID = st.integers(0, 9_999_999)
"""Ten million rows of one table: more than any congress."""
# As long as the event file lets ids be (storage/programme_file/values.py).
TEXTS = {
    "language": st.sampled_from(sorted(LANGUAGES)),
    "then": st.from_regex(r"[a-z0-9-]{0,24}|[gi]_[A-Za-z0-9_-]{16}", fullmatch=True),
    "city": st.from_regex(r"[a-z0-9-]{1,24}", fullmatch=True),
    # As packed as filters can be (tests/bot/rules/test_packing.py).
    "filters": st.from_regex(r"[0-9a-z.-]{1,43}", fullmatch=True),
    "which": st.sampled_from("gctlkaf"),
    "name": st.from_regex(r"[A-Za-z0-9-]{1,24}", fullmatch=True),
    "kind": st.sampled_from(["riders", "waiting", "access"]),
    "form": st.sampled_from(["pdf", "xlsx", "csv"]),
    "seen": st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    "who": st.from_regex(r"|bot|[0-9]{1,16}", fullmatch=True),
    "what": st.sampled_from(["", EVERYTHING, *WORDS]),
    "about": st.from_regex(r"|[vb][0-9]{1,7}", fullmatch=True),
    "place": st.sampled_from([place.value for place in Place]),
    "id": st.from_regex(r"[a-z0-9-]{0,24}", fullmatch=True),
    "field": st.sampled_from(["title", "name", "description", "sample_note"]),
    "token": st.from_regex(r"[A-Za-z0-9_-]{16}", fullmatch=True),
}


def some_buttons(kind: type[Button]) -> st.SearchStrategy[Button]:
    """Buttons of a kind as the bot makes them."""
    values: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields(kind):
        if field.type is str:
            values[field.name] = TEXTS[field.name]
        elif field.type is int:
            values[field.name] = ID
        elif field.type is UpdateId:  # the largest number that rides in a button
            values[field.name] = st.integers(0, 2**52)
        else:
            assert field.type == Pairs
            values[field.name] = st.lists(st.tuples(ID, st.integers(1, 99)), min_size=1, max_size=3).map(tuple)
    return st.builds(kind, **values)


@pytest.mark.parametrize("kind", BUTTONS, ids=lambda kind: kind.prefix)
@given(st.data())
def test_what_a_button_carries_is_read_back_and_by_its_own_kind_alone(kind: type[Button], data: st.DataObject) -> None:
    button = data.draw(some_buttons(kind))
    assert len(button.data.encode()) <= MOST_BYTES
    assert [kind.parse(button.data) for kind in BUTTONS if kind.parse(button.data) is not None] == [button]


def test_the_limit_is_telegrams() -> None:
    assert MOST_BYTES == InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


def test_kinds_are_told_apart_by_their_prefix() -> None:
    prefixes = [kind.prefix for kind in BUTTONS]
    assert len(set(prefixes)) == len(prefixes)
    assert not any(":" in prefix for prefix in prefixes)


def test_a_pattern_knows_its_kind_even_when_the_rest_cannot_be_read() -> None:
    assert re.match(Book.pattern(), "book:1:2")
    assert re.match(Menu.pattern(), "menu")
    assert not re.match(Menu.pattern(), "menu:1"), "it carries nothing"
    assert not re.match(Menu.pattern(), "menu\n")
    assert not re.match(Book.pattern(), "booking:1")


HOSTILE = [
    *("", ":", "book", "book:", "book:1:1", "book:1:1:1:1", "Book:1:1:1", "book:1:1:1\n", " book:1:1:1"),
    *("book:-1:1:1", "book:+1:1:1", "book:1_0:1:1", "book:1.0:1:1", "book:١:1:1", "book:²:1:1", "book:0x1:1:1"),
    *(f"book:1:1:{2**31}", f"announce:{2**53 + 1}", f"book:1:1:{10**50}", "book:1:1:", "book:::", "book:1:1:1:"),
    *("swap:1:1:1:", "swap:1:1:1:5", "swap:1:1:1:5.1.6", "swap:1:1:1:.", "swap:1:1:1:5.x", "swap:1:1:1:5..1"),
    *("lang:қ:", "menu:1", "visit:", "visit:1:2", "drop table", "\x00", "\ud800"),
]


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_data_is_no_button(data: str) -> None:
    assert [kind.parse(data) for kind in BUTTONS] == [None] * len(BUTTONS)


@given(st.text(max_size=64) | st.from_regex(r"[a-z]{2,8}(:[0-9a-z.]{0,6}){0,5}"))
@example("book:01:1:1")
def test_whatever_a_client_makes_up_is_read_or_refused_without_a_fuss(data: str) -> None:
    for kind in BUTTONS:
        button = kind.parse(data)
        if button is not None:
            assert kind.parse(button.data) == button


def test_no_data_is_no_button() -> None:
    assert ShowVisit.parse(None) is None


def test_data_past_the_limit_is_never_made() -> None:
    with pytest.raises(AssertionError):
        _ = Replace(1, 1, 1, tuple((10**15, 1) for _ in range(4))).data
