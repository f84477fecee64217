"""The short form of fuzz; and that its judge sees what it must."""

import re
from random import Random

import pytest

from bot.rules.authority import Right
from bot.simulator.arguments import Upload
from storage.records import Role
from tests.proof.fuzz import CREW, fuzz
from tests.proof.indoors import Heard
from tests.proof.judge import offences
from tests.proof.orders import ORDERS


def heard(text: str, *, label: str = "Back", refusal: str = "", content: bytes = b"") -> Heard:
    keyboard = {"inline_keyboard": [[{"text": label, "callback_data": "book:1:1:1"}]]}
    files = {"document": Upload(name="a.csv", mime_type="text/csv", content=content)}
    return Heard(method="sendMessage", values={"text": text, "reply_markup": keyboard}, files=files, refusal=refusal)


@pytest.mark.parametrize(
    "text",
    [
        "Bus {bus}",
        "{n} seats",
        "%(name)s",
        "Name: None",
        "KeyError: 'x'",
        "Traceback (most",
        "book:17:3:1",
        "<class 'x'>",
    ],
)
def test_words_for_programmers_are_seen_wherever_they_stand(text: str) -> None:
    assert list(offences(heard(text)))
    assert list(offences(heard("Hello", label=text)))
    assert list(offences(heard("Hello", content=text.encode())))


def test_what_people_type_and_what_telegram_is_moody_about_is_no_offence() -> None:
    assert not list(
        offences(heard("“{typed}” and %(typed)s: 14:30, Visit: Nonesuch", refusal="message is not modified"))
    )
    assert list(offences(heard("Hello", refusal="Bad Request: can't parse entities: x")))


async def test_three_hundred_generated_updates_do_no_harm(database_url: str) -> None:
    tally = await fuzz(database_url, updates=300, random=Random(f"2025/{database_url.partition(':')[0]}"))
    assert not tally.wrong, tally.figure
    assert tally.booked > 0
    assert len(tally.sent) == 10


async def test_a_counter_that_lies_is_seen(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: seats that are given and never counted."""
    monkeypatch.setattr("bot.services.booking.seats.take", lambda tx, **_: None)
    tally = await fuzz(sqlite_url, updates=120, random=Random(1))
    assert [what for what in tally.wrong if re.match(r"(bus|visit) ", what)], tally.figure


def test_the_crew_has_every_role_and_types_every_command() -> None:
    typed = {order.split()[0].removeprefix("/") for order in ORDERS}
    assert {right.value for right in Right if " " not in right.value} <= typed
    assert {grant.role for grant in CREW} == set(Role)
