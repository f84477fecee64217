"""The waiting list: waiting is not having a seat, and the first line of every text says so."""

from typing import assert_never

from bot.language import Language
from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    AlreadyReleased,
    BookingClosed,
    Changed,
    Clashes,
    NotListed,
    NoWheelchairPlace,
    OpensLater,
    PartyTooLarge,
    VisitCancelled,
)
from bot.rules.waiting import (
    AlreadyWaiting,
    JoinRefusal,
    NeverFits,
    OfferGone,
    OfferRefusal,
    SeatsAreFree,
    TooManyWishes,
)
from bot.services.line_facts import LineOverFacts
from bot.services.overlapping import Blocked
from bot.services.standing import Offered, Wait
from bot.services.waiting import LeftLine
from bot.texts import refusals
from bot.texts.markup import esc, words
from bot.texts.tickets import departure_lines, travellers
from bot.texts.visits import zone_name
from storage.records import Congress, Visit, VisitState


def wait(say: Language, shown: Wait, *, congress: Congress, blocked: Blocked | None = None) -> str:
    """The card of a party in line: not signed up yet, its place, what it wished, what happens next.

    `blocked` when it is passed over for seats that its owner holds.
    """
    booking, visit = shown.booking, shown.visit
    lines = [
        "⏳ <b>" + say.gettext("You are on the waiting list. You have no seat yet.") + "</b>",
        f"<b>{words(say, visit.title)}</b>",
        f"🗓 {say.moment(visit.leaves_at)}–{say.clock(visit.returns_at)} ({esc(zone_name(say, congress))})",
        "",
        "🔢 <b>" + say.gettext("Your place in the list: {place}").format(place=shown.place) + "</b>",
        *travellers(say, booking),
    ]
    if shown.others:
        titles = say.listing(words(say, other.title) for other in shown.others)
        # Translators: the first of several visits that has a free seat is taken, the other waits end by themselves.
        lines.append("🔀 " + say.gettext("Or, whichever is free first: {visits}").format(visits=titles))
    if shown.replaces is not None:
        kept = words(say, shown.replaces.title)
        lines.append("🔁 " + say.gettext("Until then you keep your seat: {visit}").format(visit=kept))
    if blocked is None:
        lines += ["", say.gettext("When a seat is free we write to you here, and the seat is kept while you decide.")]
    else:
        held = say.listing(
            f"{say.clock(seat.visit.leaves_at)} {words(say, seat.visit.title)}" for seat in blocked.seats
        )
        lines += [
            "",
            "⚠️ " + say.gettext("It does not go with what you hold: {visits}").format(visits=held),
            say.gettext("You keep your place, but no seat is offered to you here while you hold that."),
        ]
    return "\n".join(lines)


def joined_answer(say: Language, shown: Wait) -> str:
    """The outcome of joining in the tap's own answer."""
    return say.gettext("On the waiting list, place {place}.").format(place=shown.place)


def offer(say: Language, shown: Offered, *, congress: Congress) -> str:
    """A free seat, kept until a clock time, and what taking it would mean."""
    booking, visit, bus = shown.ticket.booking, shown.ticket.visit, shown.ticket.bus
    assert booking.offer_until is not None
    seats = say.ngettext("{n} seat is free for you", "{n} seats are free for you", booking.party).format(
        n=booking.party
    )
    lines = [
        f"🎉 <b>{seats}</b>",
        f"<b>{words(say, visit.title)}</b>",
        "",
        "⏰ <b>" + say.gettext("Reply by: {moment}").format(moment=say.moment(booking.offer_until)) + "</b>",
        "",
        *departure_lines(say, visit, bus, congress=congress),
        "↩️ " + say.gettext("Back at about {time}").format(time=say.clock(visit.returns_at)),
        *travellers(say, booking),
    ]
    if shown.waiting:
        lines.append(
            "⏳ "
            + say.ngettext(
                "{n} of your party would stay on the waiting list, at the same place.",
                "{n} of your party would stay on the waiting list, at the same place.",
                shown.waiting,
            ).format(n=shown.waiting)
        )
    if shown.given_up is not None:
        given_up = words(say, shown.given_up.title)
        lines.append("🔁 " + say.gettext("In exchange you give up: {visit}").format(visit=given_up))
    return "\n".join(lines)


def offer_over(say: Language, visit: Visit) -> str:
    """An offer ran out without an answer."""
    return (
        "⌛ <b>" + say.gettext("The time for your answer is over") + "</b>\n"
        f"<b>{words(say, visit.title)}</b>\n\n"
        + say.gettext("The seat has gone to the next in the list. You can join the list again.")
    )


def passed(say: Language, visit: Visit) -> str:
    """Seats that were kept for a party go to others, since departure is near and they are too few for it."""
    return (
        "⏳ <b>" + say.gettext("Still too few seats for all of you") + "</b>\n"
        f"<b>{words(say, visit.title)}</b>\n\n"
        + say.gettext(
            "Departure is near, so the free seats are now offered to those behind you. You keep your place; "
            "you can also go with fewer."
        )
    )


def line_over(say: Language, shown: LineOverFacts, *, congress: Congress) -> str:
    """A wait has ended without a seat: why, what the person still has or waits for, and what else is free."""
    cancelled = shown.visit.state is VisitState.CANCELLED
    lines = [
        f"{'🚫' if cancelled else '⌛'} <b>" + say.gettext("The waiting list is over") + "</b>",
        f"<b>{words(say, shown.visit.title)}</b>",
        "",
        _why_over(say, shown, cancelled=cancelled),
    ]
    if shown.still:
        titles = say.listing(words(say, visit.title) for visit in shown.still)
        lines.append("⏳ " + say.gettext("You still wait for: {visits}").format(visits=titles))
    if shown.kept is not None:
        lines.append("🎫 " + say.gettext("You keep your seat: {visit}").format(visit=words(say, shown.kept.title)))
    if shown.alternatives:
        return "\n".join([*lines, "", say.gettext("Nearest visits with free seats:")])
    desk = say.gettext("Questions? Desk: {phone}").format(phone=congress.contacts.phone)
    return "\n".join([*lines, "", esc(desk)])


def _why_over(say: Language, shown: LineOverFacts, *, cancelled: bool) -> str:
    if cancelled:
        return say.gettext("This visit will not take place.")
    if shown.travels:
        return say.ngettext(
            "No more seats became free: {n} of your party has none.",
            "No more seats became free: {n} of your party have none.",
            shown.booking.party,
        ).format(n=shown.booking.party)
    return say.gettext("Nobody moves up any more, and no seat became free for you.")


def left(say: Language, done: LeftLine) -> str:
    """The person stands in this line no more."""
    return "☑️ " + say.gettext("You no longer wait for “{visit}”.").format(visit=words(say, done.visit.title))


def left_answer(say: Language) -> str:
    """The outcome in the tap's own answer."""
    return say.gettext("Done: off the waiting list.")


def changed_answer(say: Language) -> str:
    """A wish is noted."""
    return say.gettext("Noted.")


def waits_for_all_answer(say: Language, shown: Wait) -> str:
    """A part of the seats was declined."""
    return say.gettext("You wait for all seats together, place {place}.").format(place=shown.place)


def choose_beside(say: Language, shown: Wait, *, found: bool) -> str:
    """Ask for which other visit the person would wait too."""
    question = (
        say.gettext("Which visit would suit you as well? The first with a free seat counts, the other wait ends.")
        if found
        else say.gettext("There is no other full visit that fits your day.")
    )
    return f"⏳ <b>{words(say, shown.visit.title)}</b>\n\n{question}"


def not_joined(say: Language, refused: JoinRefusal, *, visit: Visit, congress: Congress) -> str:
    """Say why the person cannot wait for this visit, and what can be done instead."""
    return refusals.explained(say, join_reason(say, refused, congress=congress), visit=visit, congress=congress)


def not_joined_answer(say: Language, refused: JoinRefusal, *, congress: Congress) -> str:
    """The reason in the tap's own answer."""
    return join_reason(say, refused, congress=congress)


def join_reason(say: Language, refused: JoinRefusal, *, congress: Congress) -> str:
    """Return the reason as one sentence in plain text."""
    match refused:
        case SeatsAreFree():
            return say.gettext("There are free seats: you can sign up now.")
        case AlreadyWaiting():
            return say.gettext("You are on this waiting list already.")
        case TooManyWishes(most):
            return say.ngettext(
                "You can wait for {n} visit at a time.", "You can wait for {n} visits at a time.", most
            ).format(n=most)
        case NeverFits(largest):
            return say.ngettext("The largest bus has {n} seat.", "The largest bus has {n} seats.", largest).format(
                n=largest
            )
        case (
            VisitCancelled() | AlreadyLeft() | OpensLater() | BookingClosed() | AlreadyBooked() | Clashes()
            | NotListed() | PartyTooLarge() | NoWheelchairPlace()
        ):  # fmt: skip
            return refusals.reason(say, refused, congress=congress)
        case _:
            assert_never(refused)


def offer_reason_answer(say: Language, refused: OfferRefusal, *, congress: Congress) -> str:
    """Say in the tap's own answer why an offer cannot be taken."""
    match refused:
        case OfferGone():
            return say.gettext("This offer is over.")
        case AlreadyReleased() | AlreadyLeft() | Changed() | Clashes() | AlreadyBooked() | NotListed():
            return refusals.reason(say, refused, congress=congress)
        case _:
            assert_never(refused)


def own_line(say: Language, shown: Wait | Offered, *, is_blocked: bool = False) -> str:
    """One line of the person's own list: an open offer with its deadline, or a place in a line."""
    visit = _visit(shown)
    head = f"<b>{say.moment(visit.leaves_at)}</b>"
    if isinstance(shown, Wait):
        state = "⏳ " + say.gettext("Waiting list, place {place}").format(place=shown.place)
        if is_blocked:
            # Translators: a wait for a visit whose time is taken by another visit that the person has a seat on.
            state += "\n⚠️ " + say.gettext("It does not go with your seat, so you are not asked.")
    else:
        assert shown.ticket.booking.offer_until is not None
        until = say.moment(shown.ticket.booking.offer_until)
        state = "🎉 " + say.gettext("A seat is kept for you. Reply by: {moment}").format(moment=until)
    return f"\n{head}\n{words(say, visit.title)}\n{state}"


def wait_label(say: Language, shown: Wait | Offered) -> str:
    """Return the button of a wait or an offer in one's own list."""
    visit = _visit(shown)
    return f"{'⏳' if isinstance(shown, Wait) else '🎉'} {say.clock(visit.leaves_at)} · {say.words(visit.title)}"


def beside_label(say: Language, visit: Visit) -> str:
    """Return the button of a visit that one would wait for too."""
    return f"{say.clock(visit.leaves_at)} · {say.words(visit.title)}"


def _visit(shown: Wait | Offered) -> Visit:
    return shown.visit if isinstance(shown, Wait) else shown.ticket.visit
