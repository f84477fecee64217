"""/texts: what is missing, a text as people will see it, saved, taken back, never written over what was not seen."""

import pytest

from bot.simulator import Simulator
from bot.texts import editing as texts
from storage import grants
from storage.records import Grant, Role
from tests.house import OPEN, OWNER, Running, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    logged,
    next_message,
    outbox_of,
    plain,
    screen_after,
    settled,
    until,
    visit_of,
    words_of,
)
from tests.journeys.test_importing import brought, exported
from tests.phone import Message, Phone


async def written(phone: Phone, text: str) -> list[Message]:
    """Send words and return what the bot shows: the cards as people will see them, then old and new."""
    sent = await phone.send(text)
    last = await phone.wait_for(lambda message: message.message_id > sent and message.button("save:") is not None)
    return [each for each in phone.messages if sent < each.message_id <= last.message_id]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_text_is_chosen_written_seen_saved_and_taken_back(house: Running, code: str) -> None:
    say, owner, emma = words_of(house, code), await house.organizer(language=code), await house.delegate()
    ticket = await house.book(emma, "nab-am")
    was = (await visit_of(house, "nab-am")).title
    listed = await answered(owner, "/texts")
    assert plain(texts.usage(say)) in listed.text
    every = await screen_after(owner, "texts:nab-am", message=listed)
    assert "title en ✓ kk ✓ ru ✓" in every.text
    one = await screen_after(owner, "text:1:visit::title", message=every)
    assert all(words in one.text for words in was.values())
    asked = await screen_after(owner, "write:1:visit::title:en", message=one)
    assert was["en"] in asked.text
    card, proposal = await written(owner, "The <b>old</b> & \u202enew\nlibrary")
    assert card.text.startswith("The <b>old</b> & new library")  # as an English reader sees the visit
    assert was["en"] in proposal.text
    done = await screen_after(owner, "save:", message=proposal)
    assert done.text.startswith("✅")
    await emma.wait_for(
        lambda message: message.message_id == ticket.message_id and "The <b>old</b> & new library" in message.text
    )
    assert [each.kind for each in await outbox_of(house, emma)].count("moved") == 0
    (line,) = await logged(house, "text")
    assert (line.actor, line.after["text"], line.after["languages"]) == (OWNER, "title", ["en"])
    back = await screen_after(owner, "unsave:", message=done)
    assert back.text.startswith("✅")
    assert (await visit_of(house, "nab-am")).title == was
    for command in ("/log texts", "/why nab-am"):
        assert "title (en)" in (await answered(owner, command)).text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_what_cannot_stand_there_is_refused_with_the_mend_and_asked_for_again(
    quick_house: Running, code: str
) -> None:
    say, owner = words_of(quick_house, code), await quick_house.organizer(language=code)
    before = await visit_of(quick_house, "nab-am")
    for typed, wanted in (
        ("x" * 151, "150"),
        ("\u200b\u202e", plain(say.gettext("There are no words in it. Write the text."))),
    ):
        refused = await answered(owner, f"/texts nab-am title ru {typed}")
        assert wanted in refused.text
        assert refused.button("save:") is None
    (card, _) = await written(
        owner, "Библиотека \u05e1\u05e4\u05e8\u05d9\u05d9\u05d4"
    )  # the words that were asked for again
    assert "\u05e1\u05e4\u05e8\u05d9\u05d9\u05d4" in card.text
    await answered(owner, "/cancel")
    gaps = await answered(owner, "/texts nab-am bring kk Қолшатыр")
    assert "en: …" in gaps.text
    *cards, proposal = await written(owner, "en: An umbrella\nkk: Қолшатыр\nru: Зонт")
    assert [word in each.text for word, each in zip(("An umbrella", "Қолшатыр", "Зонт"), cards, strict=True)] == [
        True
    ] * 3
    assert all(word in proposal.text for word in ("An umbrella", "Қолшатыр", "Зонт"))
    assert "colour" in (await answered(owner, "/texts nab-am colour kk Көк")).text
    assert "nowhere" in (await answered(owner, "/texts nowhere")).text
    assert await visit_of(quick_house, "nab-am") == before


async def test_emoji_that_telegram_counts_twice_never_break_a_card(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    every = "\n".join(f"{code}: {'🧑' * 400}" for code in LANGUAGES)
    for field in ("about", "bring"):
        *_, proposal = await written(owner, f"/texts nab-am {field} {every}")
        done = await screen_after(owner, "save:", message=proposal)
        assert done.text.startswith("✅")
    assert "🧑" in (await quick_house.card(emma, "nab-am")).text
    sent = await owner.send(f"/texts nab-am nab/description {every}")
    await owner.wait_for(lambda message: message.message_id > sent and message.button("save:") is not None)


async def test_the_second_of_two_organizers_sees_who_was_first(quick_house: Running) -> None:
    owner, serik = await quick_house.organizer(), await quick_house.delegate("Serik")
    await quick_house.db.run(grants.give, serik.id, Grant(Role.ORGANIZER), now=OPEN)
    *_, mine = await written(owner, "/texts nab-am title kk Біріншісі")
    *_, theirs = await written(serik, "/texts nab-am title kk Екіншісі")
    await screen_after(serik, "save:", message=theirs)
    shown = await screen_after(owner, "save:", message=mine)
    assert "Changed meanwhile by Serik" in shown.text
    assert "Old: Екіншісі" in shown.text
    assert "New: Біріншісі" in shown.text
    await owner.forge(next(data for data in callbacks(mine) if data.startswith("save:")), shown.message_id)
    await settled(owner)
    assert (await visit_of(quick_house, "nab-am")).title["kk"] == "Екіншісі"
    *_, again = await written(owner, "/texts nab-am title kk Біріншісі")
    done = await screen_after(owner, "save:", message=again)
    *_, third = await written(serik, "/texts nab-am title kk Үшіншісі")
    await screen_after(serik, "save:", message=third)
    kept = await screen_after(owner, "unsave:", message=done)
    assert "Changed meanwhile by Serik" in kept.text
    assert (await visit_of(quick_house, "nab-am")).title["kk"] == "Үшіншісі"


async def test_a_citys_team_writes_of_its_city_alone(quick_house: Running) -> None:
    team = await quick_house.delegate("Almaty team")
    await quick_house.db.run(grants.give, team.id, Grant(Role.CITY, "almaty"), now=OPEN)
    listed = await answered(team, "/texts")
    assert {data for data in callbacks(listed) if data.startswith("texts:")} == {
        "texts:almaty-fly",
        "texts:almaty-local",
    }
    for command in ("/texts nab-am", "/texts congress", "/texts almaty-fly meeting kk Қақпа"):
        assert (await answered(team, command)).button("save:") is None
    assert not await logged(quick_house, "text")
    *_, proposal = await written(team, "/texts almaty-fly title kk Алматы")
    assert (await screen_after(team, "save:", message=proposal)).text.startswith("✅")


async def test_a_desk_that_is_written_is_exported_and_shown_by_all_processes(
    simulator: Simulator, postgresql_url: str
) -> None:
    async with (
        running_bot(postgresql_url, simulator=simulator) as one,
        running_bot(postgresql_url, simulator=simulator) as other,
    ):
        owner = await one.organizer()
        assert "/import" in (await answered(owner, "/texts congress")).text
        card, proposal = await written(owner, "/texts congress desk en The blue desk")
        assert "The blue desk" in card.text
        await screen_after(owner, "save:", message=proposal)

        async def all_know() -> bool:
            return all(congress_of(each).contacts.desk["en"] == "The blue desk" for each in (one, other))

        await until(all_know)
        assert "The blue desk" in (await answered(owner, "/help")).text
        file = await exported(owner)
        assert 'en = "The blue desk"' in file
        assert "This file says what is in use already" in (await brought(owner, file)).text
        shown = await brought(owner, file.replace("The blue desk", "The red desk"))
        assert "contacts desk en" in shown.text


async def test_words_of_somebody_without_the_right_save_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    unknown = (await answered(emma, "/nonsense")).text
    assert (await answered(emma, "/texts nab-am title kk Менікі")).text == unknown
    card = await answered(emma, "/help")
    for data in ("texts:nab-am", "text:1:visit::title", "write:1:visit::title:kk", "save:1", "unsave:1"):
        await emma.forge(data, card.message_id)
    await next_message(emma, await emma.send("Менікі"))
    assert not await logged(quick_house, "text")
