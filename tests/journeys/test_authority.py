"""The table of rights over HTTP: each command and button of the crew by each role, on what is theirs and what is not.

What was allowed is read off the database: a refused attempt leaves every row as it was but for its own line of the
log. The table stands here once more by hand, so that a slip in rules/authority.py is seen.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.rules.authority import MATRIX, Right
from bot.services.authority import REFUSED
from bot.texts import profile
from storage import Tx, grants, tables
from storage.records import Grant, Role
from tests.house import OPEN, Running
from tests.journeys.scenes import answered, forged, handled, screen_after, words_of
from tests.journeys.test_profile import shows
from tests.phone import Phone
from tests.proof.authority import ARGUMENTS, organizers_buttons, organizers_commands

ALL = "owner organizer"
CITY = f"{ALL} city"
COMMANDS: Mapping[str, tuple[str, str]] = {
    "stats": ("", f"{CITY} host"),
    "board": ("astana", CITY),
    "today": ("", f"{CITY} leader host"),
    "roster": ("nab-am", f"{CITY} desk"),
    "queue": ("nab-am", f"{CITY} desk"),
    "find": ("Emma", f"{CITY} desk"),
    "why": ("nab-am", f"{CITY} desk"),
    "undelivered": ("nab-am", f"{CITY} desk"),
    "feedback": ("nab-am", CITY),
    "delay": ("nab-am 15", CITY),
    "desk": ("nab-am Aigerim Serikova", f"{CITY} desk"),
    "force": ("Emma nab-am she is expected there", CITY),
    "move": ("K7PW2 nab-am", CITY),
    "merge": ("B01 B02", CITY),
    "seats": ("B01 40", CITY),
    "close": ("nab-am", CITY),
    "swapbus": ("B01 bay=4", CITY),
    "open": ("nab-am", CITY),
    "holdback": ("nab-am 1", CITY),
    "texts": ("nab-am title kk Кітапхана", CITY),
    "cancelvisit": ("nab-am", CITY),
    "announce": ("nab-am The hall is open.", CITY),
    "phrases": ("", CITY),
    "log": ("", ALL),
    "export": ("", ALL),
    "import": ("", ALL),
    "crew": ("", ALL),
    "invite": ("leader B01", ALL),
}
"""With which words each command is about nab-am, and whose it is."""
WITHOUT_SUBJECT = {"stats", "today", "day", "find", "phrases", "log", "export", "import", "crew", "invite"}
"""These are about nothing in particular: a scope narrows what they show."""
CHANGES = {
    "delay",
    "desk",
    "force",
    "seats",
    "swapbus",
    "merge",
    "close",
    "open",
    "holdback",
    "texts",
    "cancelvisit",
    "announce",
    "import",
    "invite",
}
"""What leaves something behind when it is allowed."""
BUTTONS: Mapping[str, tuple[str, str]] = {
    "roster": ("roster:riders:nab-am:0", f"{CITY} desk"),
    "file": ("file:csv:riders:nab-am", CITY),
    "lost": ("lost:nab-am:0", f"{CITY} desk"),
    "pause": ("pause:nab-am:1", CITY),
    "bus": ("bus:1", CITY),
    "day": ("day:739000", f"{CITY} leader host"),
    "boardon": ("boardon:99", CITY),
    "boardoff": ("boardoff:99", CITY),
    "why": ("why:1", f"{CITY} desk"),
    "deskwho": ("deskwho:1:1", f"{CITY} desk"),
    "deskon": ("deskon:1:1", f"{CITY} desk"),
    "deskwheel": ("deskwheel:1:1", f"{CITY} desk"),
    "deskseat": ("deskseat:1:1:1", f"{CITY} desk"),
    "deskwait": ("deskwait:1", f"{CITY} desk"),
    "desk": ("desk:1", f"{CITY} desk"),
    "slip": ("slip:1", f"{CITY} desk"),
    "deskphone": ("deskphone:1", f"{CITY} desk"),
    "deskmore": ("deskmore:1", f"{CITY} desk"),
    "deskbackq": ("deskbackq:1", f"{CITY} desk"),
    "deskback": ("deskback:1:1", f"{CITY} desk"),
    "deskgone": ("deskgone:1:1", f"{CITY} desk"),
    "forceask": ("forceask:1", CITY),
    "force": ("force:1:1:1:0:0", CITY),
    "reseat": ("reseat:1:1:1:1:1:0", CITY),
    # Within one hour of the clock that is moved: a minute after the word the visit would be off.
    "act": ("act:1:1", CITY),
    "recall": ("recall:1", CITY),
    "acted": ("acted:1", CITY),
    "actcsv": ("actcsv:1", CITY),
    "announce": ("announce:1", CITY),
    "trial": ("trial:1", CITY),
    "asking": ("asking:1:1", CITY),
    "unplan": ("unplan:1", CITY),
    "unheard": ("unheard:1", CITY),
    "nudge": ("nudge:1", CITY),
    "phrases": ("phrases:0", CITY),
    "texts": ("texts:nab-am", CITY),
    "text": ("text:1:visit::title", CITY),
    "write": ("write:1:visit::title:kk", CITY),
    "save": ("save:1", CITY),
    "unsave": ("unsave:1", CITY),
    "log": ("log:1:0:::", ALL),
    "import": ("import:1:0", ALL),
    "people": ("people:1:0", ALL),
    "crew": ("crew", ALL),
    "crewask": ("crewask:99", ALL),
    "crewoff": ("crewoff:99", ALL),
}
TAPS_CHANGE, TAPS_MAY_CHANGE = {"file", "pause", "write"}, {"act", "recall", "unplan", "nudge", "deskmore"}
"""Buttons that leave something behind; an act is changed by its author's word, and by the first recall."""
OF_DRAFTS = {
    *("announce", "trial", "asking", "boardon", "boardoff", "save", "unsave"),
    *("deskwho", "deskon", "deskwheel", "deskseat", "deskwait", "forceask", "force"),
}
"""Buttons of one's own draft or board: somebody else's is gone, whatever it is about."""
AT_STAKE = (
    *(tables.visits, tables.buses, tables.bookings, tables.riders, tables.grants, tables.drafts, tables.acts),
    *(tables.given_rosters, tables.announcements, tables.congress),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """One of the crew, or nobody of it; `fits` says whether their scope holds nab-am."""

    phone: Phone
    role: str
    fits: bool = True

    def may(self, whose: str, *, without_subject: bool) -> bool:
        return self.role in whose.split() and (self.fits or without_subject)


async def cast(house: Running) -> list[Somebody]:
    """An owner, everybody else of the crew for nab-am and for something else, and a delegate."""
    owner = await house.organizer()
    people = [Somebody(phone=owner, role="owner")]
    for role, scope, fits in (
        (Role.ORGANIZER, "", True),
        (Role.CITY, "astana", True),
        (Role.CITY, "almaty", False),
        (Role.DESK, "", True),
        (Role.LEADER, "B01", True),
        (Role.LEADER, "B05", False),
        (Role.HOST, "nab-am", True),
        (Role.HOST, "pres-am", False),
    ):
        phone = await house.delegate(f"{role.title()} {scope}")
        await house.db.run(grants.give, phone.id, Grant(role, scope), now=OPEN)
        people.append(Somebody(phone=phone, role=role.value, fits=fits))
    return [*people, Somebody(phone=await house.delegate("Emma"), role="delegate")]


def _rows(tx: Tx) -> tuple[Any, ...]:
    done = select(tables.log).where(tables.log.c.action != REFUSED).order_by(tables.log.c.id)
    rows = [[tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key))] for table in AT_STAKE]
    return rows, [tuple(row) for row in tx.execute(done)]


def _refusals(tx: Tx, telegram_id: int) -> int:
    mine = tables.log.c.action == REFUSED, tables.log.c.actor == telegram_id
    return int(tx.scalar(select(func.count()).select_from(tables.log).where(*mine)) or 0)


async def trespasses(house: Running, people: list[Somebody], *, only: tuple[str, ...] = ()) -> list[str]:
    """Let everybody try everything; return each attempt that did not come out as the table says."""
    slips = []
    for number, (name, (words, whose)) in enumerate(COMMANDS.items()):
        house.clock.move_to(OPEN + number // 10 * timedelta(minutes=61))  # twenty refusals an hour
        for each in people if not only or name in only else ():
            text = f"/{name} {words}".strip()
            slips += await _try(
                house,
                each,
                name,
                allowed=each.may(whose, without_subject=name in WITHOUT_SUBJECT),
                changes=name in CHANGES,
                attempt=partial(answered, each.phone, text),
            )
            await _leave(house, each)
    return slips


async def taps(house: Running, people: list[Somebody]) -> list[str]:
    """The same with each button."""
    slips = []
    for number, (name, (data, whose)) in enumerate(BUTTONS.items()):
        house.clock.move_to(OPEN + number // 10 * timedelta(minutes=61))  # twenty refusals an hour are written down
        for place, each in enumerate(people):
            sent = data if name != "pause" else f"pause:nab-am:{int(place % 2 == 0)}"
            card = await answered(each.phone, "/help")
            slips += await _try(
                house,
                each,
                name,
                allowed=each.may(whose, without_subject=name in OF_DRAFTS | WITHOUT_SUBJECT),
                changes=None if name in TAPS_MAY_CHANGE else name in TAPS_CHANGE,
                attempt=partial(forged, each.phone, sent, card=card),
            )
    return slips


async def _try(
    house: Running,
    each: Somebody,
    name: str,
    *,
    allowed: bool,
    changes: bool | None,
    attempt: Callable[[], Awaitable[object]],
) -> list[str]:
    """`changes` says whether an allowed attempt leaves something behind; None where it may."""
    before, refused = await house.ask(_rows), await house.ask(_refusals, each.phone.id)
    await attempt()
    await handled(house)  # what was read may have been news to hosts and leaders
    changed = await house.ask(_rows) != before
    was_refused = await house.ask(_refusals, each.phone.id) == refused + 1
    who = f"{each.role}{'' if each.fits else ' of something else'}: {name}"
    if was_refused == allowed:
        return [f"{who} was {'refused' if was_refused else 'allowed'}"]
    if changed and (not allowed or changes is False):
        return [f"{who} changed something"]
    return [f"{who} had no effect"] if allowed and changes and not changed else []


async def _leave(house: Running, each: Somebody) -> None:
    """End what a command waits for, such as a file, or somebody at the desk."""
    if each.role in COMMANDS["desk"][1].split():
        await answered(each.phone, "/cancel")


def test_every_command_and_button_of_the_crew_is_in_the_table() -> None:
    """A new one belongs into rules/authority.py and into this table."""
    assert organizers_commands() == set(COMMANDS) == set(ARGUMENTS)
    assert organizers_buttons() == set(BUTTONS)
    assert set(COMMANDS) <= set(Right)
    for name, (_, whose) in COMMANDS.items():
        roles = {role for role in Role if Right(name) in MATRIX[role]}
        assert {Role(role) for role in whose.split()} <= roles <= {*map(Role, whose.split()), Role.LEADER}, name


async def test_each_command_does_something_for_its_roles_alone_and_where_it_is_theirs(house: Running) -> None:
    people = await cast(house)
    await house.book(people[-1].phone, "nab-am")
    assert await trespasses(house, people) == []


async def test_each_button_does_something_for_its_roles_alone_and_where_it_is_theirs(house: Running) -> None:
    people = await cast(house)
    await house.book(people[-1].phone, "nab-am")
    await answered(people[0].phone, "/cancelvisit nab-am")
    preview = await answered(people[0].phone, "/announce nab-am @23:00 !ok Come")
    await screen_after(people[0].phone, "announce:", message=preview)
    assert await taps(house, people) == []


GUARDS = ("bot.handlers.organizers.may_try", "bot.services.authority.may_try", "bot.services.authority.may")


@pytest.mark.parametrize(("off", "who"), [(GUARDS, "delegate"), (GUARDS[2:], "city of something else")])
async def test_without_its_guards_the_table_is_broken(
    quick_house: Running, monkeypatch: pytest.MonkeyPatch, off: tuple[str, ...], who: str
) -> None:
    """The negative control: with no guard a delegate moves a visit, without scopes the team of another city does."""
    people = await cast(quick_house)
    for guard in off:
        monkeypatch.setattr(guard, lambda *asked: True)
    assert f"{who}: delay was allowed" in await trespasses(quick_house, people, only=("delay",))


async def test_a_leader_has_the_list_of_one_bus_and_a_host_the_numbers_of_one_visit(house: Running) -> None:
    everybody = {f"{each.role} {each.fits}": each.phone for each in await cast(house)}
    leader, host, city = everybody["leader True"], everybody["host True"], everybody["city False"]
    assert "B01" in (await answered(leader, "/roster B01")).text
    assert "“B05”" in (await answered(leader, "/roster B05")).text
    assert "B01" in (await answered(leader, "/undelivered")).text
    for phone, theirs, others in ((host, "nab-am", "pres-am"), (city, "almaty", "nab-am")):
        numbers = (await answered(phone, "/stats")).text
        assert theirs in numbers
        assert others not in numbers
    assert "“all”" in (await answered(city, "/announce all The hall is open.")).text
    assert "almaty-fly" in (await answered(city, "/queue almaty-fly")).text


async def test_each_role_sees_its_own_commands(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    for each in await cast(quick_house):
        roles = frozenset() if each.role == "delegate" else frozenset({Role(each.role)})
        help_ = (await answered(each.phone, "/help")).text
        listed = profile.crew_commands(say, roles) if roles else profile.delegate_commands(say)
        for name, (_, whose) in COMMANDS.items():
            is_theirs = each.role in whose.split() or (each.role == "leader" and name in ("roster", "undelivered"))
            assert (name in {command for command, _ in listed}) == is_theirs, (each.role, name)
            if name not in ("crew", "open", "import"):  # told beside another one
                assert (f"\n/{name} " in help_) == is_theirs, (each.role, name)
        if roles and each.role != "owner":
            choice = await answered(each.phone, "/language")
            await each.phone.tap("say:en", message=choice)
            await shows(each.phone, listed)
