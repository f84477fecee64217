"""forged: 10,000 callbacks and start payloads over HTTP, on both databases: no effect, and each is answered.

Delegates who hold nothing, and strangers, send what no button of theirs says: other people's bookings in every
verb, versions that are old or yet to come, good data from a group's or another person's message, organizers'
buttons with real keys, data changed at random, and payloads of every sort behind /start. Every row of every table
but the inbox is as it was afterwards.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from typing import Any

from bot.buttons import (
    Agree,
    AskNumber,
    Book,
    BringCompanions,
    Button,
    ChangeName,
    Forget,
    HearAll,
    Join,
    NeedWheelchair,
    Replace,
    SetLanguage,
    TypeGap,
)
from storage import visits
from tests.house import OWNER, Running, running_bot
from tests.phone import Message, Phone
from tests.proof.indoors import all_rows
from tests.proof.mischief import a_text, made_up_data
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

GROUP = -1_001_234
HELD = ("nab-am", "enu-am", "public-pm", "aitu-walk")
ACTING: tuple[type[Button], ...] = (
    *(Agree, AskNumber, Book, BringCompanions, ChangeName, Forget, HearAll, Join, NeedWheelchair, Replace),
    *(SetLanguage, TypeGap),
)
"""Buttons that anybody may send: made up at random they could happen to be right."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What was sent by kind, and what came of it."""

    sent: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    changed: list[str] = field(default_factory=list)

    @property
    def figure(self) -> str:
        kinds = ", ".join(f"{number} {kind}" for kind, number in self.sent.most_common())
        silence = f"{self.unanswered.total()} unanswered {dict(self.unanswered) or ''}".rstrip()
        changes = f"{len(self.changed)} tables changed {self.changed or ''}".rstrip()
        return f"{self.sent.total()} forged ({kinds}): {silence}, {changes}"


@dataclass(kw_only=True)
class Forgery:
    """The house with people in it, and what a forger may know of them."""

    running: Running
    random: Random
    outcome: Outcome = field(default_factory=Outcome)
    cards: list[Message] = field(default_factory=list)
    bookings: list[tuple[int, int]] = field(default_factory=list)
    riders: list[int] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)
    organizing: list[str] = field(default_factory=list)
    theirs: list[tuple[Phone, Message]] = field(default_factory=list)
    group: list[Message] = field(default_factory=list)
    verbs: Sequence[str] = ()
    """What is done to other people's bookings; every verb where none is named."""

    async def gather(self, *, victims: int, forgers: int, strangers: int) -> tuple[list[Phone], list[Phone]]:
        """Seat the victims, let the owner work, and return the forgers: delegates with a card each, and strangers."""
        running = self.running
        owner = await running.organizer()
        for key in HELD[:2]:
            await _answer(owner, f"/delay {key} 15")
        for number, key in zip(range(victims), cycle(HELD), strict=False):
            victim = await running.delegate(f"Victim {number}")
            self.theirs.append((victim, await running.book(victim, key)))
        for text in ("/announce all Hello", "/roster nab-am"):
            shown = await _answer(owner, text)
            self.organizing += [each.data for each in shown.buttons if each.data]
        known = [await running.delegate(f"Forger {number}") for number in range(forgers)]
        self.cards = [await running.card(phone, "nab-am") for phone in known]
        unknown = [await running.stranger(f"Stranger {number}") for number in range(strangers)]
        for phone in unknown:
            await _answer(phone, "/help")
        await running.telegram.group(GROUP, title="Delegates", members=[owner, *known])
        await running.telegram.send_in_group(GROUP, author=known[0], text="/visits")
        await _answer(known[0], "/help")
        self.group = await running.telegram.see_group(GROUP)
        rows = await running.ask(all_rows)
        self.bookings = [(row[0], row[2]) for row in rows["bookings"]]
        self.riders = [row[0] for row in rows["riders"]]
        self.versions = {visit.id: visit.version for visit in await running.ask(visits.read_all)}
        return known, unknown

    async def forge(self, forgers: list[Phone], strangers: list[Phone], *, number: int) -> None:
        """Send so many, each person one after the other and all at once; then compare the tables."""
        before = await self.running.ask(all_rows)
        people = [*forgers, *strangers]
        shares = [len(range(place, number, len(people))) for place in range(len(people))]
        await asyncio.gather(
            *(
                self._forge_some(phone, number=share, stranger=phone in strangers)
                for phone, share in zip(people, shares, strict=True)
            )
        )
        after = await self.running.ask(all_rows)
        self.outcome.changed = [table for table in before if before[table] != after[table]]

    async def _forge_some(self, phone: Phone, *, number: int, stranger: bool) -> None:
        kinds = [self._others, self._versions, self._organizers, self._made_up, self._payload]
        if not stranger:
            kinds += [self._in_group, self._on_theirs]
        for forge in islice(cycle(self.random.sample(kinds, len(kinds))), number):
            kind = forge.__name__.strip("_").replace("_", " ")
            self.outcome.sent[kind] += 1
            try:
                answered = await forge(phone)
            except TimeoutError:
                answered = False
            if not answered:
                self.outcome.unanswered[kind] += 1

    async def _tap(self, phone: Phone, data: str, **more: Any) -> bool:
        own = [message.message_id for message in phone.messages if message.from_bot] or [1]
        body = {"data": data, "message_id": self.random.choice(own), "forge": True, "wait": 30, **more}
        return (await phone.ask("POST", f"/phones/{phone.id}/tap", json=body))["answer"] is not None

    async def _others(self, phone: Phone) -> bool:
        """Somebody else's booking, by every verb."""
        booking, version = self.random.choice(self.bookings)
        version = self.random.choice((version, version, version + 1))
        visit = self.random.choice(list(self.versions))
        rider = self.random.choice(self.riders)
        data = (
            f"ticket:{booking}", f"giveq:{booking}", f"give:{booking}:{version}", f"more:{booking}",
            f"swap:{visit}:{self.versions[visit]}:1:{booking}.{version}", f"giveone:{booking}:{version}:{rider}",
            f"undo:{booking}:{version}", f"moves:{booking}", f"moveq:{booking}:{visit}",
            f"moveto:{booking}:{version}:{visit}:{self.versions[visit]}", f"move:{visit}:1:{booking}",
            f"gifts:{booking}", f"giftto:{booking}:{rider}", "unlink:1", "gift:AAAAAAAAAAAAAAAA", f"wheelof:{rider}:1",
            f"pass:{booking}", f"ics:{booking}", f"paper:{booking}", f"driver:{booking}",
            f"eve:{booking}", f"come:{booking}:{version}:1", f"freeq:{booking}", f"rate:{booking}:1", f"note:{booking}",
            f"wait:{booking}", f"wish:{booking}:{version}:1:1", f"take:{booking}:{version}", f"all:{booking}:{version}",
            f"leave:{booking}:{version}", f"until:{booking}:{version}:{booking}",
            f"for:{booking}:{booking}:{version}", f"nowait:{booking}:{booking}:{version}",
            f"any:{booking}:{visit}", f"anyq:{booking}",
        )  # fmt: skip
        wanted = [each for each in data if not self.verbs or each.partition(":")[0] in self.verbs]
        return await self._tap(phone, self.random.choice(wanted))

    async def _versions(self, phone: Phone) -> bool:
        """A visit as it was before a change, or as it never was."""
        visit, version = self.random.choice(list(self.versions.items()))
        wrong = self.random.choice(
            [each for each in (0, 1, version - 1, version + 1, 2**40) if each not in (version, -1)]
        )
        party = self.random.choice((1, 1, 2, 5, 0, 99))
        return await self._tap(phone, self.random.choice((f"book:{visit}:{wrong}:{party}", f"swap:{visit}:{wrong}:1:")))

    async def _organizers(self, phone: Phone) -> bool:
        """The owner's own buttons."""
        return await self._tap(
            phone, self.random.choice((*self.organizing, "roster:riders:B01:0", "file:csv:riders:nab-am"))
        )

    async def _made_up(self, phone: Phone) -> bool:
        seen = [each.data for message in self.cards for each in message.buttons if each.data]
        while True:
            data = made_up_data(self.random, [*seen, *self.organizing])
            if not any(button.parse(data) is not None for button in ACTING):
                return await self._tap(phone, data)

    async def _in_group(self, phone: Phone) -> bool:
        """Data that would be good in the private chat."""
        visit, version = self.random.choice(list(self.versions.items()))
        booking, seen = self.random.choice(self.bookings)
        data = self.random.choice(
            (f"book:{visit}:{version}:1", f"give:{booking}:{seen}", "say:kk", "name", f"with:{visit}")
        )
        return await self._tap(phone, data, chat_id=GROUP, message_id=self.group[-1].message_id)

    async def _on_theirs(self, phone: Phone) -> bool:
        """Good data again, on a message of another person's private chat: no client of Telegram's can do that."""
        world = self.running.simulator.world
        victim, message = self.random.choice(self.theirs)
        visit, version = self.random.choice(list(self.versions.items()))
        query = world.queries.open(world.chats[phone.id], now=time.monotonic())
        data = self.random.choice((*(each.data for each in message.buttons if each.data), f"book:{visit}:{version}:1"))
        card = world.chats[victim.id].messages[message.message_id]
        tapped = {
            "id": query.query_id,
            "from": json.loads(world.chats[phone.id].user),
            "message": json.loads(card.wire()),
            "chat_instance": "1",
            "data": data,
        }
        await self.running.telegram.put_updates({"callback_query": tapped})
        return await query.wait(seconds=30) is not None

    async def _payload(self, phone: Phone) -> bool:
        booking, version = self.random.choice(self.bookings)
        payload = self.random.choice((
            f"v_{self.random.choice(HELD)}", f"give_{booking}_{version}", f"ticket_{booking}", f"book_{booking}",
            "owner", f"grant_{OWNER}", str(OWNER), "v_", "v_nowhere", "v_" + "a" * 62, "../../etc", "ok", "menu",
            "', 1); --", "book:1:1:1", a_text(self.random, most=64),
        ))  # fmt: skip
        await _answer(phone, f"/start {payload}")
        return True


async def _answer(phone: Phone, text: str) -> Message:
    """Write, and return the bot's answer below. TimeoutError without one."""
    mine = await phone.send(text)
    try:
        return await phone.wait_for(lambda message: message.message_id > mine, timeout=30)
    except AssertionError:
        raise TimeoutError(text) from None


async def forge(
    database_url: str,
    *,
    number: int,
    random: Random,
    victims: int = 8,
    forgers: int = 24,
    strangers: int = 6,
    verbs: Sequence[str] = (),
) -> Outcome:
    """Send so many forged callbacks and payloads to a fresh bot; tell what came of them."""
    async with running_bot(database_url) as running:
        forgery = Forgery(running=running, random=random, verbs=verbs)
        known, unknown = await forgery.gather(victims=victims, forgers=forgers, strangers=strangers)
        await forgery.forge(known, unknown, number=number)
        return forgery.outcome


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """On both databases."""
    for kind in (SQLITE, POSTGRESQL):
        number = trial.size(10_000, 200)
        outcome = await forge(trial.database(kind), number=number, random=trial.random(f"forged/{kind}"))
        yield Line(
            name="forged",
            database=kind,
            figure=outcome.figure,
            bar="0 unanswered, 0 tables changed",
            holds=not outcome.unanswered and not outcome.changed,
        )
