"""What is read of an update before it is stored: its id and whose it is, whatever else is in it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.intake.arrivals import from_store, is_late_tap, read_arrival, to_store
from storage.records import StoredUpdate
from tests.bot.intake.source import NOON, TOKEN, message, tap

GROUP = {"id": -100123, "type": "supergroup", "title": "Staff"}
BLOCKED = {
    "update_id": 3,
    "my_chat_member": {"chat": {"id": 7, "type": "private"}, "from": {"id": 7}, "new_chat_member": {"user": {"id": 1}}},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(["from", "chat", "id"]), inner)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("content", "person"),
    [
        (message(1, 7), 7),
        (tap(2, 7), 7),
        (BLOCKED, 7),
        ({"update_id": 4, "message": {"chat": GROUP, "from": {"id": 7}}}, 7),
        ({"update_id": 5, "message": {"chat": GROUP}}, -100123),
        ({"update_id": 6, "message": {"chat": GROUP, "from": 5}}, -100123),
        ({"update_id": 7, "message": {"from": {"id": 2**52 - 1}}}, 2**52 - 1),
        ({"update_id": 8, "message": {"from": {"id": 2**64}}}, None),
        ({"update_id": 9, "message": {"from": {"id": "7"}}}, None),
        ({"update_id": 10, "poll": {"id": "5"}}, None),
        ({"update_id": 11, "message": None}, None),
        ({"update_id": 12}, None),
    ],
)
def test_an_update_belongs_to_who_sent_it_else_to_its_chat(content: dict[str, Any], person: int | None) -> None:
    arrival = read_arrival(content, received_at=NOON)
    assert arrival is not None
    assert (arrival.update_id, arrival.person) == (content["update_id"], person)


@pytest.mark.parametrize(
    "content",
    [None, 5, "update", [], {}]
    + [{"update_id": wrong} for wrong in (None, "5", 5.0, True, 0, -5, 2**53, 2**70, [5], {"id": 5})],
)
def test_what_has_no_usable_id_is_no_update(content: object) -> None:
    assert read_arrival(content, received_at=NOON) is None


@given(content=st.dictionaries(st.text() | st.sampled_from(["update_id", "message"]), JSON))
def test_whatever_comes_is_read_without_an_error_and_fits_the_database(content: dict[str, Any]) -> None:
    arrival = read_arrival({"update_id": 5} | content, received_at=NOON)
    if arrival is not None:
        assert arrival.person is None or abs(arrival.person) < 2**63
        assert to_store(arrival).raw.isascii()


@given(content=st.dictionaries(st.just("message"), JSON))
def test_every_text_of_what_is_read_can_be_written_anywhere(content: dict[str, Any]) -> None:
    arrival = read_arrival({"update_id": 5} | content, received_at=NOON)
    assert arrival is not None
    for text in texts_in(arrival.content):
        assert text == text.encode().decode()
        assert "\0" not in text


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


def test_a_nul_and_half_an_emoji_are_left_out_and_nothing_else() -> None:
    arrival = read_arrival(message(5, 7, "Сә\0лем \ud83d\U0001f44d\\u0000"), received_at=NOON)
    assert arrival is not None
    assert arrival.content["message"]["text"] == "Сәлем \U0001f44d\\u0000"


def test_what_is_nested_beyond_reading_is_stored_as_it_is() -> None:
    nested: list[Any] = []
    for _ in range(700):
        nested = [nested]
    arrival = read_arrival({"update_id": 5, "message": nested}, received_at=NOON)
    assert arrival is not None
    assert arrival.content["message"] is nested


def test_what_is_stored_comes_back_the_same() -> None:
    content = message(5, 7, "Сәлем")
    arrival = read_arrival(content, received_at=NOON)
    assert arrival is not None
    new = to_store(arrival)
    assert (new.update_id, new.person) == (5, 7)
    assert from_store(StoredUpdate(update_id=5, person=7, raw=new.raw, tries=2, received_at=NOON)) == arrival


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (150, False), (151, True), (-3_600, False)])
def test_a_tap_is_late_after_the_150_seconds_that_telegram_gives(seconds: int, late: bool) -> None:
    update = Update.de_json(tap(1, 7), Bot(TOKEN))
    assert is_late_tap(update, received_at=NOON, now=NOON + timedelta(seconds=seconds)) is late


def test_a_message_is_never_late() -> None:
    update = Update.de_json(message(1, 7), Bot(TOKEN))
    assert not is_late_tap(update, received_at=NOON, now=NOON + timedelta(hours=20))
