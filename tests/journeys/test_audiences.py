"""/announce to audiences of all kinds, in one language or three, tried out on oneself first."""

import pytest

from bot.handlers.broadcasts import LONGEST_TEXT
from bot.services.broadcasts import NobodyListens
from bot.services.organizers import UnknownName
from bot.texts import broadcasts as texts
from bot.texts import messages
from tests.house import Running
from tests.journeys.scenes import LANGUAGES, answered, logged, outbox_of, plain, settled, words_of
from tests.journeys.test_announcements import result
from tests.journeys.test_waiting import FULL, join, one_seat
from tests.phone import Phone


async def told(running: Running, owner: Phone, command: str) -> None:
    """Write an announcement, confirm it, and wait for its result."""
    preview = await answered(owner, command)
    assert preview.button("announce:") is not None, preview.text
    await owner.tap("announce:", message=preview)
    await result(running, owner, preview)


async def heard(running: Running, *phones: Phone) -> list[int]:
    return [len(await outbox_of(running, phone, "announcement")) for phone in phones]


async def test_states_languages_cities_buses_and_roles_choose_who_hears(house: Running) -> None:
    owner = await house.organizer()
    await one_seat(house)
    booked, waiting = await house.delegate("Booked", language="kk"), await house.delegate("Waiting", language="ru")
    far, nobody = await house.delegate("Far", language="kk"), await house.delegate("Nobody", language="kk")
    await house.book(booked, FULL)
    await join(house, waiting)
    await house.book(far, "karaganda-day")
    people = (owner, booked, waiting, far, nobody)

    for command, hear in (
        (f"/announce {FULL} and waiting One.", [0, 0, 1, 0, 0]),
        (f"/announce {FULL} or karaganda: Two.", [0, 1, 0, 1, 0]),
        ("/announce booked and kk Three.", [0, 1, 0, 1, 0]),
        ("/announce kk Four.", [0, 1, 0, 1, 1]),
        ("/announce B05, owner Five.", [1, 1, 0, 0, 0]),
        ("/announce astana and silent Six.", [0, 1, 0, 0, 0]),
    ):
        before = await heard(house, *people)
        await told(house, owner, command)
        after = await heard(house, *people)
        assert [new - old for old, new in zip(before, after, strict=True)] == hear, command
    assert [entry.after["audience"] for entry in await logged(house, "announce")][:2] == [
        f"{FULL} and waiting",
        f"{FULL} or karaganda",
    ]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_three_texts_reach_each_reader_in_their_language_after_a_test_to_oneself(
    house: Running, code: str
) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    readers = {each: await house.delegate(each.title(), language=each) for each in LANGUAGES}
    for reader in readers.values():
        await house.book(reader, "nab-am")
    written = "en: Come down.\nkk: Төменге түсіңіз."
    preview = await answered(owner, f"/announce nab-am\n{written}")
    gap = say.gettext("No text in {language}: {n} read {other}").format(language="Русский", n=1, other="English")
    assert gap in preview.text
    answer = await owner.tap("trial:", message=preview)
    assert answer.text == texts.tested_answer(say)
    for each in LANGUAGES:
        expected = plain(messages.announcement(words_of(house, each), text=written))
        await owner.wait_for(lambda message, expected=expected: message.text == expected)  # type: ignore[misc]
    assert await heard(house, *readers.values()) == [0, 0, 0]

    await owner.tap("announce:", message=preview)
    for each, words in (("en", "Come down."), ("kk", "Төменге түсіңіз."), ("ru", "English\n\nCome down.")):
        arrived = await readers[each].wait_for(words)
        assert arrived.text == plain(messages.announcement(words_of(house, each), text=written))


async def test_what_cannot_be_read_is_answered_with_examples_that_work(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    owner = await quick_house.organizer()
    unknown = await answered(owner, "/announce nab-am or B99: Hello")
    assert unknown.text == plain(texts.refused(say, UnknownName("B99"), most=LONGEST_TEXT))
    usage = plain(texts.usage(say, most=LONGEST_TEXT))
    assert usage in unknown.text
    assert (await answered(owner, "/announce nab-am and kk")).text == usage
    empty = await answered(owner, "/announce nab-am and kk Hello")
    assert empty.text == plain(texts.refused(say, NobodyListens(None, "nab-am and kk"), most=LONGEST_TEXT))
    await settled(owner)
    assert await logged(quick_house, "announce") == []
