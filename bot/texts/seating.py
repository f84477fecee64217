"""Somebody is seated at the desk or past the rules: what who does it reads before and after, with a queue waiting."""

from collections.abc import Sequence

from bot.language import Language
from bot.rules.booking import AlreadyBooked, AlreadyReleased, Clashes, NoSeats, NoWheelchairPlace, PeopleWait, Refusal
from bot.rules.forcing import Passed
from bot.rules.seats import seats_left
from bot.services.booking import Refused, Ticket
from bot.services.desk import DeskSeat, ForgottenAtDesk, SeatsOf
from bot.services.desk_links import PhoneLink
from bot.services.meant import NobodyNamed
from bot.services.seating import PutInLine, Seated
from bot.services.seating_draft import Deed
from bot.services.seating_facts import Asks, Choosing, Seating, WrongNumber
from bot.services.standing import Offered
from bot.texts.markup import cut, esc, name, words
from bot.texts.passing import rule_passed
from bot.texts.refusals import reason
from bot.texts.tickets import departure_lines
from bot.texts.visits import zone_name
from storage.records import Congress, Delegate, HeldSeat, Rider

_LONGEST_TYPED = 60
_LONGEST_ON_BUTTON = 30


def preview(say: Language, shown: Seating, *, congress: Congress) -> str:
    """Show who would sit where, and what is in the way; nothing has happened."""
    lines = []
    if shown.changed:
        lines.append("⚠️ <b>" + say.gettext("Changed meanwhile: nothing has been done") + "</b>")
    if shown.deed is Deed.FORCE:
        lines.append("❗️ <b>" + say.gettext("Seat them past the rules?") + "</b>")
    else:
        lines.append("❓ <b>" + say.gettext("Sign them up?") + "</b>")
    lines += _who(say, shown.riders)
    lines += _reached(say, shown.person, contact=shown.contact)
    if shown.number:
        lines.append("🔢 " + say.gettext("Registration number: {number}").format(number=esc(shown.number)))
    lines += ["", f"<b>{words(say, shown.visit.title)}</b>"]
    lines += departure_lines(say, shown.visit, shown.bus, congress=congress)
    free, waiting = seats_left(shown.visit), shown.visit.waiting
    # Translators: of a visit, as the desk sees it.
    lines.append(
        "🪑 " + say.gettext("Free seats: {free} · sign-ups that wait: {waiting}").format(free=free, waiting=waiting)
    )
    if shown.others:
        lines.append("🎫 " + say.gettext("Their other seats: {visits}").format(visits=_seats(say, shown.others)))
    return "\n".join([*lines, "", *_verdict(say, shown, congress=congress)])


def _verdict(say: Language, shown: Seating, *, congress: Congress) -> list[str]:
    """Say what is in the way and what can be done, or what is gone past, or that nothing is."""
    if shown.refusal is not None:
        lines = [f"🚫 <b>{_why(say, shown, shown.refusal, congress=congress)}</b>"]
        if isinstance(shown.refusal, NoSeats | PeopleWait) and not shown.has_telegram:
            lines.append(
                say.gettext(
                    "The waiting list asks by Telegram, which they do not have. Look for another visit with them."
                )
            )
        return [*lines, *_past(say, shown)]
    if shown.wrong is not None:
        return [f"🚫 <b>{_wrong_number(say, shown.wrong)}</b>", *_past(say, shown)]
    if shown.asks is Asks.NUMBER:
        asked = say.gettext("Seats are for registered participants here. Write the number that stands on their badge.")
        return [f"🔢 <b>{asked}</b>", *_past(say, shown)]
    lines = []
    if shown.deed is Deed.FORCE:
        lines += _rules(say, shown.rules, passed=shown.passed, held_back=shown.held_back)
        if shown.over_limit:
            lines.append(say.gettext("Too many with: {visits}").format(visits=_seats(say, shown.over_limit)))
        if not shown.rules:
            lines.append(say.gettext("No rule is against it: it is a plain sign-up."))
        if shown.asks is Asks.REASON:
            asked = say.gettext("Why? Write the reason in a line; it stays in the log.")
            return [*lines, f"✍️ <b>{asked}</b>"]
        lines.append(say.gettext("Reason: {reason}").format(reason=esc(shown.reason)))
    if shown.deed is Deed.FORCE and Passed.CLOSED in shown.rules and shown.visit.names_final:
        lines.append("⚠️ " + say.gettext("The host has the names already: tell them this one."))
    if shown.alike:
        lines.append(
            "👥 <b>" + say.gettext("Somebody of this name is known. Is it them? Then press their name.") + "</b>"
        )
    if shown.person is None:
        lines.append(
            "🔒 "
            + say.gettext(
                "Tell them first: their name and phone are kept for the lists of the visits, "
                "and deleted with everybody else’s."
            )
        )
    return lines


def _past(say: Language, shown: Seating) -> list[str]:
    if not shown.is_forceable or shown.may_force:
        return []
    return [say.gettext("An organizer can seat them all the same: {example}").format(example="<code>/force</code>")]


def _rules(say: Language, rules: tuple[Passed, ...], *, passed: int, held_back: int) -> list[str]:
    return [
        f"⚠️ <b>{esc(rule_passed(say, rule, n=held_back if rule is Passed.HELD_BACK else passed))}</b>" for rule in rules
    ]


def _why(say: Language, shown: Seating, refused: Refusal, *, congress: Congress) -> str:
    """Say by which rule, of somebody else."""
    match refused:
        case AlreadyBooked(there):
            return say.gettext("They have another sign-up there: {code}").format(code=f"<code>{esc(there.code)}</code>")
        case NoSeats(_, largest):
            text = say.gettext("Seats that are free there for a party: {free}. This party needs {party}.")
            return text.format(free=largest, party=len(shown.riders))
        case NoWheelchairPlace():
            return say.gettext("No bus there has the wheelchair places that are needed, and seats for the party.")
        case PeopleWait(parties):
            return say.ngettext(
                "{n} sign-up waits for this visit, and free seats go there first.",
                "{n} sign-ups wait for this visit, and free seats go there first.",
                parties,
            ).format(n=parties)
        case Clashes(seats=clashing) as clash:
            return f"{esc(reason(say, clash, congress=congress))} {_seats(say, clashing)}"
        case other:
            return esc(reason(say, other, congress=congress))


def _wrong_number(say: Language, wrong: WrongNumber) -> str:
    number = esc(cut(wrong.number, _LONGEST_TYPED))
    if wrong.taken:
        return say.gettext(
            "Somebody else has said the number “{number}”. If it is theirs, they are known: {example}"
        ).format(number=number, example=f"<code>/desk {number} nab-am</code>")
    return say.gettext(
        "“{number}” is not on the list of registered people. Write it again, as it stands on the badge."
    ).format(number=number)


def seated(say: Language, done: Seated, *, congress: Congress) -> str:
    """Say who sits where now, and whether they hear it."""
    title = say.gettext("Seated past the rules") if done.deed is Deed.FORCE else say.gettext("Signed up at the desk")
    lines = [f"☑️ <b>{title}</b>", *_seat(say, done.ticket, congress=congress), ""]
    if done.deed is Deed.FORCE:
        lines += _rules(say, done.rules, passed=done.passed, held_back=done.held_back)
        lines.append(say.gettext("Reason: {reason}").format(reason=esc(done.reason)))
    if done.told:
        lines.append("✈️ " + say.gettext("The ticket is on its way to their chat, with your name."))
    else:
        lines.append("🖨 " + say.gettext("No message reaches them. Print the slip: its code is enough to board."))
    return "\n".join(lines)


def seated_answer(say: Language) -> str:
    """The outcome in the tap's own answer."""
    return say.gettext("Signed up.")


def seated_by(say: Language, *, by: str) -> str:
    """Head a ticket that somebody of the crew has made; who it is for reads it."""
    # Translators: name is somebody of the desk or an organizer; the reader's ticket follows.
    return "✍️ <b>" + say.gettext("{name} has signed you up.").format(name=name(by)) + "</b>"


def desk_seat(say: Language, shown: DeskSeat, *, congress: Congress) -> str:
    """Show a seat as the desk sees it."""
    lines = ["🎫 <b>" + say.gettext("A seat, at the desk") + "</b>", *_seat(say, shown.ticket, congress=congress)]
    lines += _reached(say, shown.person, contact=shown.person.contact or "")
    if shown.is_ended:
        lines.append("✖️ " + say.gettext("This seat has been given back."))
    return "\n".join(lines)


def phone_link(say: Language, shown: PhoneLink, *, url: str, congress: Congress) -> str:
    """Caption the QR code that brings a seat to its person's own phone."""
    ticket = shown.seat.ticket
    return "\n".join(
        [
            "📱 <b>" + say.gettext("This seat on their own phone") + "</b>",
            *_who(say, ticket.booking.riders, code=ticket.booking.code),
            f"<b>{words(say, ticket.visit.title)}</b>",
            "",
            say.gettext("Let them scan this with the camera, or send them the link:"),
            esc(url),
            "",
            say.gettext(
                "It works once, until {moment} ({zone}). The code stays the same, so the slip is good too."
            ).format(moment=say.moment(shown.gift.ends_at), zone=esc(zone_name(say, congress))),
        ]
    )


def ask_take_back(say: Language, shown: DeskSeat) -> str:
    """Ask before a seat is taken back."""
    lines = [
        "❓ <b>" + say.gettext("Take this seat back? Others can have it at once.") + "</b>",
        *_who(say, shown.ticket.booking.riders, code=shown.ticket.booking.code),
        f"<b>{words(say, shown.ticket.visit.title)}</b>",
    ]
    if shown.person.telegram_id is None:
        lines += ["", say.gettext("Deleting their data frees all their seats, and nobody can find them any more.")]
    return "\n".join(lines)


def taken_back(say: Language, shown: DeskSeat) -> str:
    """Say that the seat is free."""
    lines = [
        "☑️ <b>" + say.gettext("Taken back: the seat is free for others") + "</b>",
        *_who(say, shown.ticket.booking.riders, code=shown.ticket.booking.code),
        f"<b>{words(say, shown.ticket.visit.title)}</b>",
    ]
    if shown.person.telegram_id is not None:
        lines.append(say.gettext("Their ticket in the chat says so."))
    return "\n".join(lines)


def not_taken_back(say: Language, refused: Refused | DeskSeat, *, congress: Congress) -> str:
    """Say why a seat stays."""
    match refused:
        case DeskSeat():
            return "🚫 " + say.gettext(
                "They have Telegram and signed up themselves: they give it back there, with /my."
            )
        case Refused(refusal=AlreadyReleased()):
            return "🚫 " + say.gettext("These seats have been given back.")
        case Refused(refusal=why):
            return "🚫 " + esc(reason(say, why, congress=congress))


def forgotten(say: Language, done: ForgottenAtDesk) -> str:
    """Say that nothing of a person is kept."""
    return "☑️ " + say.gettext("Deleted: nothing tells any more who they were. Seats that are free now: {n}").format(
        n=done.seats
    )


def put_in_line(say: Language, done: PutInLine) -> str:
    """Say that somebody waits now."""
    person, standing = name(done.person.name), done.standing
    if isinstance(standing, Offered):
        lines = ["✋ <b>" + say.gettext("{name} has an open offer, in their own chat.").format(name=person) + "</b>"]
        title = standing.ticket.visit.title
    else:
        lines = ["⏳ <b>" + say.gettext("{name} is on the waiting list.").format(name=person) + "</b>"]
        lines.append(
            say.gettext("Place in the list: {place}. The offer comes to their chat.").format(place=standing.place)
        )
        title = standing.visit.title
    return "\n".join([*lines, f"<b>{words(say, title)}</b>"])


def choosing(say: Language, shown: Choosing) -> str:
    """Ask which person is meant, or which visit it shall be."""
    if shown.person is None:
        typed = name(cut(shown.name, _LONGEST_TYPED))
        return "🔎 <b>" + say.gettext("Possibly meant by “{typed}”:").format(typed=typed) + "</b>"
    if not shown.visits:
        return "🚫 " + say.gettext("No visit that {name} could have has free seats now.").format(
            name=name(shown.person.name)
        )
    return "🚌 <b>" + say.gettext("Which visit, for {name}?").format(name=name(shown.person.name)) + "</b>"


def seats_of(say: Language, shown: SeatsOf) -> str:
    """List the seats of who may be meant."""
    typed = name(cut(shown.typed, _LONGEST_TYPED))
    lines = ["🔎 <b>" + say.gettext("Possibly meant by “{typed}”:").format(typed=typed) + "</b>"]
    for person, tickets in shown.people:
        lines += ["", f"<b>{name(person.name)}</b>", *_reached(say, person, contact=person.contact or "")]
        for each in tickets:
            title, code = words(say, each.visit.title), esc(each.booking.code)
            lines.append(f"🎫 {say.clock(each.visit.leaves_at)} {title} · <code>{code}</code>")
        if not tickets:
            lines.append(say.gettext("no seat"))
    return "\n".join(lines)


def nobody(say: Language, refused: NobodyNamed) -> str:
    """Say that nobody is meant by this, and how somebody new is signed up."""
    text = say.gettext("Nobody is known as “{typed}”. For somebody new write the visit first: {example}")
    typed = name(cut(refused.typed, _LONGEST_TYPED))
    return "🚫 " + text.format(typed=typed, example="<code>/desk nab-am Aigerim Serikova</code>")


def gone(say: Language) -> str:
    """Say that the card has had its word, or its hour is over."""
    return "🚫 " + say.gettext("This card is no longer valid. Write the command again.")


def usage_desk(say: Language) -> str:
    """Explain /desk."""
    return "\n".join(
        [
            "<b>" + say.gettext("At the desk") + "</b>",
            say.gettext("Somebody without Telegram: the visit, the name, a phone if they like."),
            "<code>/desk nab-am Aigerim Serikova +7 701 123 45 67</code>",
            say.gettext("Somebody who is known: a booking’s code, a registration number or a name, then the visit."),
            "<code>/desk K7PW2 nab-pres-pm</code>",
            say.gettext("To print a slip, or take a seat back: the code or the name alone."),
            "<code>/desk K7PW2</code>",
        ]
    )


def usage_force(say: Language) -> str:
    """Explain /force."""
    return say.gettext(
        "Write who (a booking’s code, a name or a registration number), the visit and the reason: {example}. "
        "You see first which rules it goes past. Never past a bus’s seats, nor two visits at one hour."
    ).format(example="<code>/force K7PW2 nab-am speaker of the host</code>")


def slip_caption(say: Language, shown: DeskSeat) -> str:
    """Say under the file what it is."""
    booking = shown.ticket.booking
    return f"🖨 <b>{name(booking.riders[0].name)}</b> · <code>{esc(booking.code)}</code>\n" + say.gettext(
        "The slip, to be printed: the code on it is enough to board."
    )


def person_label(say: Language, person: Delegate, tickets: Sequence[Ticket]) -> str:
    """Name one who may be meant, on a button."""
    keys = ", ".join(each.visit.key for each in tickets) or say.gettext("no seat")
    return f"{cut(person.name, _LONGEST_ON_BUTTON)} · {keys}"


def ticket_label(say: Language, person: Delegate, ticket: Ticket) -> str:
    """Name a person's seat, on a button."""
    return f"🎫 {cut(person.name, _LONGEST_ON_BUTTON)} · {say.clock(ticket.visit.leaves_at)} {ticket.visit.key}"


def _who(say: Language, riders: tuple[Rider, ...], *, code: str = "") -> list[str]:
    names = say.listing(f"{name(rider.name)}{' ♿' if rider.wheelchair else ''}" for rider in riders)
    return [f"👤 {names}" + (f" · <code>{esc(code)}</code>" if code else "")]


def _seat(say: Language, ticket: Ticket, *, congress: Congress) -> list[str]:
    return [
        *_who(say, ticket.booking.riders, code=ticket.booking.code),
        f"<b>{words(say, ticket.visit.title)}</b>",
        *departure_lines(say, ticket.visit, ticket.bus, congress=congress),
    ]


def _reached(say: Language, person: Delegate | None, *, contact: str) -> list[str]:
    if person is not None and person.telegram_id is not None:
        if person.unreachable:
            return ["🔕 " + say.gettext("cannot be reached by the bot")]
        return ["✈️ " + say.gettext("has Telegram")]
    return ["📵 " + say.gettext("no Telegram"), *([f"☎️ {esc(contact)}"] if contact else [])]


def _seats(say: Language, held: tuple[HeldSeat, ...]) -> str:
    return say.listing(f"{say.clock(seat.visit.leaves_at)} {words(say, seat.visit.title)}" for seat in held)
