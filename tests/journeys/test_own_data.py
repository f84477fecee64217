"""/mydata: a page and JSON with all that is stored, to the person alone; and consent to a notice that has changed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.documents import own_data as documents
from bot.texts import forgetting as forgetting_texts
from bot.texts import own_data as texts
from bot.texts import welcome
from storage.inbox import NewUpdate
from storage.own_data import rows_about
from tests.databases import store_for_nobody
from tests.house import OPEN, Running, at, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    again,
    answered,
    callbacks,
    congress_of,
    logged,
    outbox_of,
    person,
    plain,
    screen_after,
    settled,
    visits_held,
    words_of,
    written_down,
)
from tests.journeys.test_forgetting import sign_up_with
from tests.makers import PROGRAMME
from tests.phone import Message, Phone

COMPANION, STRANGER = "Theodora <b>8RZ</b>", "Ivan-5JK"


async def files_after(phone: Phone, asked: int) -> dict[str, tuple[Message, str]]:
    """Wait for both files below a message; return each by its name with its text."""
    await phone.wait_for(
        lambda seen: seen.message_id > asked and seen.document is not None and documents.JSON in str(seen.document)
    )
    found = {}
    for seen in phone.messages:
        if seen.message_id > asked and seen.document is not None:
            found[seen.document.file_name] = (seen, (await phone.download(seen.document)).decode())
    return found


@pytest.mark.parametrize("code", LANGUAGES)
async def test_all_that_is_stored_comes_as_a_page_and_as_json(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    other = await quick_house.delegate(STRANGER, language="ru")
    await sign_up_with(quick_house, other, "nab-am", "Companion-of-Ivan")
    emma = await quick_house.delegate("Emma-7QX", language=code)
    await sign_up_with(quick_house, emma, "nab-am", COMPANION)
    await settled(emma)
    await written_down(quick_house)

    files = await files_after(emma, await emma.send("/mydata"))
    assert set(files) == {documents.PAGE, documents.JSON}
    page_message, page = files[documents.PAGE]
    assert page_message.text == texts.caption(say)
    known = await person(quick_house, emma)
    assert known is not None
    told = json.loads(files[documents.JSON][1])
    stored = await quick_house.ask(rows_about, delegate_id=known.id, telegram_id=emma.id)
    assert {table: len(told[table]) for table in stored} == {table: len(rows) for table, rows in stored.items()} | {
        "inbox": 1  # the command itself was being handled
    }
    assert told["congress"] == congress.id
    assert told["delegates"][0]["telegram_id"] == emma.id
    assert [each["name"] for each in told["riders"]] == ["Emma-7QX", COMPANION]
    assert [line["action"] for line in told["log"]] == ["agree", "book"]

    assert f'<html lang="{code}">' in page
    assert "Emma-7QX" in page
    assert "Theodora &lt;b&gt;8RZ&lt;/b&gt;" in page
    assert say.gettext("Your visits and waits") in page
    for text in (page, files[documents.JSON][1]):
        assert STRANGER not in text
        assert "Companion-of-Ivan" not in text
        assert not re.search(rf"\b{other.id}\b", text)


async def test_half_an_emoji_in_what_waits_keeps_nobody_from_their_data(quick_house: Running) -> None:
    """Some broken client sent it, to a version that stored it as it came."""
    emma = await quick_house.delegate()
    raw = json.dumps({"update_id": 2**40, "message": {"text": "bus \ud83d?", "from": {"id": emma.id}}})
    old = NewUpdate(update_id=2**40, person=emma.id, raw=raw)
    await store_for_nobody(quick_house.db, [old], received_at=OPEN)

    files = await files_after(emma, await emma.send("/mydata"))
    assert "bus ??" in files[documents.PAGE][1]
    assert "bus \\\\ud83d?" in files[documents.JSON][1]


async def test_the_button_under_the_policy_sends_the_same(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    policy = await answered(emma, "/privacy")
    assert callbacks(policy) == ["mydata", "forgetq", "menu"]
    await emma.tap("mydata", message=policy)
    assert set(await files_after(emma, policy.message_id)) == {documents.PAGE, documents.JSON}
    question = await screen_after(emma, "forgetq", message=policy)
    assert question.button("forget:") is not None


async def test_strangers_are_told_that_nothing_is_stored(quick_house: Running) -> None:
    for code in LANGUAGES:
        stranger = await quick_house.stranger(language=code)
        for command in ("/mydata", "/forget"):
            said = await answered(stranger, command)
            assert said.text == forgetting_texts.nothing_stored(words_of(quick_house, code))
        assert await person(quick_house, stranger) is None


async def test_an_organizer_is_told_of_what_they_did_and_of_nobody_else(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate("Emma-7QX")
    await quick_house.book(emma, "nab-am")
    await answered(owner, "/delay nab-am 15")
    files = await files_after(owner, await owner.send("/mydata"))
    told = json.loads(files[documents.JSON][1])
    assert [row["role"] for row in told["grants"]] == ["owner"]
    assert "delay" in [line["action"] for line in told["log"]]
    for _, text in files.values():
        assert "Emma-7QX" not in text
        assert not re.search(rf"\b{emma.id}\b", text)  # a second's fraction may hold the digits


@pytest.fixture
def changed_notice(tmp_path: Path) -> Path:
    """The shipped event file with a new version of the notice."""
    written = PROGRAMME.read_text(encoding="utf-8")
    changed = written.replace('[privacy]\nversion = "1"', '[privacy]\nversion = "2"')
    assert changed != written
    path = tmp_path / "changed.toml"
    path.write_text(changed, encoding="utf-8")
    return path


@pytest.mark.parametrize("code", LANGUAGES)
async def test_who_agreed_to_an_earlier_notice_is_asked_kindly_and_loses_nothing(
    database_url: str, simulator: Any, changed_notice: Path, code: str
) -> None:
    async with running_bot(database_url, simulator=simulator) as house:
        emma = await house.delegate("Emma-7QX", language=code)
        ticket = await house.book(emma, "nab-am")
    async with running_bot(database_url, simulator=simulator, programme=changed_notice) as house:
        emma = await again(house, emma)
        say, congress = words_of(house, code), congress_of(house)
        assert congress.privacy.version == "2"
        tap = await emma.tap("giveq:", message=ticket)
        assert tap.text == welcome.changed_notice_answer(say)
        notice = await emma.wait_for(lambda seen: seen.button(f"ok:{code}:") is not None, newer_than=ticket)
        assert notice.text == plain(welcome.changed_notice(say, congress))
        assert notice.message_id > ticket.message_id
        kept = next(seen for seen in emma.messages if seen.message_id == ticket.message_id)
        assert kept.buttons == ticket.buttons
        assert await visits_held(house, emma) == ["nab-am"]
        # Leaving and looking need no consent, and reminders go on.
        assert (await answered(emma, "/forget")).button("forget:") is not None
        await files_after(emma, await emma.send("/mydata"))
        house.clock.move_to(at("08-21 18:00"))
        await emma.wait_for(lambda seen: seen.button("giveq:") is not None or "B01" in seen.text, newer_than=notice)
        (reminder,) = await outbox_of(house, emma, "reminder")
        assert reminder.state in ("sending", "sent")

        await screen_after(emma, f"ok:{code}:", message=notice)
        known = await person(house, emma)
        assert known is not None
        assert (known.consent, known.name) == ("2", "Emma-7QX")
        assert [line.after["notice"] for line in await logged(house, "agree")] == ["1", "2"]
        asked = await screen_after(emma, "giveq:", message=kept)
        assert asked.button("give:") is not None
