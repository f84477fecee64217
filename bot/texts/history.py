"""Why it came so, told: the facts of a booking, a person, a bus or a visit in order, in plain words."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot.language import Language
from bot.rules.reminding import Silence
from bot.services.history import Begun, Done, Ended, Fact, Known, ListHad, NotReminded, Story, Told
from bot.texts.log import deed, doer
from bot.texts.markup import cut, esc, name, pages, words
from bot.texts.undelivered import kind_name, why_not
from bot.texts.visits import zone_name
from storage.records import Booking, BookingState, Congress, MessageState, ReminderRule, Visit

_LONGEST_DEED = 320
_LONGEST_NAME = 60
_ROOM = 2_800
_LONGEST_BLOCK = 1_000
"""Of the facts of one day that stand together."""


def story_pages(say: Language, story: Story, *, congress: Congress, now: datetime) -> list[str]:
    """Tell a story, a message a page: how it stands now, then each fact with its day and clock time."""
    several = len({booking.id for booking, _ in story.bookings}) > 1
    entries: list[str] = []
    day = ""
    for fact in story.facts:
        line = f"{say.clock(fact.at)} {_fact(say, fact, several=several)}"
        if say.day(fact.at) != day:
            day = say.day(fact.at)
            entries.append(f"<b>{day}</b>\n{line}")
        elif len(entries[-1]) + len(line) > _LONGEST_BLOCK:
            entries.append(line)
        else:
            entries[-1] += f"\n{line}"
    if not entries:
        entries.append(say.gettext("Nothing has happened here yet."))
    return pages("\n".join(_head(say, story, congress=congress, now=now)), entries, room=_ROOM)


def who_is_meant(say: Language, typed: str, known: Sequence[Known]) -> str:
    """Ask which of these people is meant, or say that nobody and nothing is called so."""
    typed = name(cut(typed, _LONGEST_NAME))
    if not known:
        unknown = say.gettext("No booking, person, bus or visit is called like “{typed}”.").format(typed=typed)
        return f"🚫 {unknown}\n\n{usage_why(say)}"
    return "🔎 <b>" + say.gettext("Possibly meant by “{typed}”:").format(typed=typed) + "</b>"


def known_label(say: Language, known: Known) -> str:
    """Name one who may be meant, on a button."""
    return f"{known.name} · {known.visit}"


def usage_why(say: Language) -> str:
    """Explain /why by examples that work."""
    return "\n".join(
        [
            say.gettext("Write a booking’s code, a name, a bus or a visit:"),
            "<code>/why K7PW2</code>",
            "<code>/why Müller</code>",
            "<code>/why B01</code>",
            "<code>/why nab-am</code>",
        ]
    )


def _head(say: Language, story: Story, *, congress: Congress, now: datetime) -> list[str]:
    lines = []
    if story.person is not None:
        lines.append(f"🔎 <b>{name(cut(story.person.name, _LONGEST_NAME))}</b>")
        if story.person.telegram_id is None or story.person.unreachable:
            lines.append("🔕 " + say.gettext("cannot be reached by the bot"))
        if story.person.stopped:
            lines.append("🔕 " + say.gettext("wants only the needful messages (/stop)"))
        lines += [_standing(say, booking, visit) for booking, visit in story.bookings]
    elif story.visit is not None:
        called = story.visit.key if story.bus is None else story.bus.label
        lines.append(f"🔎 <b>{esc(called)}</b> · {words(say, story.visit.title)}")
        lines.append(f"🗓 {say.moment(story.visit.leaves_at)}")
    return [*lines, f"<i>{say.moment(now)} ({esc(zone_name(say, congress))})</i>"]


def _standing(say: Language, booking: Booking, visit: Visit) -> str:
    return f"<code>{esc(booking.code)}</code> <b>{esc(visit.key)}</b> · {esc(stands(say, booking, visit))}"


def stands(say: Language, booking: Booking, visit: Visit) -> str:
    """Say how a booking stands, as plain text."""
    match booking.state:
        case BookingState.BOOKED:
            bus = visit.bus(booking.bus_id)
            state = say.gettext("has seats: {n}").format(n=booking.party)
            if bus is not None:
                # Translators: within a line, after "has seats: 2,"
                state += ", " + say.gettext("bus {bus}").format(bus=bus.label)
        case BookingState.OFFERED:
            until = "–" if booking.offer_until is None else say.moment(booking.offer_until)
            state = say.gettext("is offered seats: {n}, reply by {moment}").format(n=booking.party, moment=until)
        case BookingState.WAITING:
            state = say.gettext("waits for seats: {n}").format(n=booking.party)
        case BookingState.RELEASED:
            state = say.gettext("ended: {reason}").format(reason=_reason(say, booking.reason))
        case _:
            assert_never(booking.state)
    return state


def _fact(say: Language, fact: Fact, *, several: bool) -> str:
    match fact:
        case Done(entry=entry):
            where = f"<b>{esc(entry.what if entry.kind in ('visit', 'bus') else entry.visit)}</b>"
            named = entry.kind in ("visit", "bus") or (several and entry.visit)
            parts = [*([where] if named else []), esc(cut(deed(say, entry), _LONGEST_DEED)), doer(say, entry.who)]
            return " · ".join(parts)
        case Begun(booking=booking, visit=visit):
            return f"<b>{esc(visit.key)}</b> · {_begun(say, booking)}"
        case Ended(booking=booking, visit=visit):
            reason = say.gettext("ended: {reason}").format(reason=_reason(say, booking.reason))
            return f"<b>{esc(visit.key)}</b> · {reason}"
        case Told(posted=posted, rule=rule):
            what = _message(say, posted.kind) if rule is None else _reminder(say, rule)
            return f"✉️ {what}: {what_became(say, posted.state, error=posted.error)}"
        case NotReminded(rule=rule, visit=visit, why=why):
            where = f"<b>{esc(visit.key)}</b> · " if several else ""
            return f"{where}{'⏳' if why is None else '🔕'} {_reminder(say, rule)}: {_silence(say, why)}"
        case ListHad(version=version, reader=reader):
            return "📋 " + say.gettext("passenger list, version {version}, given to {name}").format(
                version=version, name=name(cut(reader, _LONGEST_NAME))
            )
        case _:
            assert_never(fact)


def _begun(say: Language, booking: Booking) -> str:
    """Say how a booking began that nobody asked for by a tap: it follows on one whose visit was cancelled."""
    if booking.queue_no is not None:
        return say.gettext("put into the waiting list in place of a cancelled visit")
    return say.gettext("seats held in place of a cancelled visit: {n}").format(n=booking.party)


def _message(say: Language, kind: str) -> str:
    match kind:
        case "ticket":
            # Translators: a message, in the history of a booking.
            return say.gettext("Ticket")
        case "moved":
            # Translators: a message, in the history of a booking.
            return say.gettext("New departure time")
        case "cancelled" | "cancelled-wait":
            # Translators: a message, in the history of a booking.
            return say.gettext("News that the visit is cancelled")
        case "offer":
            # Translators: a message, in the history of a booking.
            return say.gettext("Offer of seats")
        case _:
            return kind_name(say, kind)


def _reminder(say: Language, rule: ReminderRule) -> str:
    if rule.evening_at is not None:
        return say.gettext("Reminder of the evening before")
    minutes = rule.minutes_before or 0
    return say.ngettext(
        "Reminder {n} minute before departure", "Reminder {n} minutes before departure", minutes
    ).format(n=minutes)


def _silence(say: Language, why: Silence | None) -> str:
    match why:
        case None:
            return say.gettext("is still to come.")
        case Silence.LATE:
            return say.gettext("not sent: the seat was given after its moment.")
        case Silence.NO_TELEGRAM:
            return say.gettext("not sent: the person has no Telegram.")
        case Silence.UNREACHABLE:
            return say.gettext("not sent: the person has blocked the bot.")
        case Silence.STOPPED:
            return say.gettext("not sent: the person wants only the needful messages.")
        case Silence.MISSED:
            return say.gettext("not sent: the bot did not run in time, or could not reach the person then.")
        case _:
            assert_never(why)


def what_became(say: Language, state: MessageState, *, error: str | None) -> str:
    """Say in plain words what became of a message."""
    match state:
        case MessageState.SENT:
            return say.gettext("Sent.")
        case MessageState.CANCELLED:
            return say.gettext("It was not needed any more.")
        case _:
            return why_not(say, state, error=error)


def _reason(say: Language, reason: str | None) -> str:
    match reason:
        case "given back":
            return say.gettext("given back")
        case "replaced":
            return say.gettext("replaced by another visit")
        case "visit cancelled":
            return say.gettext("the visit was cancelled")
        case "given to a colleague":
            return say.gettext("given to a colleague")
        case "the bus became smaller":
            return say.gettext("the bus became smaller")
        case "the line is over":
            return say.gettext("the waiting list ended without a seat")
        case "offer ran out":
            return say.gettext("the offer ran out")
        case "declined":
            return say.gettext("the offer was declined")
        case "left the line":
            return say.gettext("the person left the waiting list")
        case "wish fulfilled":
            return say.gettext("another visit of the same wish became real")
        case "erased":
            return say.gettext("the person’s data was deleted")
        case _:
            return say.gettext("for another reason")
