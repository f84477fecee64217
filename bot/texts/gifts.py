"""A seat given to a colleague: the question for whom, the link, what it opens, and the news that it was taken."""

from typing import assert_never

from bot.language import Language
from bot.rules.booking import AlreadyBooked, AlreadyLeft, BookingClosed, Clashes, NotListed, VisitCancelled
from bot.rules.gifts import GiftGone, GiftRefusal, OwnGift
from bot.services.gifts import Given, Giving, Present
from bot.texts import refusals
from bot.texts.markup import esc, name, words
from bot.texts.visits import meeting_place, zone_name
from storage.records import Congress, Visit


def giving(say: Language, shown: Giving, *, congress: Congress) -> str:
    """Say how a seat goes to a colleague, and which links still work."""
    ticket = shown.ticket
    lines = [
        "🎁 <b>" + say.gettext("Give your seat to a colleague") + "</b>",
        f"🎫 {say.clock(ticket.visit.leaves_at)}–{say.clock(ticket.visit.returns_at)} {words(say, ticket.visit.title)}",
        "",
        say.gettext("You get a link that works once. The seat stays yours until your colleague takes it."),
    ]
    for gift in shown.links:
        # Translators: name is a person's; do not add endings to it.
        text = say.gettext("A link is waiting: {name}, until {moment}").format(
            name=name(gift.name), moment=say.moment(gift.ends_at)
        )
        lines.append(f"🔗 {text}")
    return "\n".join(lines)


def give_rider_label(say: Language, *, rider: str) -> str:
    # Translators: this person's seat of a party goes to a colleague. No ending on the name.
    return "🎁 " + say.gettext("This seat: {name}").format(name=rider)


def ask_name(say: Language) -> str:
    """Ask who gets the seat."""
    return "🎁 " + say.gettext("Who gets the seat? Type your colleague’s first and last name.")


def link_made(say: Language, given: Given, *, url: str, congress: Congress) -> str:
    """The link, for whom it is, and until when it works."""
    lines = [
        # Translators: name is a person's; do not add endings to it.
        "🔗 <b>" + say.gettext("Link for your colleague: {name}").format(name=name(given.gift.name)) + "</b>",
        words(say, given.ticket.visit.title),
        "",
        esc(url),
        "",
        say.gettext("Send it to that one person. It works once, until {moment} ({zone}).").format(
            moment=say.moment(given.gift.ends_at), zone=esc(zone_name(say, congress))
        ),
        say.gettext("The seat stays yours until your colleague takes it. We write to you when that happens."),
    ]
    return "\n".join(lines)


def withdraw_label(say: Language, *, colleague: str) -> str:
    # Translators: takes back a link that was made for this person. No ending on the name.
    return "✖️ " + say.gettext("Take the link back: {name}").format(name=colleague)


def message_to_colleague(say: Language, given: Given) -> str:
    """The words that go with the link when it is shared, in the giver's language, plain text."""
    return say.gettext("I give you my seat on the library visit “{visit}”. Open the link to take it:").format(
        visit=say.words(given.ticket.visit.title)
    )


def present(say: Language, shown: Present, *, congress: Congress) -> str:
    """What the link leads to: whose seat it is, where it goes, and the question."""
    visit = shown.visit
    if shown.is_from_desk:
        head = "🎫 <b>" + say.gettext("Your seat from the desk") + "</b>"
        # Translators: name is a person's, as the desk has written it; do not add endings to it.
        whose = say.gettext("On the list as: {name}").format(name=name(shown.giver.name))
    else:
        head = "🎁 <b>" + say.gettext("A seat for you") + "</b>"
        # Translators: name is a person's; do not add endings to it.
        whose = say.gettext("From: {name}").format(name=name(shown.giver.name))
    lines = [
        head,
        whose,
        "",
        f"<b>{words(say, visit.title)}</b>",
        f"🗓 {say.moment(visit.leaves_at)}–{say.clock(visit.returns_at)} ({esc(zone_name(say, congress))})",
        "📍 " + say.gettext("Meeting point: {place}").format(place=meeting_place(say, visit, congress)),
        "",
        say.gettext("The offer stands until {moment}.").format(moment=say.moment(shown.gift.ends_at)),
    ]
    return "\n".join(lines)


def not_taken(say: Language, refusal: GiftRefusal, *, visit: Visit | None, congress: Congress) -> str:
    """Say why the link gives no seat, with what is in the way."""
    if isinstance(refusal, Clashes) and visit is not None:
        return refusals.refusal(say, refusal, visit=visit, congress=congress)
    return "🚫 " + esc(why_not(say, refusal, congress=congress))


def why_not(say: Language, refusal: GiftRefusal, *, congress: Congress) -> str:
    """Return the reason as one sentence in plain text."""
    match refusal:
        case GiftGone():
            return say.gettext("This link does not work any more: it was used, taken back, or is too old.")
        case OwnGift():
            return say.gettext("This is your own link. Send it to your colleague.")
        case VisitCancelled() | AlreadyLeft() | BookingClosed() | AlreadyBooked() | NotListed() | Clashes():
            return refusals.reason(say, refusal, congress=congress)
        case _:
            assert_never(refusal)


def given(say: Language, visit: Visit, *, taker: str) -> str:
    """To the giver: the seat has changed hands."""
    lines = [
        "🎁 <b>" + say.gettext("Your seat has been taken over") + "</b>",
        words(say, visit.title),
        # Translators: name is a person's; do not add endings to it.
        say.gettext("It now belongs to: {name}").format(name=name(taker)),
    ]
    return "\n".join(lines)
