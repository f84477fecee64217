"""authority: every organizer's command and button, by everybody who is none: no effect, and nothing told.

The commands and buttons are read off the handlers. Whatever is not listed here as everybody's counts as an organizer's,
and must show here the arguments with which it does something for an owner; so a new command is covered, or the proof
fails until it is. An intruder's attempt is answered by the very calls that an unknown command or an old button gets
from the same person by the same way, and leaves every table as it was.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from telegram.ext import CallbackQueryHandler, CommandHandler

from bot import handlers
from bot.buttons import Button
from bot.simulator.chats import Chat
from bot.simulator.wire import Json
from storage import grants
from tests.house import OPEN, OWNER
from tests.proof.indoors import Indoors, all_rows, indoors, written
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

FOR_EVERYBODY = {
    "start", "help", "privacy", "language", "visits", "my", "number", "access", "cancel", "stop", "mydata", "forget",
}  # fmt: skip
BUTTONS_FOR_EVERYBODY = {
    "lang", "ok", "say", "langs", "menu", "cities", "list", "visit", "libs", "pin", "like", "book", "swap", "with",
    "drop", "number", "my", "ticket", "giveq", "give", "name", "end",
    "giveone", "undo", "moves", "moveq", "moveto", "gifts", "giftto", "unlink", "gift", "wheels", "wheel", "wheelof",
    "mine", "more", "pass", "ics", "paper", "driver",
    "find", "sift", "pick", "hours", "seen",
    "join", "move", "anyq", "any", "wait", "wish", "leave", "take", "all", "until", "for", "nowait",
    "eve", "come", "freeq", "hear", "rate", "note",
    "mydata", "forgetq", "forget", "others", "stay", "gotit",
}  # fmt: skip
ARGUMENTS = {
    "stats": "", "roster": "nab-am", "delay": "nab-am 15", "seats": "B01 40", "announce": "all The hall is open.",
    "queue": "nab-am", "crew": "", "invite": "leader B01", "feedback": "", "undelivered": "", "find": "Emma",
    "export": "", "import": "", "open": "nab-am", "close": "nab-am", "holdback": "nab-am 1",
    "cancelvisit": "nab-am", "swapbus": "B01 bay=4", "why": "nab-am", "log": "", "phrases": "",
    "desk": "nab-am Aigerim Serikova", "force": "Emma nab-am expected there",
    "move": "K7PW2 nab-am", "merge": "B02 B01", "board": "", "today": "", "texts": "nab-am",
}  # fmt: skip
"""With which an owner's command does or tells something."""
FORMER = 9002
GROUP = -1_001_234
THERE = {"id": GROUP, "type": "supergroup", "title": "Delegates"}
CHANNEL = {"id": -1_005_678, "type": "channel", "title": "News"}

NONSENSE, OLD_BUTTON = "/nonsense", "nonsense:1"

Way = Callable[[str], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: an update, and which unknown command or old button must be answered by the very same calls."""

    what: str
    update: Json
    like: str


def organizers_commands() -> set[str]:
    """Every command of the bot that is not listed as everybody's."""
    commands = {name for each in handlers.ALL if isinstance(each, CommandHandler) for name in each.commands}
    return commands - FOR_EVERYBODY


def organizers_buttons() -> set[str]:
    """The prefix of every button with a handler of its own that is not listed as everybody's."""
    patterns = {
        str(getattr(each.pattern, "pattern", "")) for each in handlers.ALL if isinstance(each, CallbackQueryHandler)
    }
    return {button.prefix for button in Button.__subclasses__() if button.pattern() in patterns} - BUTTONS_FOR_EVERYBODY


@dataclass(kw_only=True)
class Scene:
    """An owner at work, one who was an organizer, a delegate of the owner's very name, and a stranger."""

    house: Indoors
    owner: Chat
    former: Chat
    delegate: Chat
    namesake: Chat
    stranger: Chat
    data: dict[str, str]
    """What the owner's own buttons send, by prefix."""

    def ways(self) -> Iterator[tuple[str, Way, Way]]:
        """Everybody who is no organizer: how they type, and how they tap."""
        house = self.house
        for who, chat in (
            ("stranger", self.stranger),
            ("delegate", self.delegate),
            ("former organizer", self.former),
            ("same username as an owner", self.namesake),
        ):
            yield who, self._typed(chat), self._tapped(chat)
        yield "owner in a group", self._typed(self.owner, chat=THERE), self._tapped(self.owner, chat=THERE)
        yield "delegate in a group", self._typed(self.delegate, chat=THERE), self._tapped(self.delegate, chat=THERE)
        sender = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        telegram = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
        posting = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
        for who, content in (
            ("anonymous group admin", {"from": sender, "sender_chat": THERE, "chat": THERE}),
            ("anonymous group admin, in private", {"from": sender, "sender_chat": THERE}),
            (
                "777000 in a group",
                {"from": telegram, "sender_chat": CHANNEL, "chat": THERE, "is_automatic_forward": True},
            ),
            ("777000 in private", {"from": telegram}),
            ("a channel's name in a group", {"from": posting, "sender_chat": CHANNEL, "chat": THERE}),
        ):
            yield who, self._typed(self.owner, **content), self._tapped(self.owner, **content)
        origin = {"type": "user", "date": 1, "sender_user": {"id": OWNER, "is_bot": False, "first_name": "Gulzhan"}}
        yield (
            "forward of an owner's command",
            self._typed(self.delegate, forward_origin=origin),
            self._tapped(self.delegate),
        )
        quoted = house.a_message(self.owner, **written("/stats"))
        yield (
            "reply to an owner's command",
            self._typed(self.delegate, reply_to_message=quoted),
            self._tapped(self.delegate),
        )
        yield "tap on an owner's message", self._typed(self.delegate), self._tapped(self.delegate, chat=quoted["chat"])
        yield "channel post", self._renamed("channel_post", chat=CHANNEL), self._tapped(self.delegate, chat=CHANNEL)
        yield "edited channel post", self._renamed("edited_channel_post", chat=CHANNEL), self._tapped(self.delegate)
        yield "edit of an owner's message", self._renamed("edited_message", edit_date=2), self._tapped(self.delegate)

    def _typed(self, author: Chat, /, **content: Any) -> Way:
        return lambda text: self.house.message(author, **written(text), **content)

    def _renamed(self, kind: str, /, **content: Any) -> Way:
        def make(text: str) -> Json:
            update = self.house.message(self.owner, **written(text), **content)
            return {"update_id": update["update_id"], kind: update["message"]}

        return make

    def _tapped(self, author: Chat, /, **content: Any) -> Way:
        """A tap on the person's own newest card, or on one in another chat."""

        def make(data: str) -> Json:
            card = self.house.newest(author) | {
                key: value for key, value in content.items() if key in ("chat", "sender_chat")
            }
            return self.house.tap(author, data, card, **({"from": content["from"]} if "from" in content else {}))

        return make

    def attempts(self, typed: Way, tapped: Way, *, brief: bool) -> Iterator[Attempt]:
        """Every command and button by one way; unless `brief`, in all the manners people write a command."""
        here = f"@{self.house.world.profile.username}"
        for command in sorted(organizers_commands()):
            rest = f" {ARGUMENTS[command]}".rstrip()
            yield Attempt(what=f"/{command}{rest}", update=typed(f"/{command}{rest}"), like=NONSENSE)
            if brief:
                continue
            yield Attempt(what=f"/{command.upper()}{rest}", update=typed(f"/{command.upper()}{rest}"), like=NONSENSE)
            yield Attempt(what=f"/{command}{here}{rest}", update=typed(f"/{command}{here}{rest}"), like=NONSENSE + here)
        for prefix in sorted(organizers_buttons()):
            yield Attempt(what=self.data[prefix], update=tapped(self.data[prefix]), like=OLD_BUTTON)


async def set_the_scene(house: Indoors) -> Scene:
    """Let the owner work, so that there is something to tell and to send; let another be an organizer until now."""
    owner = house.person(OWNER, "Gulzhan", username="gulzhan")
    former = house.person(FORMER, "Serik")
    delegate, stranger = house.person(1001, "Emma"), house.person(1002, "Sam")
    namesake = house.person(1003, "Gulzhan", username="gulzhan")
    house.world.chats[GROUP] = Chat(chat_id=GROUP, kind="supergroup", names={"title": "Delegates"}, started=True)
    for chat in (owner, former, delegate, namesake):
        await house.agree(chat)
    await house.deliver([house.text(stranger, "/help")])
    await house.deliver([house.text(delegate, "/start v_nab-am")])
    book = next(data for data in house.buttons(delegate) if data.startswith("book:"))
    await house.deliver([house.tap(delegate, book, house.newest(delegate))])
    await house.db.run(grants.follow_settings, (OWNER, FORMER), now=OPEN)
    await house.deliver([house.text(owner, "/announce all @23:00 !ok The hall is open.")])
    plan = next(data for data in house.buttons(owner) if data.startswith("announce:"))
    await house.deliver([house.tap(owner, plan, house.newest(owner))])
    data = {each.partition(":")[0]: each for each in house.buttons(owner)}
    await house.deliver([house.text(owner, "/board astana")])
    data |= {each.partition(":")[0]: each for each in house.buttons(owner)} | {"day": f"day:{OPEN.toordinal()}"}
    data |= {"unheard": data["unplan"].replace("unplan", "unheard"), "nudge": data["unplan"].replace("unplan", "nudge")}
    for chat in (former, owner):
        for command in ("roster", "announce", "cancelvisit"):
            text = f"/{command} {ARGUMENTS[command]}"
            await house.deliver([house.text(chat, text)])
            data |= {each.partition(":")[0]: each for each in house.buttons(chat)}
    data.setdefault("roster", f"roster:riders:{ARGUMENTS['roster']}:0")  # a short roster turns no pages
    data |= {"lost": f"lost:{ARGUMENTS['roster']}:0", "pause": f"pause:{ARGUMENTS['queue']}:1", "import": "import:1:0"}
    data |= {
        "reseat": "reseat:1:1:1:1:1:0",
        "people": "people:1:0",
        "recall": "recall:1",
        "acted": "acted:1",
        "actcsv": "actcsv:1",
        "why": "why:1",
        "log": "log:9999:0:::",
        "phrases": "phrases:0",
        "texts": "texts:nab-am",
        "text": "text:1:visit::title",
        "write": "write:1:visit::title:kk",
        "save": "save:1",
        "unsave": "unsave:1",
    }
    data |= {each: f"{each}:1:1" for each in ("deskwho", "deskon", "deskwheel", "deskback", "deskgone")}
    data |= {
        each: f"{each}:1" for each in ("desk", "slip", "deskphone", "deskmore", "deskbackq", "deskwait", "forceask")
    }
    data |= {"deskseat": "deskseat:1:1:1", "force": "force:1:1:1:0:0"}
    data |= {"crew": "crew", "crewask": "crewask:1", "crewoff": "crewoff:1"}
    await house.db.run(grants.follow_settings, (OWNER,), now=OPEN)
    return Scene(
        house=house, owner=owner, former=former, delegate=delegate, namesake=namesake, stranger=stranger, data=data
    )


async def intrusions(scene: Scene, *, only: Collection[str] = (), brief: bool = False) -> tuple[int, list[str]]:
    """Try everything; return how many attempts there were, and each that told something, and who did something."""
    house, tried, harm = scene.house, 0, []
    before = await house.db.read(all_rows)
    for who, typed, tapped in scene.ways():
        if only and who not in only:
            continue
        answers: dict[str, list[tuple[str, Json]]] = {}
        for attempt in scene.attempts(typed, tapped, brief=brief):
            if attempt.like not in answers:
                harmless = tapped(attempt.like) if attempt.like == OLD_BUTTON else typed(attempt.like)
                answers[attempt.like] = await house.reaction(harmless)
            if await house.reaction(attempt.update) != answers[attempt.like]:
                harm.append(f"{who} was told: {attempt.what}")
            tried += 1
        after = await house.db.read(all_rows)
        harm += [f"{who} changed {table}" for table in before if before[table] != after[table]]
        before = after
    return tried, harm


async def powerless(scene: Scene) -> list[str]:
    """Return the commands and buttons that do nothing for an owner either: trying them would prove nothing."""
    house, idle = scene.house, []
    unknown = await house.reaction(house.text(scene.owner, "/nonsense"))
    for command in sorted(organizers_commands()):
        if await house.reaction(house.text(scene.owner, f"/{command} {ARGUMENTS[command]}".strip())) == unknown:
            idle.append(f"/{command}")
    fresh: dict[str, str] = {}
    for text in ("/board astana", f"/announce {ARGUMENTS['announce']}"):
        await house.deliver([house.text(scene.owner, text)])
        fresh |= {each.partition(":")[0]: each for each in house.buttons(scene.owner)}
    for prefix in sorted(organizers_buttons(), key=lambda each: (each == "boardoff", each)):  # it ends the board
        old = await house.reaction(house.tap(scene.owner, "nonsense:1", house.newest(scene.owner)))
        if (
            await house.reaction(
                house.tap(scene.owner, fresh.get(prefix, scene.data[prefix]), house.newest(scene.owner))
            )
            == old
        ):
            idle.append(prefix)
    return idle


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """On both databases."""
    for kind in (SQLITE, POSTGRESQL):
        async with indoors(trial.database(kind)) as house:
            scene = await set_the_scene(house)
            tried, harm = await intrusions(scene, brief=not trial.full)
            idle = await powerless(scene)
            errors = len(house.errors)
        tried_what = f"{len(organizers_commands())} commands, {len(organizers_buttons())} buttons"
        yield Line(
            name="authority",
            database=kind,
            figure=f"{tried_what}, {tried} attempts: {len(harm)} with an effect or an answer of their own {harm[:5]}, "
            f"{errors} errors; {len(idle)} without an effect for an owner {idle}",
            bar="0, 0 and 0",
            holds=not harm and not idle and not errors,
        )
