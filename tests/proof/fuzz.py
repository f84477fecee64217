"""fuzz: generated updates, 100,000 on SQLite and a tenth on PostgreSQL, against the whole application.

A crowd walks the dialogues at random: it presses any button of any message it still sees, types commands, names and
nonsense, sends pictures and places, edits, blocks, deletes, comes in groups and channels; some make callback data up,
some updates arrive damaged, some come again. Among it is a crew, one of each role, that types every command of the
console and sends event files and lists of people, faulty or not (orders.py). The clock moves from before the opening
to after the visits. Bars:

- nothing reaches the error handler or the log of errors, and nothing is parked but what was damaged on purpose;
- each tap is answered, and Telegram refuses no call but for its known moods (it is the simulator that judges: lengths,
  tags, callback data);
- nothing that is shown holds an unfilled placeholder, an error's name, or what a button sends;
- after each thousand updates the seats add up, and those that had an effect have none when handled once more.

Only the transport is cut (indoors.py). Over 200 lines: each kind of update is a few of them.
"""

import json
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from telegram import Update

from bot.clock import real_now
from bot.intake.arrivals import read_arrival
from bot.simulator.arguments import Upload
from bot.simulator.calls import Calls
from bot.simulator.chats import Chat
from bot.simulator.wire import Json
from storage import Tx, grants, tables
from storage.records import Grant, Role
from tests.house import OWNER, at
from tests.proof.indoors import Indoors, Listener, indoors
from tests.proof.judge import effects, faults_of_seats, offences
from tests.proof.mischief import LANGUAGE_CODES, a_case, a_name, a_text, damaged, made_up_data
from tests.proof.orders import Known, a_file, an_order
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

BATCH = 40  # updates brought at once
CHUNK = 1_000  # updates between two looks at the invariants
WORLD = 5_000  # updates to one bot: by then the crew has delayed, cancelled and closed what there was
PEOPLE = 60
KEPT_MESSAGES = 40  # a person scrolls up no further
GROUP, CHANNEL = -1_001_234, -1_005_678
MOMENTS = (
    "05-01 09:00",
    "08-14 23:59",
    *("08-20 09:00",) * 6,
    "08-21 20:00",
    "08-22 07:55",
    "08-22 12:59",
    "08-23 10:00",
)
"""Where the clock goes: before the opening, while booking is open, the evening before, the day itself, after it."""
WANTED = ("book:", "visit:", "list:", "swap:", "with:", "giveq:", "give:", "cities")
"""What people press more often than the rest: without it hardly anybody would get as far as a seat."""
DAMAGED = (
    "chat_id is empty",  # a command in a group whose id is "" now
    "chat not found",
    "invalid file_id",
    "can't initiate conversation",
    "message identifier is not specified",
)
COMMANDS = (
    *("/start", "/help", "/privacy", "/language", "/visits", "/visits", "/my", "/my", "/cancel", "/access", "/number"),
    *("/mydata", "/forget", "/stop", "/stats", "/nonsense", "/", "/my@other_bot"),
)
CREW = (
    Grant(Role.OWNER),  # by the settings
    Grant(Role.ORGANIZER),
    Grant(Role.CITY, "astana"),
    Grant(Role.DESK),
    Grant(Role.LEADER, "B01"),
    Grant(Role.HOST, "nab-am"),
)
"""The first people of the crowd."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was seen, and what was wrong with it."""

    sent: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    parked: int = 0
    booked: int = 0

    def add(self, other: "Tally") -> None:
        """Count what was seen elsewhere too."""
        self.sent += other.sent
        self.calls += other.calls
        self.wrong += other.wrong
        self.parked += other.parked
        self.booked += other.booked

    @property
    def figure(self) -> str:
        kinds = ", ".join(f"{number} {kind}" for kind, number in self.sent.most_common())
        worst = "; ".join(f"{number} times {what}" for what, number in self.wrong.most_common(8))
        came_of_it = f"{self.calls.total()} calls, {self.booked} bookings, {self.parked} damaged ones parked"
        return f"{self.sent.total()} updates ({kinds}): {came_of_it}; {self.wrong.total()} wrong" + f": {worst}" * bool(
            worst
        )


class Crowd:
    """People who write, and what came of it. Everything random comes from `random`."""

    def __init__(self, house: Indoors, random: Random) -> None:
        self.house = house
        self.random = random
        self.tally = Tally()
        self.harmed: set[int] = set()
        """Ids of updates that were damaged on purpose."""
        self._people: list[Chat] = []
        self._taps: dict[str, str] = {}
        """The data of each tap of this batch by its query's id."""
        self._data: deque[str] = deque(["menu", "cities"], maxlen=500)
        self._past: deque[Json] = deque(maxlen=200)
        self._known: Known
        self._ordered: set[int] = set()

    async def gather(self) -> None:
        """The crew and delegates of each language; the rest begin as strangers."""
        for number in range(PEOPLE):
            code = ("en", "kk", "ru")[number % 3]
            chat = self.house.person(
                OWNER if not number else 2000 + number, a_name(self.random)[:64] or "x", language=code
            )
            self._people.append(chat)
            if number < PEOPLE * 2 // 3:
                await self.house.agree(chat, code)
        self.house.world.chats[GROUP] = Chat(
            chat_id=GROUP, kind="supergroup", names={"title": "Delegates"}, started=True
        )
        for chat, grant in zip(self._people[1:], CREW[1:], strict=False):
            await self.house.db.run(grants.give, chat.chat_id, grant, now=self.house.clock.now())
        self._known = await self.house.db.read(_known)
        links = [self.house.text(chat, f"/start v_{self.random.choice(self._known.visits)}") for chat in self._people]
        await self.house.deliver(links)

    async def rush(self, updates: int) -> None:
        """Send so many updates, or a few more, and judge each batch."""
        sent = 0
        while sent < updates:
            batch = [*self._go_on(), *(self._update() for _ in range(min(BATCH, updates - sent)))]
            await self.house.deliver(batch, but=self.harmed)
            self._judge()
            self._past.extend(update for update in batch if update["update_id"] not in self.harmed)
            self.house.clock.move_to(self.house.clock.now() + timedelta(seconds=self.random.randrange(90)))
            sent += len(batch)
        await self._look()

    def _update(self) -> Json:
        crew = self._people[: 1 if self.random.random() < 0.6 else len(CREW)]
        chat = self.random.choice(self._people if self.random.random() > 0.3 else crew)
        orders = 40 if self._is_crew(chat) else 2
        kinds = (
            ("press", self._press, 44), ("forged", self._forge, 12), ("command", self._command, 14),
            ("order", self._order, orders), ("text", self._type, 12), ("thing", self._thing, 6),
            ("elsewhere", self._elsewhere, 4), ("membership", self._membership, 2),
            ("repeat", self._repeat, 3), ("damaged", self._damage, 3),
        )  # fmt: skip
        kind, make = self.random.choices([each[:2] for each in kinds], [each[2] for each in kinds])[0]
        if chat.blocked:
            kind, make = "membership", self._membership
        self.tally.sent[kind] += 1
        return make(chat)

    def _go_on(self) -> list[Json]:
        """Press a button of what the crew's last orders showed: what is only looked at harms nobody."""
        ordered, self._ordered = self._ordered, set()
        chats = [chat for chat in self._people[: len(CREW)] if chat.chat_id in ordered and self.random.random() < 0.7]
        self.tally.sent["press"] += len(chats)
        return [self._press(chat, newest=True) for chat in chats]

    def _is_crew(self, chat: Chat) -> bool:
        return any(chat is each for each in self._people[: len(CREW)])

    def _press(self, chat: Chat, *, newest: bool = False) -> Json:
        """Any button of any message; the newest ones more often, as people do."""
        shown = [message for message in chat.messages.values() if message.inline_data and not message.deleted]
        if not shown:
            return self._command(chat)
        if self.random.random() < 0.03:
            self.random.choice(shown).deleted = True
        wanted = [(each, data) for each in shown for data in sorted(each.inline_data) if data.startswith(WANTED)]
        if wanted and not newest and self.random.random() < 0.5:
            verb = self.random.choice(sorted({data.partition(":")[0] for _, data in wanted}))
            message, data = self.random.choice([each for each in wanted if each[1].partition(":")[0] == verb][-8:])
        else:
            message = shown[-1] if newest or self.random.random() < 0.6 else self.random.choice(shown)
            data = self.random.choice(sorted(message.inline_data))
        if data.startswith("forget") and self._is_crew(chat):  # who runs the day does not leave it
            return self._order(chat)
        self._data.append(data)
        return self._tap(chat, data, json.loads(message.wire()))

    def _forge(self, chat: Chat) -> Json:
        messages = list(chat.messages.values())
        message = json.loads(self.random.choice(messages).wire()) if messages else None
        data = self.random.choice(self._data) if self.random.random() < 0.3 else made_up_data(self.random, self._data)
        if self.random.random() < 0.1:
            message = {"chat": json.loads(chat.wire), "message_id": self.random.choice((1, 10**9)), "date": 0}
        return self._tap(chat, data, message)

    def _tap(self, chat: Chat, data: str, message: Json | None) -> Json:
        update = self.house.tap(chat, data, message, **{"from": self._sender(chat)})
        self._taps[update["callback_query"]["id"]] = f"{data!r} on {'a message' if message else 'none'}"
        return update

    def _sender(self, chat: Chat) -> Json:
        who: Json = json.loads(chat.user)
        if self.random.random() < 0.1:
            who["language_code"] = self.random.choice(LANGUAGE_CODES)
        if self.random.random() < 0.02:
            who["first_name"], who["last_name"] = a_name(self.random), a_text(self.random, most=64)
        return who

    def _command(self, chat: Chat) -> Json:
        random = self.random
        text = a_case(random, random.choice(COMMANDS))
        if random.random() < 0.3 and text != "/":  # a slash alone commands nothing: what follows may become a name
            payload = random.choice(
                (f"v_{random.choice(self._known.visits)}", a_text(random, most=64), random.choice(self._data))
            )
            text = f"{random.choice(('/start', text))} {payload}"
        return self.house.text(chat, text[:4096].strip(), **{"from": self._sender(chat)})

    def _order(self, chat: Chat) -> Json:
        command, blank, words = an_order(self.random, self._known).partition(" ")
        text = f"{a_case(self.random, command)}{blank}{words}"
        self._ordered.add(chat.chat_id)
        return self.house.text(chat, text[:4096].strip(), **{"from": self._sender(chat)})

    def _type(self, chat: Chat) -> Json:
        random = self.random
        text = a_name(random) if random.random() < 0.7 else a_text(random)
        return self.house.text(chat, text.strip() or "x", **{"from": self._sender(chat)})

    def _thing(self, chat: Chat) -> Json:
        random = self.random
        if self._is_crew(chat) and random.random() < 0.5:
            name, content = a_file(random)
            file = self.house.world.files.store(Upload(name=name, mime_type="text/plain", content=content))
            document = {"file_name": name, "mime_type": file.mime_type, **file.wire()}
            return self.house.message(chat, document=document, **{"from": self._sender(chat)})
        return self.house.message(chat, **random.choice(_THINGS)(random), **{"from": self._sender(chat)})

    def _elsewhere(self, chat: Chat) -> Json:
        """Edits, channels, groups, forwards of the owner's words, and kinds of updates that nobody asked for."""
        random, house = self.random, self.house
        text = random.choice(
            (*COMMANDS, an_order(random, self._known)[:4096], "/delay nab-am 5", "hello", a_text(random, most=100))
        )
        message = house.text(chat, text)["message"]
        in_group = {"id": GROUP, "type": "supergroup", "title": "Delegates"}
        channel = {"id": CHANNEL, "type": "channel", "title": "News"}
        content: Json = random.choice((
            {"edited_message": {**message, "edit_date": message["date"] + 1}},
            {"channel_post": {key: value for key, value in message.items() if key != "from"} | {"chat": channel}},
            {"message": message | {"chat": in_group}},
            {"message": message | {"chat": in_group, "sender_chat": in_group,
                                   "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}}},
            {"message": message | {"chat": in_group, "is_automatic_forward": True, "sender_chat": channel,
                                   "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}}},
            {"message": message | {"forward_origin": {
                "type": "user", "date": 1, "sender_user": {"id": OWNER, "is_bot": False, "first_name": "G"}}}},
            {"message": message | {"reply_to_message": message}},
            {"inline_query": {"id": "1", "from": message["from"], "query": text, "offset": ""}},
            {"poll_answer": {"poll_id": "1", "user": message["from"], "option_ids": [0],
                             "option_persistent_ids": ["x"]}},
            {"something_new": {"from": message["from"]}},
        ))  # fmt: skip
        return {"update_id": house.new_update_id(), **content}

    def _membership(self, chat: Chat) -> Json:
        chat.blocked = not chat.blocked and chat is not self._people[0]
        me = json.loads(self.house.world.profile.user())
        before, after = ("member", "kicked") if chat.blocked else ("kicked", "member")
        old, new = ({"user": me, "status": status, "until_date": 0} for status in (before, after))
        change = {"chat": json.loads(chat.wire), "from": json.loads(chat.user), "date": 1}
        return {
            "update_id": self.house.new_update_id(),
            "my_chat_member": {**change, "old_chat_member": old, "new_chat_member": new},
        }

    def _repeat(self, chat: Chat) -> Json:
        return self.random.choice(self._past) if self._past else self._command(chat)

    def _damage(self, chat: Chat) -> Json:
        update = self.random.choice((self._press, self._order, self._type, self._thing))(chat)
        self._taps.pop(update.get("callback_query", {}).get("id", ""), None)
        self.harmed.add(update["update_id"])
        return damaged(self.random, update)

    def _judge(self) -> None:
        """Look at what the batch made the bot say."""
        tally, house = self.tally, self.house
        for call in house.calls:
            tally.calls[call.method] += 1
            # A damaged update may name a chat, message or file that does not exist.
            tally.wrong.update(offences(call, strangers=DAMAGED))
        house.calls.clear()
        for query, tapped in self._taps.items():
            if house.world.queries.is_waiting(query, now=time.monotonic()):
                tally.wrong[f"no answer to the tap {tapped}"] += 1
        self._taps.clear()
        for update_id, error in house.errors:
            if update_id not in self.harmed:
                tally.wrong[f"error handler: {type(error).__name__}: {error}"] += 1
        house.errors.clear()

    async def _look(self) -> None:
        """Look at the committed facts, and handle once more what had an effect."""
        house = self.house
        self.tally.wrong.update(await house.db.read(faults_of_seats))
        async with house.without_ticks():
            before = await house.db.read(effects)
            causes = {cause for _, cause in before["log"]}
            for update in [update for update in self._past if f"update/{update['update_id']}" in causes]:
                arrival = read_arrival(json.loads(json.dumps(update)), received_at=real_now())
                assert arrival is not None
                await house.app.application.process_update(Update.de_json(arrival.content, house.app.application.bot))
            after = await house.db.read(effects)
        self._known = await house.db.read(_known)
        for table in before:
            changed = [row for row in after[table] if row not in before[table]]
            if before[table] != after[table]:
                self.tally.wrong[f"a repeat changed {table}, to {changed[:2]}"] += 1
        self._judge()
        self._tidy()

    def _tidy(self) -> None:
        """Let the stand-in forget what nobody scrolls up to: a hundred thousand updates would fill the memory."""
        world = self.house.world
        world.calls = Calls()
        for place, old in enumerate(self._people):
            chat = Chat(
                chat_id=old.chat_id,
                kind=old.kind,
                names=old.names,
                started=True,
                blocked=old.blocked,
                pending=old.pending,
            )
            for number in sorted(old.messages)[-KEPT_MESSAGES:]:
                old.messages[number].chat = chat
                chat.add(old.messages[number])
            self._people[place] = world.chats[chat.chat_id] = chat
        world.chats[GROUP].messages.clear()

    async def settle(self) -> None:
        """Wait for the damaged ones too; say which updates were parked though nothing ailed them."""
        await self.house.deliver([])
        self._judge()
        parked = await self.house.db.read(_parked)
        self.tally.parked = len(parked.keys() & self.harmed)
        for update_id in parked.keys() - self.harmed:
            self.tally.wrong[f"update parked: {parked[update_id]}"] += 1


_FILE = {"file_id": "x", "file_unique_id": "y"}
_PICTURE = {**_FILE, "width": 100, "height": 100}
_THINGS: tuple[Any, ...] = (
    lambda random: {"photo": [_PICTURE], "caption": a_text(random, most=1024)},
    lambda random: {"sticker": {**_PICTURE, "type": "regular", "is_animated": False, "is_video": False}},
    lambda random: {"contact": {"phone_number": a_text(random, most=20), "first_name": a_name(random)}},
    lambda random: {"location": {"latitude": random.uniform(-90, 90), "longitude": random.uniform(-180, 180)}},
    lambda random: {"document": {**_FILE, "file_name": a_text(random, most=60)}, "caption": "/stats"},
    lambda random: {"voice": {**_FILE, "duration": 3}},
    lambda random: {"dice": {"emoji": "🎲", "value": 6}},
    lambda random: {"new_chat_title": a_text(random, most=60)},
    lambda random: {"via_bot": {"id": 5, "is_bot": True, "first_name": "x"}, "text": a_text(random, most=60)},
    lambda random: {"story": {"chat": {"id": 5, "type": "private"}, "id": 1}},
    lambda random: {},
)


def _known(tx: Tx) -> Known:
    """Read what can be named by now."""
    codes = select(tables.bookings.c.code).order_by(tables.bookings.c.id.desc()).limit(50)
    names = tx.scalars(select(tables.delegates.c.name).limit(50))
    return Known(
        visits=tx.scalars(select(tables.visits.c.key)).all(),
        buses=tx.scalars(select(tables.buses.c.label)).all(),
        codes=[*tx.scalars(codes), "K7PW2"],
        names=[name for name in names if name] or ["Emma"],
    )


def _bookings(tx: Tx) -> int:
    return tx.scalar(select(func.count()).select_from(tables.bookings)) or 0


def _parked(tx: Tx) -> dict[int, str]:
    """Why each parked update was."""
    parked = select(tables.inbox).where(tables.inbox.c.state == "parked")
    return {row.update_id: f"{row.error} {str(row.raw)[:1500]}" for row in tx.execute(parked)}


async def fuzz(database_url: str, *, updates: int, random: Random) -> Tally:
    """Send so many generated updates to a fresh bot and tell what was seen."""
    listener = Listener()
    logging.getLogger().addHandler(listener)
    try:
        async with indoors(database_url) as house:
            crowd = Crowd(house, random)
            await crowd.gather()
            while crowd.tally.sent.total() < updates:
                await crowd.rush(min(CHUNK, updates - crowd.tally.sent.total()))
                house.clock.move_to(at(random.choice(MOMENTS)) + timedelta(seconds=random.randrange(3600)))
            await crowd.settle()
            for record in listener.records:
                if not record.name.startswith(("bot.intake", "bot.handlers.fallback")):  # counted by update above
                    crowd.tally.wrong[f"logged {record.levelname}: {record.getMessage()}"] += 1
            crowd.tally.booked = await house.db.read(_bookings)
            return crowd.tally
    finally:
        logging.getLogger().removeHandler(listener)


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """All on SQLite, a tenth on PostgreSQL."""
    for kind, updates in ((SQLITE, trial.size(100_000, 1_000)), (POSTGRESQL, trial.size(10_000, 300))):
        tally = Tally()
        for world in range(0, updates, WORLD):
            random = trial.random(f"fuzz/{kind}/{world}")
            tally.add(await fuzz(trial.database(kind), updates=min(WORLD, updates - world), random=random))
        yield Line(
            name="fuzz",
            database=kind,
            figure=tally.figure,
            bar="0 wrong, some booked",
            holds=tally.booked > 0 and not tally.wrong.total(),
        )
