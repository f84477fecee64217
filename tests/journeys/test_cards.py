"""The living card: a ticket stays one message, edited as its facts change, without a sound, and tells no old news."""

from functools import partial
from pathlib import Path

import pytest

from bot.simulator import Simulator
from bot.texts import cards as texts
from bot.texts import tickets as ticket_texts
from storage import Tx, cards, visits
from tests.house import Running, at, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    Sent,
    again,
    answered,
    booking_of,
    callbacks,
    congress_of,
    outbox_of,
    person,
    plain,
    screen_after,
    tickets,
    until,
    visit_of,
    visits_held,
    words_of,
)
from tests.journeys.test_crew import payload
from tests.journeys.test_programme import changed
from tests.phone import Call, Message, Phone


async def card_of(running: Running, phone: Phone) -> int | None:
    """Return the message that is remembered as the card of the person's one ticket."""
    known, booking = await person(running, phone), await booking_of(running, phone)
    assert known is not None
    return await running.ask(cards.read, delegate_id=known.id, booking_id=booking.id)


async def edited(phone: Phone, card: Message, wanted: str) -> Message:
    """Wait until this very message says so."""
    return await phone.wait_for(lambda seen: seen.message_id == card.message_id and wanted in seen.text)


async def ended(running: Running, phone: Phone, kind: str) -> list[Sent]:
    """Wait until nothing of this kind is under way to the person, and return what became of it."""

    async def over() -> list[Sent]:
        rows = await outbox_of(running, phone, kind)
        return rows if all(row.state not in ("due", "leased", "sending") for row in rows) else []

    return list(await until(over))


async def edits_of(running: Running, message_id: int) -> list[Call]:
    calls = await running.telegram.calls("editMessageText")
    return [call for call in calls if int(call.params["message_id"]) == message_id]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_ticket_follows_its_departure_without_a_sound(house: Running, code: str) -> None:
    owner, emma = await house.organizer(), await house.delegate(language=code)
    ticket = await house.book(emma, "nab-am")
    await answered(owner, "/delay nab-am 15")
    fresh = await edited(emma, ticket, "09:15")
    (held,) = await tickets(house, emma)
    assert fresh.text == plain(ticket_texts.ticket(words_of(house, code), held, congress=congress_of(house)))
    assert callbacks(fresh) == callbacks(ticket)
    # What rings is the short message about the change, once.
    assert [row.state for row in await ended(house, emma, "moved")] == ["sent"]
    (edit,) = await ended(house, emma, "card")
    assert (edit.state, edit.message_id) == ("sent", ticket.message_id)
    sent = [call for call in await house.telegram.calls("sendMessage") if call.chat_id == emma.id]
    assert sum("09:15" in call.params["text"] for call in sent) == 1
    assert await card_of(house, emma) == ticket.message_id


async def test_several_changes_become_one_edit(house: Running) -> None:
    """Telegram wants nothing for a moment, and the departure moves three times meanwhile."""
    owner, emma = await house.organizer(), await house.delegate()
    ticket = await house.book(emma, "nab-am")
    await until(partial(card_of, house, emma))
    before = len(await edits_of(house, ticket.message_id))
    await house.telegram.fault("sendMessage", "429", chat_id=emma.id, retry_after=1)
    for _ in range(3):
        await answered(owner, "/delay nab-am 10")
    await edited(emma, ticket, "09:30")
    rows = await ended(house, emma, "card")
    assert {row.state for row in rows} == {"sent"}
    assert len(rows) <= 2, "those that wait are one"
    assert len(await edits_of(house, ticket.message_id)) - before == len(rows)


async def test_a_change_that_comes_while_the_card_is_edited_is_told_too(house: Running) -> None:
    """The control: an edit that a sender has in hand was worded before; it does not stand for the change."""
    owner, emma = await house.organizer(), await house.delegate()
    ticket = await house.book(emma, "nab-am")
    await until(partial(card_of, house, emma))
    await house.telegram.fault("editMessageText", "502", chat_id=emma.id)
    await answered(owner, "/delay nab-am 10")

    async def in_hand() -> bool:
        return bool([row for row in await outbox_of(house, emma, "card") if row.error])

    await until(in_hand)
    await answered(owner, "/delay nab-am 10")
    await edited(emma, ticket, "09:20")
    assert {row.state for row in await ended(house, emma, "card")} == {"sent"}
    assert "09:20" in (await edited(emma, ticket, "B01")).text


async def test_a_card_that_is_gone_is_sent_anew_quietly_and_edited_from_then_on(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate()
    ticket = await house.book(emma, "nab-am")
    await until(partial(card_of, house, emma))
    await emma.delete(ticket)
    await answered(owner, "/delay nab-am 15")
    fresh = await emma.wait_for(lambda seen: seen.button("giveq:") is not None and "09:15" in seen.text)
    assert fresh.message_id > ticket.message_id
    await ended(house, emma, "card")
    assert await card_of(house, emma) == fresh.message_id
    sent = [call for call in await house.telegram.calls("sendMessage") if "You are signed up" in call.params["text"]]
    assert [call.params["disable_notification"] for call in sent] == [True]

    await answered(owner, "/delay nab-am 15")
    await edited(emma, fresh, "09:30")


@pytest.mark.parametrize("trouble", ["429", "502", "lost"])
async def test_an_edit_survives_troubles(quick_house: Running, hurried: None, trouble: str) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    await until(partial(card_of, quick_house, emma))
    await quick_house.telegram.fault("editMessageText", trouble, chat_id=emma.id)
    await answered(owner, "/delay nab-am 15")
    await edited(emma, ticket, "09:15")
    assert [row.state for row in await ended(quick_house, emma, "card")] == ["sent"]


async def test_an_edit_survives_the_process(database_url: str, simulator: Simulator) -> None:
    async with running_bot(database_url, simulator=simulator) as house:
        owner, emma = await house.organizer(), await house.delegate()
        ticket = await house.book(emma, "nab-am")
        await until(partial(card_of, house, emma))
        await house.app.house.sender.stop(within=5)  # the process ends before anything of it is sent
        await answered(owner, "/delay nab-am 15")
        await emma.look()
        seen = next(message for message in emma.messages if message.message_id == ticket.message_id)
        assert "09:00" in seen.text
    async with running_bot(database_url, simulator=simulator) as house:
        emma = await again(house, emma)
        await edited(emma, ticket, "09:15")


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_change_of_language_changes_the_tickets_in_the_chat(quick_house: Running, code: str) -> None:
    emma = await quick_house.delegate(language="kk" if code == "en" else "en")
    ticket = await quick_house.book(emma, "nab-am")
    await until(partial(card_of, quick_house, emma))
    choice = await answered(emma, "/language")
    await emma.tap(f"say:{code}", message=choice)
    say = words_of(quick_house, code)
    fresh = await edited(emma, ticket, say.gettext("You are signed up"))
    (held,) = await tickets(quick_house, emma)
    assert fresh.text == plain(ticket_texts.ticket(say, held, congress=congress_of(quick_house)))


async def test_a_new_name_stands_on_the_ticket_of_a_party(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    card = await quick_house.card(emma, "nab-am")
    await screen_after(emma, "with:", message=card)
    ticket = await screen_after(emma, "book:", message=await answered(emma, "Ann"))
    await until(partial(card_of, quick_house, emma))
    await emma.tap("name", message=await answered(emma, "/my"))
    await emma.send("Emma Әбішева")
    assert "Ann" in (await edited(emma, ticket, "Emma Әбішева")).text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_ticket_names_who_leads_the_bus_as_long_as_they_do(house: Running, code: str) -> None:
    owner, marat, emma = await house.organizer(), await house.delegate("Marat"), await house.delegate(language=code)
    ticket = await house.book(emma, "nab-am")
    assert "🙋" not in ticket.text
    await until(partial(card_of, house, emma))
    await answered(marat, f"/start {payload(await answered(owner, '/invite leader b01'))}")
    led = await edited(emma, ticket, "Marat")
    (held,) = await tickets(house, emma)
    assert held.leaders == ("Marat",)
    assert led.text == plain(ticket_texts.ticket(words_of(house, code), held, congress=congress_of(house)))
    # A new name is named, and who has taken a role back leaves no name behind. No edit rings.
    await marat.tap("name", message=await answered(marat, "/my"))
    await marat.send("Марат Әбішев")
    await edited(emma, ticket, "Марат Әбішев")
    asked = await screen_after(owner, "crewask:", message=await answered(owner, "/crew"))
    (off,) = [data for data in callbacks(asked) if data.startswith("crewoff:")]
    await screen_after(owner, off, message=asked)
    alone = await emma.wait_for(lambda seen: seen.message_id == ticket.message_id and "🙋" not in seen.text)
    assert alone.text == ticket.text


async def test_a_ticket_forgets_a_leader_who_is_forgotten(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    marat = await quick_house.delegate("Marat")
    ticket = await quick_house.book(emma, "nab-am")
    await until(partial(card_of, quick_house, emma))
    await answered(marat, f"/start {payload(await answered(owner, '/invite leader B01'))}")
    await edited(emma, ticket, "Marat")
    await screen_after(marat, "forget:", message=await answered(marat, "/forget"))
    await emma.wait_for(lambda seen: seen.message_id == ticket.message_id and "Marat" not in seen.text)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_replaced_seat_says_on_its_card_that_it_has_ended(house: Running, code: str) -> None:
    say, emma = words_of(house, code), await house.delegate(language=code)
    ticket = await house.book(emma, "nab-am")
    (old,) = await tickets(house, emma)
    await until(partial(card_of, house, emma))
    refused = await screen_after(emma, "book:", message=await house.card(emma, "nu-am"))
    await screen_after(emma, "swap:", message=refused)
    assert await visits_held(house, emma) == ["nu-am"]
    fresh = await edited(emma, ticket, say.gettext("This ticket has ended"))
    assert say.gettext("You have taken a seat on another visit instead.") in fresh.text
    assert old.booking.code not in fresh.text
    assert callbacks(fresh) == [f"visit:{old.visit.id}", "mine"]


async def test_a_seat_given_back_on_another_message_ends_its_card(quick_house: Running) -> None:
    """The seat is given back from a reminder-like message; the ticket further up must not offer it any more."""
    emma = await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    booking = await booking_of(quick_house, emma)
    await until(partial(card_of, quick_house, emma))
    own = await answered(emma, "/my")
    await emma.forge(f"give:{booking.id}:{booking.version}", own.message_id)
    say = words_of(quick_house, "en")
    fresh = await edited(emma, ticket, say.gettext("The seat was given back."))
    assert not fresh.button("giveq:")


async def test_a_seat_given_back_on_its_card_leaves_the_list_there_alone(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    await until(partial(card_of, quick_house, emma))
    own = await screen_after(emma, "give:", message=await screen_after(emma, "giveq:", message=ticket))
    assert own.button("cities") is not None
    await answered(owner, "/delay nab-am 15")
    assert [row.state for row in await ended(quick_house, emma, "card")] == ["cancelled"]
    await emma.look()
    seen = next(message for message in emma.messages if message.message_id == ticket.message_id)
    assert seen.text == own.text


async def test_the_ticket_stays_and_what_leads_elsewhere_opens_below(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    await emma.tap("mine", message=ticket)
    below = await emma.wait_for(lambda seen: seen.button("cities") is not None, newer_than=ticket)
    assert below.message_id > ticket.message_id
    more = await screen_after(emma, "more:", message=ticket)
    assert [data.split(":")[0] for data in callbacks(more)] == ["moves", "gifts", "driver", "ics", "paper", "ticket"]
    assert more.text == ticket.text
    back = await screen_after(emma, "ticket:", message=more)
    assert callbacks(back) == callbacks(ticket)
    assert await outbox_of(quick_house, emma, "old-card") == []


@pytest.mark.parametrize("code", LANGUAGES)
async def test_of_two_messages_with_one_ticket_the_former_retires(house: Running, code: str) -> None:
    owner, emma = await house.organizer(), await house.delegate(language=code)
    former = await house.book(emma, "nab-am")
    await until(partial(card_of, house, emma))
    own = await answered(emma, "/my")
    shown = await screen_after(emma, "ticket:", message=own)
    say, visit = words_of(house, code), await visit_of(house, "nab-am")
    retired = await edited(emma, former, plain(texts.elsewhere(say, visit)))
    assert callbacks(retired) == ["mine"]
    assert await card_of(house, emma) == shown.message_id
    await answered(owner, "/delay nab-am 15")
    await edited(emma, shown, "09:15")
    await ended(house, emma, "card")
    await emma.look()
    seen = next(message for message in emma.messages if message.message_id == former.message_id)
    assert seen.text == retired.text


async def test_a_former_card_that_is_gone_brings_no_new_message(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    former = await quick_house.book(emma, "nab-am")
    await until(partial(card_of, quick_house, emma))
    await emma.delete(former)
    await screen_after(emma, "ticket:", message=await answered(emma, "/my"))
    newest = emma.last.message_id
    (row,) = await ended(quick_house, emma, "old-card")
    assert row.state == "cancelled"
    await emma.look()
    assert emma.last.message_id == newest


async def test_a_change_between_reading_and_showing_is_not_lost(
    quick_house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ticket is read, the visit moves, and only then the message becomes the card: it is edited at once."""
    emma = await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    own = await answered(emma, "/my")
    visit, (held,) = await visit_of(quick_house, "nab-am"), await tickets(quick_house, emma)

    def move(tx: Tx) -> None:
        shift = at("08-22 10:00") - held.bus.departs_at if held.bus else None
        assert shift is not None
        visits.change_visit(tx, visit.id, version_up=True, leaves_at=visit.leaves_at + shift)
        visits.shift_buses(tx, [(bus.id, bus.boards_at + shift, bus.departs_at + shift) for bus in visit.buses])

    from bot.handlers import tickets as handlers

    keep = handlers.keep_card

    async def late(*args: object, **kwargs: object) -> None:
        await quick_house.db.run(move)
        await keep(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(handlers, "keep_card", late)
    await emma.tap("ticket:", message=own)
    await edited(emma, own, "10:00")


async def test_who_comes_back_finds_a_ticket_that_is_true(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate()
    ticket = await house.book(emma, "nab-am")
    await until(partial(card_of, house, emma))
    await emma.block()
    await answered(owner, "/delay nab-am 15")
    assert {row.state for row in await ended(house, emma, "card")} == {"unreachable"}
    lost = await answered(owner, "/undelivered")
    assert words_of(house, "en").gettext("Messages not sent to them: {n}").format(n=1) in lost.text, "the edit is none"
    await emma.unblock()
    await edited(emma, ticket, "09:15")


async def test_a_changed_event_file_changes_the_tickets_it_touches_and_no_others(
    sqlite_url: str, simulator: Simulator, tmp_path: Path
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma, dana = await house.delegate("Emma"), await house.delegate("Dana")
        ticket, other = await house.book(emma, "nab-am"), await house.book(dana, "nu-am")
        for phone in (emma, dana):
            await until(partial(card_of, house, phone))
        title = (await visit_of(house, "nab-am")).title["en"]
    file = changed(tmp_path, (f'en = "{title}"', 'en = "The library on the river"'))
    async with running_bot(sqlite_url, simulator=simulator, programme=file) as house:
        emma, dana = await again(house, emma), await again(house, dana)
        await edited(emma, ticket, "The library on the river")
        assert await outbox_of(house, dana, "card") == []
        assert not [call for call in await edits_of(house, other.message_id) if "river" in call.params["text"]]
