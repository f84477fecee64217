"""The measures see what they are there for: each is shown a run that went wrong."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.phone import Call
from tests.proof.burst import sent_while_told_to_wait
from tests.proof.ledger import Rows, bus_told, read_rows, told_of_seats
from tests.proof.measure import percentile, spread
from tests.proof.order import count_inversions
from tests.proof.people import BUSES, open_database, prepare

TICKET = (
    "✅ <b>You are signed up</b>\n<b>National Academic Library</b>\n\n🗓 Friday, 22 August\n🚌 <b>Bus B03, bay A</b>"
)


def call(method: str = "sendMessage", *, at: float = 0.0, **changes: Any) -> Call:
    usual: dict[str, Any] = {"n": 1, "ended": at, "chat_id": 7, "params": {}, "status": 200, "error": None}
    return Call(method=method, at=at, **usual | changes)


def rows(**changes: Any) -> Rows:
    nothing: dict[str, Any] = {name: {} for name in ("riders", "seats", "counted", "inbox", "outbox")}
    return Rows(**nothing | {"booked": []} | changes)


def test_an_overfull_bus_is_not_made_good_by_an_empty_one() -> None:
    assert rows(seats={"B01": 10, "B02": 10}, riders={"B01": 12, "B02": 0}).oversold == 2


def test_a_counter_that_is_not_the_riders_is_named() -> None:
    assert rows(seats={"B01": 9, "B02": 9}, riders={"B01": 3, "B02": 3}, counted={"B01": 3, "B02": 2}).miscounted == [
        "B02"
    ]


async def test_the_rows_are_those_of_the_database(database_url: str) -> None:
    prepared = await prepare(database_url, people=20, seats=60, booked=15)
    async with open_database(database_url) as database:
        await database.run(lambda tx: tx.execute(text("UPDATE buses SET seats_taken = 3 WHERE label = 'B01'")))
        seen = await read_rows(database_url)
    assert {person for person, _ in seen.booked} == set(prepared.people[:15])
    assert (seen.taken, seen.oversold, seen.outbox) == (15, 0, {"sent": 15})
    assert seen.miscounted == ["B01"]
    assert {seen.seats[bus] for bus in BUSES} == {10}


def test_a_seat_is_told_by_a_ticket_that_reached_the_person() -> None:
    arrived, refused = call(params={"text": TICKET}), call(params={"text": TICKET}, chat_id=8, status=403)
    reminder = call(params={"text": "🔔 <b>Your visit is tomorrow</b>\nBus B03"}, chat_id=9)
    assert told_of_seats([arrived, refused, reminder]) == {(7, "B03")}
    assert bus_told("Signed up: bus B03, boarding 08:40.") == "B03"
    assert bus_told("Just taken.") is None


@pytest.mark.parametrize(
    ("seen", "inversions"),
    [
        (["1", "text", "2", "text", "3"], 0),
        (["1", "2", "text", "text", "3"], 1),
        (["3", "1", "text", "2", "text"], 4),
        (["1", "text", "3"], 0),
    ],
)
def test_inversions_are_counted_among_what_was_answered(seen: list[str], inversions: int) -> None:
    assert count_inversions(["1", "text", "2", "text", "3"], seen) == inversions


def test_a_message_that_defies_a_pause_is_counted_and_one_on_its_way_is_not() -> None:
    refused = call(at=10.0, status=429, error="Too Many Requests: retry after 2")
    others = [call(at=moment) for moment in (9.9, 10.05, 11.0, 11.9, 12.1)]
    assert sent_while_told_to_wait([refused, *others, call("answerCallbackQuery", at=11.0)]) == 2


def test_a_percentile_is_a_value_that_was_measured() -> None:
    seconds = [number / 100 for number in range(1, 101)]
    assert [percentile(seconds, share) for share in (0.5, 0.95, 0.99, 1.0)] == [0.5, 0.95, 0.99, 1.0]
    assert percentile([3.0], 0.5) == 3.0
    assert spread([0.012, 2.0]) == "p50 12 ms, p95 2.00 s, p99 2.00 s"
