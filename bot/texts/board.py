"""The morning's board: a line a bus, the worst first, what is wrong in words."""

from datetime import datetime
from hashlib import sha256
from typing import assert_never

from bot.language import Language
from bot.rules.board import BusFacts, Trouble, troubles
from bot.services.board import BusDetail, Morning
from bot.texts.markup import esc, name, words

_ROOM = 3_700
"""Of Telegram's 4,096 for the lines of troubled buses: what follows them has its place always."""
_NAMED = 12
"""So many quiet buses are called by their names."""
_ABSENT = 30


def board(say: Language, morning: Morning, *, now: datetime) -> str:
    """Return the board, with as of when it stands."""
    as_of = say.gettext("As of {clock}").format(clock=say.clock(now, seconds=True))
    return f"{_body(say, morning, now)}\n\n<i>{as_of}</i>"


def digest(say: Language, morning: Morning, *, now: datetime) -> str:
    """Return what stands for a board's words but its "as of", so that one that says the same is not edited."""
    return sha256(_body(say, morning, now).encode()).hexdigest()[:32]


def bus_line(say: Language, facts: BusFacts, *, now: datetime) -> str:
    """Return one bus: name, bay, clock, seats, who comes, and what is wrong."""
    bus = facts.bus
    what = "⛔" if Trouble.CANCELLED in troubles(facts, now=now) else "⚠️"
    parts = [f"{what} <b>{esc(bus.label)}</b>"]
    if bus.bay:
        parts.append(say.gettext("bay {bay}").format(bay=esc(bus.bay)))
    parts += [say.clock(facts.departs_at), f"💺 {bus.seats_taken}/{bus.seats}"]
    if bus.seats_taken:
        # Translators: how many passengers said that they come, and how many did not answer.
        answers = say.gettext("coming {coming}, maybe {maybe}")
        parts.append(answers.format(coming=facts.coming, maybe=facts.maybe))
    wrong = "; ".join(_said(say, each, facts) for each in troubles(facts, now=now))
    return " · ".join(parts) + (f"\n    <i>{wrong}</i>" if wrong else "")


def ended_by_itself(say: Language) -> str:
    """Below the last state: everybody is back."""
    return "🏁 " + say.gettext("All visits are back: this board has ended.")


def stopped(say: Language) -> str:
    """Below the last state of a board that its reader stopped."""
    return "⏹ " + say.gettext("Stopped: this board is not updated any more. A new one: {command}").format(
        command="/board"
    )


def goes_on_below(say: Language) -> str:
    """In the place of a board of which there is a newer one."""
    return "⤵️ " + say.gettext("This board goes on below.")


def not_yours(say: Language) -> str:
    """In the place of a board whose reader has not the role any more."""
    return "🚫 " + say.gettext("This board is not shown to you any more.")


def nothing_runs(say: Language) -> str:
    """No city has buses."""
    return say.gettext("No buses here.")


def usage_board(say: Language) -> str:
    """Show how the command is used, by an example that works."""
    return say.gettext("Write the city, or nothing for all of them: {example}").format(
        example="<code>/board astana</code>"
    )


def bus_detail(say: Language, detail: BusDetail, *, now: datetime) -> str:
    """Return one bus with its leaders and those whom the bot cannot reach."""
    facts = detail.facts
    lines = [words(say, facts.visit.title), bus_line(say, facts, now=now), ""]
    leaders = [name(each) for each in detail.leaders]
    if leaders:
        lines.append(say.gettext("Bus leader: {names}").format(names=say.listing(leaders)))
    else:
        lines.append(
            say.gettext("No leader yet. Invite one: {command}").format(
                command=f"<code>/invite leader {esc(facts.bus.label)}</code>"
            )
        )
    if detail.absent:
        lines.append("📵 " + say.gettext("Cannot be reached:"))
        room = _ROOM - sum(map(len, lines))
        for number, each in enumerate(detail.absent, 1):
            phone = "" if each.contact is None else f" · ☎️ {esc(each.contact)}"
            line = f"• {name(each.name)} · {esc(each.code)}{phone}"
            room -= len(line) + 1
            if room < 0 or number > _ABSENT:
                lines.append("…")
                break
            lines.append(line)
    return "\n".join(lines)


def renew_label(say: Language) -> str:
    return "🔄 " + say.gettext("Refresh")


def stop_label(say: Language) -> str:
    return "⏹ " + say.gettext("Stop updating")


def roster_label(say: Language) -> str:
    return "📋 " + say.gettext("Passenger list")


def _body(say: Language, morning: Morning, now: datetime) -> str:
    lines = [_head(say, morning)]
    fleet = morning.fleet
    if not fleet:
        return "\n".join([*lines, say.gettext("No buses here.")])
    troubled = [facts for facts in fleet if troubles(facts, now=now)]
    left = [facts for facts in fleet if facts.has_left(now=now)]
    quiet = [facts for facts in fleet if facts not in troubled and facts not in left]
    told, room = 0, _ROOM
    for facts in troubled:
        line = bus_line(say, facts, now=now)
        if len(line) > room:
            break
        lines.append(line)
        told, room = told + 1, room - len(line)
    rest = troubled[told:]
    if rest:
        counted = say.ngettext("And {n} more with something wrong", "And {n} more with something wrong", len(rest))
        lines.append(f"⚠️ {counted.format(n=len(rest))}: {_labels(say, rest)}")
    if quiet:
        # Translators: buses with which nothing is wrong; their names follow.
        counted = say.ngettext("All well with {n} bus", "All well with {n} buses", len(quiet)).format(n=len(quiet))
        lines.append(f"✅ {counted}: {_labels(say, quiet)}")
    if left:
        counted = say.ngettext("{n} bus has left", "{n} buses have left", len(left)).format(n=len(left))
        lines.append(f"🚌 {counted}: {_labels(say, left)}")
    return "\n".join(lines)


def _head(say: Language, morning: Morning) -> str:
    city = words(say, morning.city.name)
    first = min((facts.departs_at for facts in morning.fleet), default=None)
    day = "" if first is None else f" · {esc(say.day(first))}"
    return f"🌅 <b>{city}</b>{day}"


def _labels(say: Language, fleet: list[BusFacts]) -> str:
    shown = say.listing(esc(facts.bus.label) for facts in fleet[:_NAMED])
    return shown + ("…" if len(fleet) > _NAMED else "")


def _said(say: Language, trouble: Trouble, facts: BusFacts) -> str:
    match trouble:
        case Trouble.OVER:
            n = facts.bus.seats_taken - facts.bus.seats
            return say.ngettext("{n} person too many", "{n} people too many", n).format(n=n)
        case Trouble.LEADERLESS_NOW | Trouble.LEADERLESS:
            return say.gettext("no leader")
        case Trouble.UNTOLD:
            n = facts.untold
            return say.ngettext("{n} message did not arrive", "{n} messages did not arrive", n).format(n=n)
        case Trouble.FEW:
            return say.gettext("few have said that they come")
        case Trouble.UNREMINDED:
            n = facts.unreminded
            return say.ngettext("{n} reminder is late", "{n} reminders are late", n).format(n=n)
        case Trouble.UNREACHABLE:
            n = facts.unreachable
            return say.ngettext("{n} person cannot be reached", "{n} people cannot be reached", n).format(n=n)
        case Trouble.LISTLESS:
            return say.gettext("the leader has no list yet")
        case Trouble.FREE:
            n = facts.free
            return say.ngettext("somebody waits, {n} seat is free", "somebody waits, {n} seats are free", n).format(n=n)
        case Trouble.MOVED:
            minutes = int(facts.moved.total_seconds() // 60)
            # Translators: the departure has been moved; {minutes} has its sign, such as +15 or -5.
            return say.gettext("moved by {minutes} min").format(minutes=f"{minutes:+}")
        case Trouble.UNDER:
            return say.gettext("under half full")
        case Trouble.CANCELLED:
            return say.gettext("cancelled")
    assert_never(trouble)
