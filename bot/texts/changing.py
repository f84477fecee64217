"""A change of mind: one seat of a party, a minute to undo, a move to another visit."""

from typing import assert_never

from bot.language import Language
from bot.rules.booking import AlreadyBooked, AlreadyLeft, Changed, Clashes, NoSeats, VisitCancelled
from bot.rules.changing import UndoIsOver, UndoRefusal
from bot.services.booking import Booked, Ticket
from bot.services.changing import Moves
from bot.texts import refusals, tickets
from bot.texts.markup import name, words
from storage.records import Congress, Visit


def ask_release(say: Language, shown: Ticket) -> str:
    """Ask before seats are given back; a party is asked whose."""
    text = tickets.ask_release(say, shown)
    if shown.booking.party == 1:
        return text
    return f"{text}\n\n" + say.gettext("Or give back the seat of one person only; the others travel on.")


def release_one_label(say: Language, *, rider: str) -> str:
    # Translators: gives back the seat of this one person of a party; the others travel on. No ending on the name.
    return "✖️ " + say.gettext("Only this seat: {name}").format(name=rider)


def released_one(say: Language, ticket: Ticket, *, rider: str) -> str:
    """Confirm that one seat of a party is given back."""
    # Translators: name is a person's; do not add endings to it.
    return "☑️ " + say.gettext("Given back on “{visit}”, one seat: {name}. The others travel on.").format(
        visit=words(say, ticket.visit.title), name=name(rider)
    )


def undone_answer(say: Language) -> str:
    """The outcome of an undo in the tap's own answer."""
    return say.gettext("Undone: you have the seat again.")


def why_no_undo(say: Language, refusal: UndoRefusal, *, congress: Congress) -> str:
    """Say why the seat cannot be had again by the undo button."""
    match refusal:
        case UndoIsOver():
            return say.gettext("Too late to undo. If seats are left, sign up again.")
        case NoSeats():
            return say.gettext("Somebody else has the seat already.")
        case Changed() | VisitCancelled() | AlreadyLeft() | AlreadyBooked() | Clashes():
            return refusals.reason(say, refusal, congress=congress)
        case _:
            assert_never(refusal)


def choose_move(say: Language, shown: Moves) -> str:
    """Ask where the sign-up shall go; the seats are kept until it does."""
    ticket = shown.ticket
    lines = [
        "🔁 <b>" + say.gettext("Move to another visit") + "</b>",
        f"🎫 {say.clock(ticket.visit.leaves_at)}–{say.clock(ticket.visit.returns_at)} {words(say, ticket.visit.title)}",
        "",
        say.gettext("Everybody on this sign-up comes along, and you keep your seat until you have the new one."),
    ]
    if shown.free:
        both = say.gettext("Free right now, then full ones to wait for:")
        lines.append(both if shown.full else say.gettext("Free right now:"))
    elif shown.full:
        lines.append(say.gettext("Nothing else is free right now. You can wait for one of these:"))
    else:
        lines.append(say.gettext("There is no other visit that you could move to."))
    return "\n".join(lines)


def full_label(say: Language, visit: Visit) -> str:
    """Return the button of a full visit to wait for."""
    return f"⏳ {say.clock(visit.leaves_at)} · {say.words(visit.title)}"


def ask_move(say: Language, ticket: Ticket, *, to: Visit) -> str:
    """Ask before a sign-up moves."""
    seats = say.ngettext("Move {n} seat?", "Move {n} seats?", ticket.booking.party).format(n=ticket.booking.party)
    return "\n".join(
        [
            f"🔁 <b>{seats}</b>",
            "",
            say.gettext("From: {visit}").format(visit=_when(say, ticket.visit)),
            say.gettext("To: {visit}").format(visit=_when(say, to)),
            "",
            say.gettext("The old seat is free for others at once."),
        ]
    )


def moved_answer(say: Language, booked: Booked) -> str:
    """The outcome of a move in the tap's own answer."""
    bus, visit = booked.ticket.bus, booked.ticket.visit
    if bus is None or bus.transfer:
        return say.gettext("Moved. Be there at {time}.").format(time=say.clock(visit.leaves_at))
    return say.gettext("Moved: bus {bus}, boarding {boards}.").format(bus=bus.label, boards=say.clock(bus.boards_at))


def _when(say: Language, visit: Visit) -> str:
    return f"{say.clock(visit.leaves_at)}–{say.clock(visit.returns_at)} <b>{words(say, visit.title)}</b>"
