"""Every "no" with its reason, what can be done instead, and the desk's phone."""

from collections.abc import Sequence
from typing import assert_never

from bot.language import Language
from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    AlreadyReleased,
    BookingClosed,
    Changed,
    Clash,
    Clashes,
    NoSeats,
    NotListed,
    NoWheelchairPlace,
    OpensLater,
    PartyTooLarge,
    PeopleWait,
    Refusal,
    VisitCancelled,
)
from bot.texts.markup import esc, words
from bot.texts.visits import zone_name
from storage.records import Congress, HeldSeat, Visit


def refusal(
    say: Language, refused: Refusal, *, visit: Visit, congress: Congress, alternatives: Sequence[Visit] = ()
) -> str:
    """Say why not, in the visit's own terms, and what comes nearest."""
    parts = [f"<b>{words(say, visit.title)}</b>", f"🚫 {esc(reason(say, refused, congress=congress))}"]
    if isinstance(refused, Clashes):
        held = "\n".join(_held(say, seat) for seat in refused.seats)
        parts.append(say.gettext("You hold:") + f"\n{held}")
        parts.append(say.gettext("You can give that up for this visit, or keep it and choose another one."))
    elif alternatives:
        parts.append(say.gettext("Nearest visits with free seats:"))
    parts.append(esc(_desk(say, congress)))
    return "\n\n".join(parts)


def explained(say: Language, why: str, *, visit: Visit, congress: Congress) -> str:
    """Put a reason under the visit's title and the desk's phone below."""
    return "\n\n".join([f"<b>{words(say, visit.title)}</b>", f"🚫 {esc(why)}", esc(_desk(say, congress))])


def refusal_answer(say: Language, refused: Refusal, *, congress: Congress) -> str:
    """Return the reason and the desk's phone in plain text, as a tap's answer takes it."""
    return f"{reason(say, refused, congress=congress)} {_desk(say, congress)}"


def reason(say: Language, refused: Refusal, *, congress: Congress) -> str:
    """Return the reason as one sentence in plain text."""
    match refused:
        case Changed():
            return say.gettext("This has changed meanwhile. Please look again.")
        case VisitCancelled():
            return say.gettext("This visit will not take place.")
        case AlreadyLeft():
            return say.gettext("This visit has already left.")
        case OpensLater(opens_at):
            return say.gettext("Sign-up opens on {moment} ({zone}).").format(
                moment=say.moment(opens_at), zone=zone_name(say, congress)
            )
        case BookingClosed(closed_at):
            if closed_at is None:
                return say.gettext("Sign-up for this visit is closed.")
            return say.gettext("Sign-up closed on {moment} ({zone}).").format(
                moment=say.moment(closed_at), zone=zone_name(say, congress)
            )
        case NotListed():
            return say.gettext("Seats are for registered participants. Say your registration number first: /number")
        case PartyTooLarge(most):
            return say.ngettext("At most {n} seat in one sign-up.", "At most {n} seats in one sign-up.", most).format(
                n=most
            )
        case AlreadyBooked():
            return say.gettext("You are already signed up for this visit.")
        case Clashes(clash, _, changeover):
            return _clash(say, clash, minutes=int(changeover.total_seconds() // 60))
        case NoSeats(0, _) | NoSeats(_, 0):
            return say.gettext("No seats left: somebody was quicker.")
        case NoSeats(_, largest):
            return say.gettext("Not enough seats: at most {n} together.").format(n=largest)
        case NoWheelchairPlace():
            return say.gettext("No wheelchair place is left on this visit’s buses. The desk looks for a way with you.")
        case PeopleWait(parties):
            return say.ngettext(
                "{n} sign-up waits for this visit, and free seats go there first. You can join the waiting list.",
                "{n} sign-ups wait for this visit, and free seats go there first. You can join the waiting list.",
                parties,
            ).format(n=parties)
        case AlreadyReleased():
            return say.gettext("You have already given this seat back.")
        case _:
            assert_never(refused)


def _desk(say: Language, congress: Congress) -> str:
    return say.gettext("Questions? Desk: {phone}").format(phone=congress.contacts.phone)


def _clash(say: Language, clash: Clash, *, minutes: int) -> str:
    match clash:
        case Clash.OVERLAP:
            return say.gettext("The times overlap, {minutes} min for changing over included.").format(minutes=minutes)
        case Clash.OTHER_CITY:
            return say.gettext("On one day you can visit one city only.")
        case Clash.DAY_LIMIT:
            return say.gettext("Per person: one morning and one afternoon visit, or one full day.")
        case _:
            assert_never(clash)


def _held(say: Language, seat: HeldSeat) -> str:
    hours = f"{say.clock(seat.visit.leaves_at)}–{say.clock(seat.visit.returns_at)}"
    party = f" · 👥 {seat.booking.party}" if seat.booking.party > 1 else ""
    return f"🎫 {hours} {words(say, seat.visit.title)}{party}"
