"""A tap that waited with us for too long shows the fresh card of what it was about, says so, and does nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot import buttons
from bot.buttons import Button
from bot.clock import real_now
from bot.handlers.late import INSTEAD
from bot.intake.arrivals import read_arrival, to_store
from bot.services.booking import book_seat
from bot.services.forgetting import look_at_leaving
from bot.simulator import Simulator
from bot.texts import companions, welcome
from bot.texts import tickets as texts
from storage import drafts
from storage.database import Database
from storage.tables import metadata
from tests.databases import store_for_nobody
from tests.house import OPEN, OWNER, TOKEN, Running, running_bot
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
    tickets,
    visit_of,
    visits_held,
    words_of,
    written_down,
)
from tests.phone import Answer, Message, Phone, Telegram

WAITED = timedelta(seconds=160)
SHOWS_ONLY = {
    buttons.ShowDeskSeat,
    buttons.AskTakeBack,
    buttons.RenewBoard,
    buttons.ShowBus,
    buttons.ShowDay,
    buttons.ShowPhrases,
    buttons.ShowText,
    buttons.ShowTexts,
    buttons.ShowUnheard,
    buttons.EarlierLog,
    buttons.PickLanguage,
    buttons.WhyOf,
    buttons.ChooseLanguage,
    buttons.Menu,
    buttons.Cities,
    buttons.Visits,
    buttons.ShowVisit,
    buttons.ShowLibraries,
    buttons.Find,
    buttons.Narrow,
    buttons.ChooseValue,
    buttons.ShowFound,
    buttons.Similar,
    buttons.Own,
    buttons.ShowTicket,
    buttons.AskRelease,
    buttons.ChooseMove,
    buttons.AskMove,
    buttons.GiveAway,
    buttons.ShowWheelchairs,
    buttons.OwnBelow,
    buttons.MoreOfTicket,
    buttons.ShowEvening,
    buttons.ShowAct,
    buttons.ShowCrew,
    buttons.AskRevoke,
    buttons.ShowOthers,
    buttons.AskFree,
    buttons.AskForget,
    buttons.RosterPage,
    buttons.UndeliveredPage,
    buttons.ShowWait,
    buttons.ChooseBeside,
}

Tap = tuple[str, Message]


class Absence:
    """The bot is away: what is tapped now was stored by a process that died, and waits since then."""

    def __init__(self, simulator: Simulator, database_url: str, session: aiohttp.ClientSession) -> None:
        self._simulator = simulator
        self._database_url = database_url
        self._session = session
        self._tapping: list[asyncio.Task[Answer]] = []
        self.update_ids: list[int] = []

    async def tap(self, phone: Phone, taps: Sequence[Tap]) -> None:
        """Press these one after the other; nobody answers yet."""
        same = Phone(self._simulator.url, phone_id=phone.id, session=self._session)
        telegram = Telegram(self._simulator.url, session=self._session)
        for number, (data, card) in enumerate(taps, await telegram.pending() + 1):
            self._tapping.append(asyncio.create_task(same.forge(data, card.message_id, wait=60)))
            async with asyncio.timeout(10):
                while await telegram.pending() < number:
                    continue

    async def store(self, *, waited: timedelta = WAITED) -> None:
        """The dead process has stored all that was tapped, so long ago."""
        url = f"{self._simulator.url}/bot{TOKEN}/getUpdates"
        async with self._session.post(url, json={"timeout": 0}) as answer:
            updates = json.loads(await answer.text())["result"]
        received_at = real_now() - waited
        read = [read_arrival(update, received_at=received_at) for update in updates]
        new = [to_store(arrival) for arrival in read if arrival is not None]
        self.update_ids = [one.update_id for one in new]
        async with self._database() as database:
            await store_for_nobody(database, new, received_at=received_at)

    async def run(self, service: Callable[..., Any], *args: Any, **others: Any) -> Any:
        async with self._database() as database:
            return await database.run(service, *args, **others)

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Database]:
        database = await Database.open(self._database_url)
        try:
            yield database
        finally:
            await database.close()

    async def answers(self) -> list[str]:
        """What each tap was answered, once the bot is back."""
        return [answer.text for answer in await asyncio.gather(*self._tapping)]


async def booked_by(running: Running, phone: Phone) -> list[str]:
    await settled(phone)
    return await visits_held(running, phone)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_late_sign_up_takes_no_seat_and_shows_the_fresh_card(
    sqlite_url: str, simulator: Simulator, code: str
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await house.delegate(language=code)
        card = await house.card(emma, "nab-am")
        data = next(data for data in callbacks(card) if data.startswith("book:"))
    async with aiohttp.ClientSession() as session:
        away = Absence(simulator, sqlite_url, session)
        await away.tap(emma, [(data, card)])
        await away.store()
        async with running_bot(sqlite_url, simulator=simulator, now=OPEN + timedelta(hours=1)) as house:
            emma = await again(house, emma)
            assert await away.answers() == [welcome.old_button_answer(words_of(house, code))]
            assert await booked_by(house, emma) == []
            shown = next(message for message in emma.messages if message.message_id == card.message_id)
            assert data in callbacks(shown), "it can be tapped again"
            await emma.tap(data, message=shown)
            assert await booked_by(house, emma) == ["nab-am"]


async def test_a_tap_that_waited_less_is_obeyed(sqlite_url: str, simulator: Simulator) -> None:
    """The control: it is the age alone that made it late."""
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await house.delegate()
        card = await house.card(emma, "nab-am")
        data = next(data for data in callbacks(card) if data.startswith("book:"))
    async with aiohttp.ClientSession() as session:
        away = Absence(simulator, sqlite_url, session)
        await away.tap(emma, [(data, card)])
        await away.store(waited=timedelta(seconds=100))
        async with running_bot(sqlite_url, simulator=simulator) as house:
            emma = await again(house, emma)
            (answer,) = await away.answers()
            assert answer.startswith("Signed up: bus B01")
            assert await booked_by(house, emma) == ["nab-am"]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_late_repeat_of_a_sign_up_that_was_committed_shows_the_ticket(
    database_url: str, simulator: Simulator, code: str
) -> None:
    async with running_bot(database_url, simulator=simulator) as house:
        emma = await house.delegate(language=code)
        card = await house.card(emma, "nab-am")
        data = next(data for data in callbacks(card) if data.startswith("book:"))
        known, visit, congress = await person(house, emma), await visit_of(house, "nab-am"), congress_of(house)
        assert known is not None
    async with aiohttp.ClientSession() as session:
        away = Absence(simulator, database_url, session)
        await away.tap(emma, [(data, card)])
        await away.store()
        await away.run(
            book_seat,
            delegate_id=known.id,
            visit_id=visit.id,
            visit_version=visit.version,
            congress=congress,
            now=OPEN,
            cause=f"update/{away.update_ids[0]}",
        )
        async with running_bot(database_url, simulator=simulator) as house:
            emma = await again(house, emma)
            say = words_of(house, code)
            assert await away.answers() == [welcome.old_button_answer(say)]
            assert await booked_by(house, emma) == ["nab-am"]
            (ticket,) = await tickets(house, emma)
            shown = next(message for message in emma.messages if message.message_id == card.message_id)
            assert shown.text == plain(texts.ticket(say, ticket, congress=congress_of(house)))
            assert len(await logged(house, "book")) == 1


async def test_a_late_release_keeps_the_seat_and_shows_the_ticket(sqlite_url: str, simulator: Simulator) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await house.delegate()
        asked = await screen_after(emma, "giveq:", message=await house.book(emma, "nab-am"))
        data = next(data for data in callbacks(asked) if data.startswith("give:"))
    async with aiohttp.ClientSession() as session:
        away = Absence(simulator, sqlite_url, session)
        await away.tap(emma, [(data, asked)])
        await away.store()
        async with running_bot(sqlite_url, simulator=simulator) as house:
            emma = await again(house, emma)
            assert await away.answers() == [welcome.old_button_answer(words_of(house, "en"))]
            assert await booked_by(house, emma) == ["nab-am"]
            shown = next(message for message in emma.messages if message.message_id == asked.message_id)
            assert any(data.startswith("giveq:") for data in callbacks(shown))


async def test_a_late_tap_leaves_half_typed_names_and_shows_them(sqlite_url: str, simulator: Simulator) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await house.delegate()
        card = await house.card(emma, "nab-am")
        await screen_after(emma, "with:", message=card)
        party = await answered(emma, "Marat Omarov\nSaule Omarova")
        known, visit = await person(house, emma), await visit_of(house, "nab-am")
        assert known is not None
    async with aiohttp.ClientSession() as session:
        away = Absence(simulator, sqlite_url, session)
        await away.tap(emma, [(f"drop:{visit.id}", party), ("end", party), ("menu", card), (f"with:{visit.id}", card)])
        await away.store()
        async with running_bot(sqlite_url, simulator=simulator) as house:
            emma = await again(house, emma)
            say = words_of(house, "en")
            assert await away.answers() == [welcome.old_button_answer(say)] * 4
            draft = await house.ask(drafts.read, known.id, now=house.clock.now())
            assert draft is not None
            assert draft.fields["names"] == ["Marat Omarov", "Saule Omarova"]
            await emma.look()
            for message_id in (party.message_id, card.message_id):
                shown = next(message for message in emma.messages if message.message_id == message_id)
                assert "Saule Omarova" in shown.text
                assert shown.text != plain(companions.ask_name(say, person="Emma"))


async def test_a_late_agreement_stores_nobody(sqlite_url: str, simulator: Simulator) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await house.stranger()
        notice = await answered(emma, "/start v_nab-am")
        data = next(data for data in callbacks(notice) if data.startswith("ok:en:"))
    async with aiohttp.ClientSession() as session:
        away = Absence(simulator, sqlite_url, session)
        await away.tap(emma, [(data, notice)])
        await away.store()
        async with running_bot(sqlite_url, simulator=simulator) as house:
            emma = await again(house, emma)
            assert await away.answers() == [welcome.old_button_answer(words_of(house, "en"))]
            assert await person(house, emma) is None
            shown = next(message for message in emma.messages if message.message_id == notice.message_id)
            assert data in callbacks(shown)


async def test_a_late_announcement_is_sent_to_nobody_and_its_preview_shown(
    sqlite_url: str, simulator: Simulator
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await house.delegate()
        owner = await house.organizer()
        preview = await answered(owner, "/announce all The buses wait at gate 4.")
        data = next(data for data in callbacks(preview) if data.startswith("announce:"))
    async with aiohttp.ClientSession() as session:
        away = Absence(simulator, sqlite_url, session)
        await away.tap(owner, [(data, preview), ("file:csv:riders:nab-am", preview), (data, preview)])
        await away.store()
        async with running_bot(sqlite_url, simulator=simulator) as house:
            owner, emma = await again(house, owner), await again(house, emma)
            assert owner.id == OWNER
            assert await away.answers() == [welcome.old_button_answer(words_of(house, "en"))] * 3
            await settled(owner)
            shown = next(message for message in owner.messages if message.message_id == preview.message_id)
            assert shown.text == preview.text
            assert data in callbacks(shown)
            assert not any(message.document for message in owner.messages)
            assert await outbox_of(house, emma) == []
            await owner.tap(data, message=shown)
            await emma.wait_for("The buses wait at gate 4.")


def prefixes(kinds: Iterable[type[Button]]) -> set[str]:
    return {button.prefix for button in kinds}


def test_each_button_that_does_more_than_show_has_a_card_to_show_instead() -> None:
    assert prefixes(INSTEAD) | prefixes(SHOWS_ONLY) == prefixes(Button.__subclasses__())
    assert not prefixes(INSTEAD) & prefixes(SHOWS_ONLY)


async def test_no_button_has_an_effect_when_it_comes_late(sqlite_url: str, simulator: Simulator) -> None:
    """Each kind, pressed by an organizer who has a seat, so that each would have its effect."""
    async with running_bot(sqlite_url, simulator=simulator) as house:
        owner = await house.organizer()
        await house.book(owner, "nab-am")
        card = await answered(owner, "/visits")
        held, other = (await tickets(house, owner))[0].booking, await visit_of(house, "enu-am")
        own = await visit_of(house, "nab-am")
        leaving = await house.ask(look_at_leaving, delegate_id=held.delegate_id, telegram_id=owner.id, now=OPEN)
        await written_down(house)
        before = await house.ask(_everything)
    kinds: list[Button] = [
        buttons.PickLanguage("kk", ""),
        buttons.Agree("kk", ""),
        buttons.SetLanguage("kk"),
        buttons.ChooseLanguage(),
        buttons.WhyOf(held.id),
        buttons.EarlierLog(99, 0, "", "", ""),
        buttons.HearAll(),
        buttons.Menu(),
        buttons.Cities(),
        buttons.Visits("astana", 0),
        buttons.ShowVisit(own.id),
        buttons.ShowLibraries(own.id),
        buttons.ShowMap(own.id),
        buttons.Similar(own.id),
        buttons.Book(other.id, other.version, 1),
        buttons.Replace(other.id, other.version, 1, ((held.id, held.version),)),
        buttons.BringCompanions(other.id),
        buttons.DropCompanion(other.id),
        buttons.Own(),
        buttons.ShowTicket(held.id),
        buttons.AskRelease(held.id),
        buttons.Release(held.id, held.version),
        buttons.ReleaseRider(held.id, held.version, held.riders[0].id),
        buttons.Undo(held.id, held.version),
        buttons.ChooseMove(held.id),
        buttons.AskMove(held.id, other.id),
        buttons.Move(held.id, held.version, other.id, other.version),
        buttons.GiveAway(held.id),
        buttons.GiveRider(held.id, held.riders[0].id),
        buttons.WithdrawGift(1),
        buttons.TakeGift("A" * 16),
        buttons.ShowWheelchairs(),
        buttons.NeedWheelchair(1),
        buttons.RiderWheelchair(held.riders[0].id, 1),
        buttons.ShowEvening(held.id),
        buttons.SayComing(held.id, held.version, 1),
        buttons.AskFree(held.id),
        buttons.Rate(held.id, 5),
        buttons.AddComment(held.id),
        buttons.ChangeName(),
        buttons.CloseDraft(),
        buttons.RosterPage("riders", "nab-am", 0),
        buttons.RosterFile("pdf", "riders", "nab-am"),
        buttons.SendAnnouncement(buttons.UpdateId(1)),
        buttons.TestAnnouncement(buttons.UpdateId(1)),
        buttons.AskForAnswers(buttons.UpdateId(1), 1),
        buttons.WithdrawAnnouncement(1),
        buttons.ShowUnheard(1),
        buttons.RemindUnheard(1),
        buttons.ShowPhrases(1),
        buttons.GotIt(1),
        buttons.StayOnBus(held.id),
        buttons.RenewBoard(1),
        buttons.StopBoard(1),
        buttons.ShowBus(1),
        buttons.ShowDay(OPEN.toordinal()),
        buttons.MoveParty(held.id, held.version, other.id, other.version, 1, 0),
        buttons.SeatPerson(buttons.UpdateId(1), 1),
        buttons.SeatOn(buttons.UpdateId(1), other.id),
        buttons.SeatWheelchair(buttons.UpdateId(1), 1),
        buttons.SeatThem(buttons.UpdateId(1), other.version, 1),
        buttons.LetWait(buttons.UpdateId(1)),
        buttons.PastRules(buttons.UpdateId(1)),
        buttons.ForceThem(buttons.UpdateId(1), other.version, 1, 0, 0),
        buttons.ShowDeskSeat(held.id),
        buttons.PrintSlip(held.id),
        buttons.LinkToPhone(held.id),
        buttons.SeatAgain(held.id),
        buttons.AskTakeBack(held.id),
        buttons.TakeBack(held.id, held.version),
        buttons.ForgetAtDesk(held.id, held.version),
        buttons.UndeliveredPage("nab-am", 0),
        buttons.ConfirmAct(1, 1),
        buttons.RecallAct(1),
        buttons.ShowAct(1),
        buttons.ActFile(1),
        buttons.ShowCrew(),
        buttons.AskRevoke(1),
        buttons.Revoke(1),
        buttons.ShowOthers(held.id),
        buttons.Join(other.id, 1),
        buttons.JoinKeeping(other.id, 1, held.id),
        buttons.JoinBeside(held.id, other.id),
        buttons.ChooseBeside(held.id),
        buttons.ShowWait(held.id),
        buttons.Wish(held.id, held.version, 1, 1),
        buttons.TakeOffer(held.id, held.version),
        buttons.WaitForAll(held.id, held.version),
        buttons.LeaveLine(held.id, held.version),
        buttons.KeepUntil(held.id, held.version, held.id),
        buttons.SwapForWait(held.id, held.id, held.version),
        buttons.EndWait(held.id, held.id, held.version),
        buttons.PauseLine("nab-am", 1),
        buttons.ApplyImport(buttons.UpdateId(1), "0" * 12),
        buttons.ApplyList(buttons.UpdateId(1), "0" * 16),
        buttons.ShowTexts("nab-am"),
        buttons.ShowText(own.id, "visit", "", "title"),
        buttons.WriteText(own.id, "visit", "", "title", "kk"),
        buttons.SaveText(buttons.UpdateId(1)),
        buttons.UndoText(buttons.UpdateId(1)),
        buttons.AskNumber(),
        buttons.OwnBelow(),
        buttons.MoreOfTicket(held.id),
        buttons.ShowPass(held.id),
        buttons.TakeCalendar(held.id),
        buttons.PrintTicket(held.id),
        buttons.ShowToDriver(held.id),
        buttons.Find("1", 0),
        buttons.Narrow("1"),
        buttons.ChooseValue("1", "g"),
        buttons.TypeGap("1"),
        buttons.ShowFound(own.id, "1", 0),
        buttons.OwnData(),
        buttons.AskForget(),
        buttons.Forget(leaving.key),
    ]
    assert {button.prefix for button in kinds} == prefixes(Button.__subclasses__())
    newest = max(message.message_id for message in owner.messages)
    for begin in range(0, len(kinds), 18):  # of one person 20 may wait
        some = kinds[begin : begin + 18]
        async with aiohttp.ClientSession() as session:
            away = Absence(simulator, sqlite_url, session)
            await away.tap(owner, [(button.data, card) for button in some])
            await away.store()
            async with running_bot(sqlite_url, simulator=simulator) as house:
                owner = await again(house, owner)
                late = welcome.old_button_answer(words_of(house, "en"))
                answers = await away.answers()
                assert [button for button, answer in zip(some, answers, strict=True) if answer != late] == []
                assert await house.ask(_everything) == before
                await owner.look()
                newest += sum(isinstance(button, _BELOW) for button in some)
                assert max(message.message_id for message in owner.messages) == newest


_BELOW = (
    buttons.OwnBelow,
    buttons.ChooseMove,
    buttons.GiveAway,
    buttons.ShowOthers,
    buttons.WhyOf,
    buttons.ShowBus,
)
"""They show in a new message: the ticket stays, and so does the board."""


def _everything(tx: Any) -> dict[str, list[Any]]:
    """All rows but the inbox's, those of the machinery, and on which message a ticket is shown."""
    quiet = ("inbox", "leases", "lines", "pace", "cards")
    rows = {name: select(table) for name, table in metadata.tables.items() if name not in quiet}
    outbox = metadata.tables["outbox"]
    rows["outbox"] = rows["outbox"].where(outbox.c.kind != "old-card")
    return {name: [tuple(row) for row in tx.execute(query)] for name, query in rows.items()}
