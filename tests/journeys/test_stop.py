"""/stop ends all but the critical, says what still comes, and everything can be had again."""

import pytest

from bot.texts import broadcasts as broadcasts_texts
from bot.texts import stopping as texts
from bot.texts import welcome
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    outbox_of,
    person,
    plain,
    screen_after,
    settled,
    words_of,
)
from tests.journeys.test_reminders import EVENING, reminded, tick


@pytest.mark.parametrize("code", LANGUAGES)
async def test_after_stop_only_what_a_seat_depends_on_comes(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer()
    emma, other = await house.delegate("Emma", language=code), await house.delegate("Other")
    for phone in (emma, other):
        await house.book(phone, "nab-am")
    stopped = await answered(emma, "/stop")
    assert stopped.text == plain(texts.stopped(say))
    assert callbacks(stopped) == ["hear", "menu"]

    preview = await answered(owner, "/announce nab-am Bring water.")
    left_out = broadcasts_texts._opted_out(words_of(house, "en"), 1)
    assert left_out in preview.text
    assert "People: 1 " in preview.text
    card = await screen_after(owner, "announce:", message=preview)
    await owner.wait_for(lambda seen: seen.message_id == card.message_id and "Sent: 1 of 1" in seen.text)
    assert left_out in (await owner.wait_for(lambda seen: seen.message_id == card.message_id)).text

    house.clock.move_to(EVENING)
    await reminded(house, other)
    assert await outbox_of(house, emma, "reminder") == []

    await answered(owner, "/delay nab-am 15")
    await emma.wait_for(lambda seen: seen.text.startswith("🕘"))
    house.clock.move_to(at("08-22 08:15"))
    (hour,) = await reminded(house, emma)
    assert say.gettext("Your visit leaves soon") in hour.text
    told = [row.kind for row in await outbox_of(house, emma) if row.kind != "card"]
    assert told == ["ticket", "moved", "reminder"]


@pytest.mark.parametrize("way", ["button", "/start"])
async def test_everything_comes_again(house: Running, way: str) -> None:
    """Within the evening's hours the reminder is made up for; a deep link to a visit changes nothing."""
    emma = await house.delegate()
    await house.book(emma, "nab-am")
    stopped = await answered(emma, "/stop")
    again = await answered(emma, "/stop")  # a second one says the same
    assert again.text == stopped.text
    await house.card(emma, "enu-am")
    known = await person(house, emma)
    assert known is not None
    assert known.stopped
    house.clock.move_to(EVENING)
    await tick(house)
    assert await outbox_of(house, emma, "reminder") == []

    say = words_of(house, "en")
    if way == "button":
        answer = await emma.tap("hear", message=stopped)
        assert answer.text == texts.resumed_answer(say)
    else:
        assert (await answered(emma, "/start")).text == plain(texts.resumed(say))
    (evening,) = await reminded(house, emma)
    assert "09:00" in evening.text


async def test_what_was_written_before_stop_does_not_come_after_it(quick_house: Running) -> None:
    """An announcement of the night, due in the morning; who stops before that does not get it."""
    owner, emma, other = [
        await quick_house.organizer(),
        await quick_house.delegate("Emma"),
        await quick_house.delegate("Other"),
    ]
    for phone in (emma, other):
        await quick_house.book(phone, "nab-am")
    quick_house.clock.move_to(at("08-20 23:00"))
    preview = await answered(owner, "/announce nab-am Bring water.")
    await screen_after(owner, "announce:", message=preview)
    await answered(emma, "/stop")
    quick_house.clock.move_to(at("08-21 07:00"))
    quick_house.app.house.sender.wake()
    await other.wait_for("Bring water.")
    await settled(emma)
    assert not any("Bring water." in seen.text for seen in emma.messages)


async def test_a_stranger_who_writes_stop_is_stored_nowhere(quick_house: Running) -> None:
    stranger = await quick_house.stranger()
    notice = await answered(stranger, "/stop")
    assert notice.button(welcome.agree_label(words_of(quick_house, "en"))) is not None
    assert await person(quick_house, stranger) is None
