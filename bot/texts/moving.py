"""A party that an organizer moves: what the organizer sees before and after, and what the person reads."""

from bot.language import Language
from bot.rules.booking import AlreadyBooked, AlreadyReleased, Changed, Clashes, NoSeats, NoWheelchairPlace
from bot.services.booking import Ticket
from bot.services.moving import Moved, MoveShown, NotMoved, UnknownCode
from bot.texts.markup import esc, name, words
from bot.texts.refusals import reason
from bot.texts.tickets import departure_lines
from storage.records import Congress


def preview(say: Language, shown: MoveShown) -> str:
    """Show what would happen; nothing has."""
    lines = []
    if shown.changed:
        lines += ["⚠️ <b>" + say.gettext("Changed meanwhile: nothing has been done") + "</b>"]
    lines += [
        "❓ <b>" + say.gettext("Move this sign-up?") + "</b>",
        *_who(say, shown.former),
        *_from_to(say, shown.former, shown.ticket),
    ]
    if shown.passed:
        passed = say.ngettext(
            "{n} sign-up waits there and would be passed.",
            "{n} sign-ups wait there and would be passed.",
            shown.passed,
        ).format(n=shown.passed)
        lines += ["", f"⚠️ <b>{passed}</b>"]
    lines.append("")
    if shown.person.telegram_id is None or shown.person.unreachable:
        lines.append("☎️ " + say.gettext("The bot cannot reach them. Please tell them yourself:"))
    else:
        lines.append(say.gettext("They read, in their language:"))
    return "\n".join(lines)


def quote(say: Language, shown: MoveShown, *, congress: Congress) -> str:
    """Return how the message to the person begins, in their language."""
    lines = [
        moved_by(say, by=shown.author, former=shown.former, ticket=shown.ticket),
        f"<b>{words(say, shown.ticket.visit.title)}</b>",
        *departure_lines(say, shown.ticket.visit, shown.ticket.bus, congress=congress),
    ]
    return "<blockquote>" + "\n".join(lines) + "</blockquote>"


def moved_by(say: Language, *, by: str, former: Ticket, ticket: Ticket) -> str:
    """Head a ticket whose party was moved: by whom, and from where. Who has been erased has no name."""
    same_visit = former.visit.id == ticket.visit.id
    was = words(say, former.visit.title)
    if same_visit:
        was = "" if former.bus is None else esc(former.bus.label)
    if by and same_visit:
        # Translators: name is an organizer; was is a bus such as B01, the reader's until now.
        text = say.gettext("{name} has moved you to another bus (was {was}).").format(name=name(by), was=was)
    elif by:
        # Translators: name is an organizer; visit is the one on which the reader had a seat until now.
        text = say.gettext("{name} has moved you to another visit (was “{visit}”).").format(name=name(by), visit=was)
    elif same_visit:
        text = say.gettext("You have been moved to another bus (was {was}).").format(was=was)
    else:
        text = say.gettext("You have been moved to another visit (was “{visit}”).").format(visit=was)
    return f"↪️ <b>{text}</b>"


def done(say: Language, moved: Moved) -> str:
    """Say what has happened."""
    told = moved.told and not moved.person.unreachable
    lines = [
        "☑️ <b>" + say.gettext("Moved") + "</b>",
        *_who(say, moved.ticket),
        *_from_to(say, moved.former, moved.ticket),
    ]
    if moved.passed:
        lines.append("⚠️ " + say.gettext("Passed in the waiting list: {n}").format(n=moved.passed))
    if told:
        lines.append(say.gettext("They are being told, with your name. The new ticket is in their chat."))
    else:
        lines.append("☎️ " + say.gettext("The bot cannot reach them. Please tell them yourself."))
    return "\n".join(lines)


def done_answer(say: Language) -> str:
    """The outcome in the tap's own answer."""
    return say.gettext("Moved.")


def not_moved(say: Language, refused: NotMoved, *, congress: Congress) -> str:
    """Say why not: the rule, and where somebody's other seats are."""
    lines = [
        "🚫 <b>" + say.gettext("Not moved: nothing has changed") + "</b>",
        *_who(say, refused.former),
        f"→ {_place(say, Ticket(booking=refused.former.booking, visit=refused.visit, bus=refused.bus))}",
        *_why(say, refused, congress=congress),
    ]
    return "\n".join(lines)


def _why(say: Language, refused: NotMoved, *, congress: Congress) -> list[str]:
    """Say by which rule, to an organizer."""
    booking = refused.former.booking
    match refused.refusal:
        case AlreadyBooked(there) if there.id == booking.id:
            return [say.gettext("They sit there already. Another bus of this visit is named by its own label.")]
        case AlreadyBooked(there):
            text = say.gettext("They have another sign-up there: {code}")
            return [text.format(code=f"<code>{esc(there.code)}</code>")]
        case AlreadyReleased():
            return [say.gettext("These seats have been given back.")]
        case Changed():
            return [say.gettext("This party has no seats: it waits, or has an open offer.")]
        case NoSeats(_, largest):
            text = say.gettext("Seats that are free there for a party: {free}. This party needs {party}.")
            return [text.format(free=largest, party=booking.party)]
        case NoWheelchairPlace():
            return [say.gettext("No bus there has the wheelchair places that are needed, and seats for the party.")]
        case Clashes(seats=clashing) as clash:
            titles = say.listing(
                f"{say.clock(seat.visit.leaves_at)} {words(say, seat.visit.title)}" for seat in clashing
            )
            return [
                esc(reason(say, clash, congress=congress)),
                say.gettext("Their other seats: {visits}").format(visits=titles),
            ]
        case other:
            return [esc(reason(say, other, congress=congress))]


def unknown_code(say: Language, refused: UnknownCode) -> str:
    """Say that no booking has this code, and how to find it."""
    return "🚫 " + say.gettext("No booking has the code “{code}”. Look for the person: {example}").format(
        code=esc(refused.code), example="<code>/find Müller</code>"
    )


def usage(say: Language) -> str:
    """Explain /move."""
    return say.gettext(
        "Write the booking’s code and the visit or bus to go to: {example}. You see it before anything happens."
    ).format(example=say.listing(f"<code>{each}</code>" for each in ("/move K7PW2 nab-am", "/move K7PW2 B02")))


def _who(say: Language, ticket: Ticket) -> list[str]:
    names = say.listing(name(rider.name) for rider in ticket.booking.riders)
    return [f"👤 {names} · <code>{esc(ticket.booking.code)}</code>"]


def _from_to(say: Language, former: Ticket, ticket: Ticket) -> list[str]:
    return [
        # Translators: a party is moved, from this visit and bus …
        say.gettext("From: {place}").format(place=_place(say, former)),
        # Translators: … to this one.
        say.gettext("To: {place}").format(place=f"<b>{_place(say, ticket)}</b>"),
    ]


def _place(say: Language, ticket: Ticket) -> str:
    visit, bus = ticket.visit, ticket.bus
    place = f"{esc(visit.key)} · {say.clock(visit.leaves_at)} {words(say, visit.title)}"
    return place if bus is None else f"{place} · {esc(bus.label)}"
