"""/find: an organizer finds riders by any spelling or code and is shown candidates; nobody else is shown anything."""

import pytest

from bot.texts import searching as texts
from bot.texts import welcome
from storage import grants
from storage.records import Grant, Role
from tests.house import OPEN, Running
from tests.journeys.scenes import LANGUAGES, answered, booking_of, callbacks, plain, screen_after, words_of
from tests.journeys.test_registered import LIST, brought


async def test_a_rider_is_found_in_any_script_and_by_code_and_never_picked(house: Running) -> None:
    owner = await house.organizer()
    people = {name: await house.delegate(name) for name in ("Anna Müller", "Hans Mueller", "Айгерім Қасым", "佐藤 健")}
    for phone in people.values():
        await house.book(phone, "nab-am")
    for typed in ("Müller", "мюллер", "MULLER", "mueler"):
        answer = await answered(owner, f"/find {typed}")
        for name in ("Anna Müller", "Hans Mueller"):
            assert name in answer.text, typed
        assert "Қасым" not in answer.text
        assert callbacks(answer) == []
    for typed, name in (("kasym", "Айгерім Қасым"), ("Qasym Aigerim", "Айгерім Қасым"), ("佐藤", "佐藤 健")):
        answer = await answered(owner, f"/find {typed}")
        assert name in answer.text, typed
        assert "Müller" not in answer.text
    booking = await booking_of(house, people["Hans Mueller"])
    answer = await answered(owner, f"/find {booking.code.lower()}")
    assert "Hans Mueller" in answer.text
    assert booking.code in answer.text
    assert "B01" in answer.text
    assert "Anna" not in answer.text


async def test_at_most_five_are_shown_and_who_cannot_be_reached_is_marked(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    phones = [await quick_house.delegate(f"Ann{'a' * number} Schmidt") for number in range(6)]
    for phone in phones:
        await quick_house.book(phone, "nab-am")
    answer = await answered(owner, "/find Шмидт")
    assert answer.text.count("Schmidt") == 5
    assert "cannot be reached" not in answer.text
    await phones[0].block()
    booking = await booking_of(quick_house, phones[0])
    assert "cannot be reached" in (await answered(owner, f"/find {booking.code}")).text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_bad_search_is_answered_and_a_delegate_meets_an_unknown_command(
    quick_house: Running, code: str
) -> None:
    say = words_of(quick_house, code)
    owner, emma = await quick_house.organizer(language=code), await quick_house.delegate(language=code)
    await quick_house.book(emma, "nab-am")
    for bad in ("/find", "/find " + "x" * 101):
        assert (await answered(owner, bad)).text == plain(texts.usage_find(say)), bad[:20]
    for nobody in ("Nobody", "<b>x</b>", "'; DROP TABLE riders;--", "\u202eevil", "ZZZZZ", "1"):
        assert "Emma" not in (await answered(owner, f"/find {nobody}")).text, nobody
    for typed in ("/find Emma", "/find"):
        assert (await answered(emma, typed)).text == plain(welcome.unknown(say))


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_rider_is_found_by_registration_number(house: Running, code: str) -> None:
    say, owner = words_of(house, code), await house.organizer(language=code)
    await screen_after(owner, "people:", message=await brought(owner, LIST))
    not_said, no_seat = (
        (await answered(owner, "/find a001")).text,
        say.gettext("On the list of registered people. No seat that you may see."),
    )
    assert "A-001 · Әсел Нұрланқызы" in not_said
    assert say.gettext("On the list of registered people. Nobody has told the bot this number yet.") in not_said

    emma = await house.delegate("Emma B.")
    await answered(emma, "/number A-002")
    assert (await answered(owner, "/find A-002")).text == f"🔎 A-002 · Emma Brown\n{no_seat}"
    await house.book(emma, "nab-am")
    found = (await answered(owner, "/find а 002")).text  # a Cyrillic letter, a blank
    booking = await booking_of(house, emma)
    assert f"Emma B. · {booking.code}" in found
    assert "B01" in found


async def test_who_works_for_another_city_learns_no_name_by_number(quick_house: Running) -> None:
    owner, dana = await quick_house.organizer(), await quick_house.delegate("Dana")
    await screen_after(owner, "people:", message=await brought(owner, LIST))
    emma = await quick_house.delegate("Emma B.")
    await answered(emma, "/number A-002")
    await quick_house.book(emma, "nab-am")
    await quick_house.db.run(grants.give, dana.id, Grant(Role.CITY, "almaty"), now=OPEN)
    read = (await answered(dana, "/find A-002")).text
    assert "A-002" in read
    assert "Emma" not in read
    await quick_house.db.run(grants.give, dana.id, Grant(Role.CITY, "astana"), now=OPEN)
    assert "Emma B." in (await answered(dana, "/find A-002")).text
