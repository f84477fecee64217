"""The event file leaves by /export as things stand, and comes back by the chat: faults, diff, harm, apply."""

import re
import tomllib
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.services.acts import RECALL
from bot.services.importing import LARGEST_FILE
from bot.simulator import Simulator
from bot.texts import importing as texts
from storage import congress, visits
from storage.records import VisitState
from tests.house import OWNER, Running, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    again,
    answered,
    callbacks,
    congress_of,
    logged,
    next_message,
    screen_after,
    seats_add_up,
    settled,
    until,
    visit_of,
    visits_held,
    words_of,
)
from tests.makers import PROGRAMME
from tests.phone import Message, Phone

NAME = "programme.toml"


async def exported(phone: Phone) -> str:
    """The file that /export gives."""
    message = await answered(phone, "/export")
    assert message.document is not None
    assert message.document.file_name == "wlic2025.toml"
    return (await phone.download(message.document)).decode()


async def brought(phone: Phone, text: str | bytes, *, name: str = NAME) -> Message:
    """Send the file and return what the bot says of it."""
    content = text.encode() if isinstance(text, str) else text
    return await next_message(phone, await phone.send_document(content, file_name=name))


def with_table(text: str, kind: str, key: str, **fields: str) -> str:
    """The file with other values in the table of this id, as TOML writes them."""
    head, table = re.split(rf'(?=\[\[{kind}\]\]\nid = "{key}"\n)', text)
    for field, value in fields.items():
        table, count = re.subn(rf"^{field} = .*$", f"{field} = {value}", table, count=1, flags=re.MULTILINE)
        assert count == 1, field
    return head + table


async def stored(running: Running) -> Any:
    """What an import must leave as it is when it changes nothing."""
    return await running.ask(lambda tx: (visits.read_all(tx), congress.version(tx)))


async def test_an_export_is_the_programme_as_it_stands_and_changes_nothing_when_it_comes_back(house: Running) -> None:
    emma, owner = await house.delegate(), await house.organizer()
    await house.book(emma, "nab-am")
    untouched = tomllib.loads(await exported(owner))
    assert untouched["visits"] == tomllib.loads(await exported(owner))["visits"]
    await answered(owner, "/delay nab-am 15")
    await answered(owner, "/seats B01 40")
    await answered(owner, "/delay aitu-walk -30")
    text = await exported(owner)
    file = tomllib.loads(text)
    table = {each["id"]: each for each in file["visits"] + file["buses"]}
    nab = await visit_of(house, "nab-am")
    assert table["B01"]["seats"] == 40
    assert [table[bus.label]["departs"] for bus in nab.buses] == [bus.departs_at for bus in nab.buses]
    assert [table[bus.label]["boarding"] for bus in nab.buses] == [bus.boards_at for bus in nab.buses]
    assert table["nab-am"]["end"] == nab.returns_at
    assert table["aitu-walk"]["start"] == (await visit_of(house, "aitu-walk")).leaves_at
    before = await stored(house)
    say = words_of(house, "en")
    assert (await brought(owner, text)).text == texts.nothing_new(say)
    assert await stored(house) == before
    other_words = text.replace('en = "A school library"', 'en = "The school of tomorrow"')
    assert other_words != text
    shown = await brought(owner, other_words)
    assert "nab-am" not in shown.text
    await screen_after(owner, "import:", message=shown)
    after = await visit_of(house, "nab-am")
    assert (after.leaves_at, after.buses, after.version) == (nab.leaves_at, nab.buses, nab.version)
    assert await visits_held(house, emma) == ["nab-am"]


async def test_an_import_is_shown_applied_logged_and_in_use_at_once(house: Running) -> None:
    emma, owner = await house.delegate(), await house.organizer()
    ticket = await house.book(emma, "nab-am")
    text = await exported(owner)
    visit = text[text.index('[[visits]]\nid = "aitu-walk"') :].split("[[visits]]")[1].split("[[buses]]")[0]
    new_visit = "[[visits]]" + visit.replace('"aitu-walk"', '"night-walk"')
    changed = with_table(text, "buses", "B07", seats="29").replace("[[buses]]", new_visit + "[[buses]]", 1)
    changed = with_table(changed, "buses", "B01", plate='"777 ABC 01"')
    changed = changed.replace('"National Academic Library and Book Museum"', '"National Academic Library & <Museum>"')
    assert (await answered(owner, "/import")).text.startswith("📥")
    shown = await brought(owner, changed)
    assert "1 new visit: night-walk" in shown.text
    assert re.search(r"Bus B07 · seats: \d+ → 29", shown.text)
    assert "Bus B01 · plate: – → 777 ABC 01" in shown.text
    done = await screen_after(owner, "import:", message=shown)
    assert "The new programme is in use." in done.text
    assert congress_of(house).version == 2
    await house.book(emma, "night-walk")
    assert await visits_held(house, emma) == ["nab-am", "night-walk"]
    await emma.wait_for(
        lambda message: message.message_id == ticket.message_id and "Library & <Museum>" in message.text
    )
    lines = await logged(house, "programme")
    assert [line.actor for line in lines] == [None, OWNER]
    assert (await brought(owner, changed)).text == texts.nothing_new(words_of(house, "en"))
    assert len(await logged(house, "programme")) == 2
    await seats_add_up(house)


async def test_what_would_harm_booked_people_is_named_with_its_command_and_cannot_be_applied(house: Running) -> None:
    emma, owner = await house.delegate(), await house.organizer()
    await house.book(emma, "pres-am")
    text, before = await exported(owner), await stored(house)
    later = with_table(text, "buses", "B05", departs="2025-08-22T09:35:00+05:00")
    shown = await brought(owner, with_table(later, "visits", "pres-am", meeting_point='"mp-walk"'))
    assert "This would harm people who are booked." in shown.text
    assert "1 seat is taken → /delay pres-am 15" in shown.text
    assert "other than now: meeting point" in shown.text
    assert not shown.buttons
    assert await stored(house) == before


def has_plan(message: Message, *, after: int) -> bool:
    return message.message_id > after and message.button("act:") is not None


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_smaller_bus_of_the_file_comes_with_a_plan_for_its_passengers(house: Running, code: str) -> None:
    owner, say = await house.organizer(language=code), words_of(house, code)
    phones = {each: await house.delegate(each.title(), language=each) for each in LANGUAGES}
    for phone in phones.values():
        await house.book(phone, "katru-am")
        house.clock.advance(timedelta(seconds=1))
    text, before = await exported(owner), await stored(house)
    smaller = with_table(with_table(text, "buses", "B10", seats="2"), "buses", "B01", plate='"777 ABC 01"')
    sent = await owner.send_document(smaller.encode(), file_name=NAME)
    foot = say.ngettext(
        "More seats of {n} bus are taken than it would have: the plan for its passengers stands below.",
        "More seats of {n} buses are taken than they would have: the plan for their passengers stands below.",
        1,
    ).format(n=1)
    shown = await owner.wait_for(lambda message: message.message_id > sent and foot in message.text)
    assert "777 ABC 01" in shown.text
    assert not shown.buttons
    card = await owner.wait_for(partial(has_plan, after=shown.message_id))
    assert say.gettext("Put this file in use?") in card.text
    assert NAME in card.text
    line = say.ngettext(
        "By the rule {n} person leaves: {held} held, {queued} queued, {nothing} nothing",
        "By the rule {n} people leave: {held} held, {queued} queued, {nothing} nothing",
        1,
    )
    assert line.format(n=1, held=1, queued=0, nothing=0) in card.text
    for each in LANGUAGES:
        assert words_of(house, each).gettext("Your seat is gone: the bus has become smaller") in card.text
    waits = await screen_after(owner, "act:", message=card)
    assert say.gettext("Nothing has changed yet, and nobody has been told. Until then you can recall it.") in waits.text
    assert await stored(house) == before
    house.clock.advance(RECALL)
    lost = await phones["ru"].wait_for(words_of(house, "ru").gettext("Your seat is gone: the bus has become smaller"))
    assert [data.split(":")[0] for data in callbacks(lost)] == ["take", "others", "leave"]
    assert (await visits_held(house, phones["en"]), await visits_held(house, phones["kk"])) == (["katru-am"],) * 2
    done = await owner.wait_for(
        lambda seen: seen.message_id == card.message_id and say.gettext("The new programme is in use.") in seen.text
    )
    assert say.gettext("Told: {sent} of {total}").format(sent=1, total=1) in done.text
    await phones["ru"].tap("take:", message=lost)
    (elsewhere,) = await visits_held(house, phones["ru"])
    assert elsewhere != "katru-am"
    (bus,) = (await visit_of(house, "katru-am")).buses
    assert (bus.seats, bus.seats_taken) == (2, 2)
    assert (await visit_of(house, "nab-am")).buses[0].plate == "777 ABC 01"
    await owner.tap("actcsv:", message=done)
    file = await owner.wait_for(lambda message: message.message_id > card.message_id and message.document is not None)
    assert file.document is not None
    assert "Ru" in (await owner.download(file.document)).decode()
    assert (await brought(owner, smaller)).text == texts.nothing_new(say)
    await seats_add_up(house)


async def test_a_recalled_file_changes_nothing_and_a_plan_that_somebody_overtook_is_over(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    for name in ("Emma", "Omar"):
        await quick_house.book(await quick_house.delegate(name), "katru-am")
    smaller = with_table(await exported(owner), "buses", "B10", seats="1")
    before = await stored(quick_house)
    for overtaken in (False, True):
        sent = await owner.send_document(smaller.encode(), file_name=NAME)
        found = await owner.wait_for(partial(has_plan, after=sent))
        if overtaken:
            await answered(owner, "/seats B10 7")
            over = await screen_after(owner, "act:", message=found)
            assert "Send it again to see it afresh." in over.text
            assert not over.buttons
        else:
            waits = await screen_after(owner, "act:", message=found)
            await screen_after(owner, "recall:", message=waits)
            quick_house.clock.advance(RECALL)
            await settled(owner)
            assert await stored(quick_house) == before
    assert congress_of(quick_house).version == 1


async def test_what_changed_meanwhile_is_shown_afresh(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    text = await exported(owner)
    shown = await brought(owner, with_table(text, "buses", "B07", seats="29"))
    await answered(owner, "/seats B07 33")
    fresh = await screen_after(owner, "import:", message=shown)
    assert "33 → 29" in fresh.text
    assert congress_of(quick_house).version == 1
    done = await screen_after(owner, "import:", message=fresh)
    assert "in use" in done.text
    assert "This file says what is in use already" in (await brought(owner, await exported(owner))).text
    await owner.forge(next(data for data in callbacks(fresh) if data.startswith("import:")), done.message_id)
    await settled(owner)
    assert congress_of(quick_house).version == 2


@pytest.mark.parametrize("code", LANGUAGES)
async def test_files_that_are_none_are_answered_with_the_mend(quick_house: Running, code: str) -> None:
    say, owner = words_of(quick_house, code), await quick_house.organizer(language=code)
    before = await stored(quick_house)
    text = PROGRAMME.read_text(encoding="utf-8")
    assert (await brought(owner, b"\xff\xfe\x00nothing")).text == texts.no_text(say)
    assert (await brought(owner, b"#" * (LARGEST_FILE + 1))).text == texts.too_large(say)
    assert say.gettext("{file}, line {line}").format(file=NAME, line=1) in (await brought(owner, "no toml")).text
    unclosed = (await brought(owner, text.replace('slot = "am"', 'slot = "am', 1))).text
    assert say.gettext("a text in quotes does not end") in unclosed
    assert "→ " + say.gettext("close it with a quote; a text of several lines begins and ends with three") in unclosed
    beyond = {"this number is too long": "9" * 5_000, "more lists in lists stand here than can be read": "[" * 5_000}
    for problem, value in beyond.items():
        said = (await brought(owner, text.replace("capacity = ", f"capacity = {value}", 1))).text
        assert say.gettext(problem) in said
    few = (await brought(owner, text.replace('stops = ["aitu"]', 'stops = ["nowhere"]'))).text
    line = text[: text.index('stops = ["aitu"]')].count("\n") + 1
    key = 'visits[9] "aitu-walk" .stops[0]'
    assert say.gettext("{file}, line {line}, {key}").format(file=NAME, line=line, key=key) in few
    assert say.gettext("there is no library “{name}”").format(name="nowhere") in few
    assert "→ " + say.gettext("add it to {table}, or write one of {known}").partition("{")[0] in few
    many = await owner.send_document(re.sub(r"seats = \d+", "seats = -1", text).encode(), file_name=NAME)
    report = await owner.wait_for(lambda message: message.message_id > many and message.document is not None)
    assert report.document is not None
    listed, mend = (await owner.download(report.document)).decode(), say.gettext("Mend: {mend}").partition("{")[0]
    assert listed.count(mend + say.gettext("write at least {limit}").format(limit=0)) > texts.MOST_FAULTS
    await answered(owner, "/import")
    asked = await next_message(owner, await owner.send("here it comes"))
    assert asked.text.startswith("📥")
    assert (await brought(owner, text, name="programme.xlsx")).text.startswith("🚫")
    await answered(owner, "/cancel")
    assert not (await brought(owner, text, name="programme.xlsx")).text.startswith("🚫")
    assert await stored(quick_house) == before


async def test_a_delegates_file_is_an_unknown_message(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    unknown = (await answered(emma, "/nonsense")).text
    assert (await answered(emma, "/export")).text == unknown
    assert (await answered(emma, "/import")).text == unknown
    assert (await brought(emma, PROGRAMME.read_text(encoding="utf-8"))).text == unknown


async def test_a_restart_with_the_old_file_keeps_what_was_imported(
    simulator: Simulator, sqlite_url: str, tmp_path: Path
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        owner = await running.organizer()
        shown = await brought(owner, with_table(await exported(owner), "visits", "nu-am", closed="true", capacity="30"))
        await screen_after(owner, "import:", message=shown)
    async with running_bot(sqlite_url, simulator=simulator) as running:
        visit = await visit_of(running, "nu-am")
        assert (visit.state, visit.host_limit) == (VisitState.CLOSED, 30)
        owner = await again(running, owner)
        assert "closed = true" in await exported(owner)
    file = tmp_path / "event.toml"
    file.write_text(PROGRAMME.read_text(encoding="utf-8") + "\n# another file\n", encoding="utf-8")
    async with running_bot(sqlite_url, simulator=simulator, programme=file) as running:
        visit = await visit_of(running, "nu-am")
        assert visit.state is VisitState.OPEN  # a file that was changed is obeyed again
        assert len(await logged(running, "programme")) == 3


async def test_other_processes_follow_an_import(simulator: Simulator, postgresql_url: str) -> None:
    async with (
        running_bot(postgresql_url, simulator=simulator) as one,
        running_bot(postgresql_url, simulator=simulator) as other,
    ):
        owner = await one.organizer()
        shown = await brought(owner, with_table(await exported(owner), "buses", "B07", seats="29"))
        await screen_after(owner, "import:", message=shown)

        async def all_know() -> bool:
            return congress_of(one).version == congress_of(other).version == 2

        await until(all_know)
