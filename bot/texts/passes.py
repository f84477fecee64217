"""The QR pass: what stands under it, and what opening one is answered with."""

from bot.language import Language
from bot.services.booking import Ticket
from bot.texts.markup import esc, words


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


def outdated(say: Language) -> str:
    """Say above the ticket that the pass opened is older than it."""
    return "♻️ " + say.gettext("This QR pass is from before your last change. Here is your ticket, take its new pass.")


def ended(say: Language) -> str:
    """Say that the seat of the pass is given back."""
    return say.gettext("The seat of this QR pass was given back. Your own tickets: /my")
