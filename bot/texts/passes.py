"""The QR pass: what stands under it, and what opening one is answered with."""

from typing import assert_never

from bot.language import Language
from bot.rules.passes import PassEnded, PassOutdated
from bot.services.booking import Ticket
from bot.services.passes import CheckedPass
from bot.texts.markup import esc, name, words
from bot.texts.tickets import bus_and_bay


def qr_pass(say: Language, shown: Ticket) -> str:
    """What stands under the code: no time and no bus, which may change while the picture stays."""
    return "\n".join(
        [
            "🔳 <b>" + say.gettext("QR pass") + "</b>",
            f"<b>{words(say, shown.visit.title)}</b>",
            "🔖 " + say.gettext("Code: {code}").format(code=f"<code>{esc(shown.booking.code)}</code>"),
            "",
            # Translators: under the picture of a QR code; the ticket is the message with bus and times.
            say.gettext("Show this when you board. Bus and times stand on your ticket."),
        ]
    )


def foreign(say: Language) -> str:
    """Answer a pass that is forged, cut off or somebody else's, alike: a stranger learns nothing by it."""
    return say.gettext("This QR pass is not yours, or it was not read whole. Your own tickets and passes: /my")


def checked(say: Language, shown: CheckedPass) -> str:
    """Say to somebody of the crew whether a pass is good, for whom and for which bus."""
    booking, visit = shown.booking, shown.visit
    match shown.refusal:
        case None:
            verdict = "✅ <b>" + say.gettext("Good QR pass") + "</b>"
        case PassOutdated():
            verdict = "♻️ <b>" + say.gettext("The booking has changed since this QR pass was made. Now it is:") + "</b>"
        case PassEnded():
            verdict = "🚫 <b>" + say.gettext("No seat any more with this QR pass") + "</b>"
        case _:
            assert_never(shown.refusal)
    place = say.gettext("On foot") if shown.bus is None else bus_and_bay(say, shown.bus)
    lines = [verdict, f"<b>{words(say, visit.title)}</b>", f"🗓 {say.moment(visit.leaves_at)}"]
    if booking.holds_seat:
        lines.append(f"🚌 {place}")
    names = say.listing(name(rider.name) for rider in booking.riders)
    lines.append("👥 " + say.gettext("Travellers ({n}): {names}").format(n=booking.party, names=names))
    return "\n".join([*lines, "🔖 " + say.gettext("Code: {code}").format(code=f"<code>{esc(booking.code)}</code>")])


def outdated(say: Language) -> str:
    """Say above the ticket that the pass opened is older than it."""
    return "♻️ " + say.gettext("This QR pass is from before your last change. Here is your ticket, take its new pass.")


def ended(say: Language) -> str:
    """Say that the seat of the pass is given back."""
    return say.gettext("The seat of this QR pass was given back. Your own tickets: /my")
