"""A list of people comes as a CSV file; where the programme demands it, who says a listed number may sign up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.texts import importing as file_texts
from bot.texts import registered as texts
from storage import registered
from tests.house import Running, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    logged,
    next_message,
    screen_after,
    seats_add_up,
    visits_held,
    words_of,
)
from tests.journeys.test_documents import file_after
from tests.makers import PROGRAMME
from tests.phone import Message, Phone
from tests.scanner import text_of

LIST = "Регистрационный номер;ФИО;Язык;Почта\r\nA-001;Әсел Нұрланқызы;казахский;a@b.c\r\nA-002;Emma Brown;en;\r\n"


@pytest.fixture
async def strict_house(database_url: str, tmp_path: Path) -> AsyncIterator[Running]:
    """A house whose programme gives seats to registered people alone."""
    file = tmp_path / "event.toml"
    text = PROGRAMME.read_text(encoding="utf-8")
    assert "\nbadge_required = " in text
    file.write_text(text.replace("\nbadge_required = ", "\nregistered_only = true\nbadge_required = ", 1), "utf-8")
    async with running_bot(database_url, programme=file) as running:
        yield running


async def brought(phone: Phone, text: str | bytes, *, name: str = "people.csv") -> Message:
    content = text.encode() if isinstance(text, str) else text
    return await next_message(phone, await phone.send_document(content, file_name=name))


async def test_a_delegate_signs_up_once_they_have_said_a_listed_number(strict_house: Running) -> None:
    owner = await strict_house.organizer()
    say = words_of(strict_house, "en")
    shown = await brought(owner, LIST)
    assert "New: 2" in shown.text
    assert "Әсел Нұрланқызы" in shown.text
    assert "not taken over: Почта" in shown.text
    done = await screen_after(owner, "people:", message=shown)
    assert "The new list of people is in use." in done.text
    assert (await brought(owner, LIST)).text == texts.same(say)
    assert len(await logged(strict_house, "people list")) == 1
    assert "list of people applied, people: 2" in (await answered(owner, "/log import")).text

    emma = await strict_house.delegate()
    card = await strict_house.card(emma, "nab-am")
    refused = await screen_after(emma, "book:", message=card)
    assert "Say your registration number first: /number" in refused.text
    assert await visits_held(strict_house, emma) == []
    asked = await screen_after(emma, "number", message=refused)
    assert asked.text == texts.ask_number(say).replace("<b>", "").replace("</b>", "")
    wrong = await answered(emma, "A-999")
    assert "not on the list" in wrong.text
    assert congress_of(strict_house).contacts.phone in wrong.text
    right = await answered(emma, "a 002")
    assert "Your registration number: A-002" in right.text
    await strict_house.book(emma, "nab-am")
    assert await visits_held(strict_house, emma) == ["nab-am"]

    ivan = await strict_house.delegate("Ivan")
    assert "another Telegram account" in (await answered(ivan, "/number A-002")).text
    rows = await strict_house.ask(registered.read_all)
    assert [row.person.number for row in rows if row.delegate_id is not None] == ["A-002"]

    fewer = await brought(owner, LIST.replace("A-002;Emma Brown;en;\r\n", ""))
    assert "No longer listed: 1" in fewer.text
    assert "1 of those no longer listed uses the bot: seats already given stay." in fewer.text
    await screen_after(owner, "people:", message=fewer)
    assert await visits_held(strict_house, emma) == ["nab-am"]
    await seats_add_up(strict_house)


async def test_the_desk_asks_for_the_number_and_prints_in_the_list_s_language(strict_house: Running) -> None:
    owner = await strict_house.organizer()
    await screen_after(owner, "people:", message=await brought(owner, LIST))
    asked = await answered(owner, "/desk nab-am Асель Нурлановна")
    assert "Write the number that stands on their badge." in asked.text
    assert not any(each.startswith("deskseat:") for each in callbacks(asked))
    wrong = await answered(owner, "A-009")
    assert "“A-009” is not on the list" in wrong.text
    right = await answered(owner, "а 001")  # with a Cyrillic letter, as a phone may write it
    done = await screen_after(owner, "deskseat:", message=right)
    assert "Асель Нурлановна" in done.text
    _, page = await file_after(owner, "slip:", message=done)
    assert text_of(page).startswith(congress_of(strict_house).name["kk"])
    (row,) = [row for row in await strict_house.ask(registered.read_all) if row.delegate_id is not None]
    assert row.person.number == "A-001"
    by_number = await answered(owner, "/desk A-002 nab-am")
    assert "Emma Brown" in by_number.text
    await screen_after(owner, "deskseat:", message=by_number)
    ivan = await strict_house.delegate("Ivan")
    assert "another Telegram account" in (await answered(ivan, "/number A-002")).text
    await seats_add_up(strict_house)


async def test_without_the_demand_nobody_is_asked(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    assert await visits_held(quick_house, emma) == ["nab-am"]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_every_fault_of_a_list_is_named_with_its_line_and_the_mend(quick_house: Running, code: str) -> None:
    say, owner = words_of(quick_house, code), await quick_house.organizer(language=code)
    bad = "number,name,language\n,Emma,en\nA-1,,en\nA-1,Dana,xx\n"
    found = (await brought(owner, bad)).text
    for line in (2, 3, 4):
        assert say.gettext("Line {n}").format(n=line) in found
    assert say.gettext("Write en, kk or ru, or leave it empty.") in found
    assert (await brought(owner, b"PK\x03\x04 an xlsx file")).text.startswith("🚫")
    many = await owner.send_document(("number,name\n" + ",\n" + ",Emma\n" * 9).encode(), file_name="people.csv")
    report = await owner.wait_for(lambda message: message.message_id > many and message.document is not None)
    assert report.document is not None
    assert (await owner.download(report.document)).decode().count(say.gettext("Line {n}").format(n="").strip()) >= 9
    shown = await brought(owner, LIST.encode("utf-8-sig"))
    assert say.gettext("New: {n}").format(n=2) in shown.text
    forged = next(data for data in callbacks(shown) if data.startswith("people:"))
    await brought(owner, LIST + "A-003;Ivan;ru;\r\n")
    await owner.forge(forged, shown.message_id)
    await owner.wait_for(lambda message: message.text == file_texts.import_gone(say))
    assert await quick_house.ask(registered.count) == 0


async def test_a_delegates_list_is_an_unknown_message(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    unknown = (await answered(emma, "/nonsense")).text
    assert (await brought(emma, LIST)).text == unknown
    assert await quick_house.ask(registered.count) == 0


async def test_my_data_tells_of_the_list_and_forget_takes_it_off(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await screen_after(owner, "people:", message=await brought(owner, LIST))
    await answered(emma, "/number A-002")
    await answered(emma, "/mydata")
    files = [message.document for message in emma.messages if message.document is not None]
    told = "".join([(await emma.download(file)).decode(errors="ignore") for file in files])
    assert "Emma Brown" in told
    assert "Әсел" not in told
