"""What stands on a ticket's card once it is a ticket no more."""

from bot.language import Language
from bot.services.booking import Ticket
from bot.services.cancelling import CANCELLED
from bot.texts.markup import words
from storage.records import Visit


def ended(say: Language, shown: Ticket) -> str:
    """Say that the seat is gone, and why."""
    return "\n".join(
        [
            "✖️ <b>" + say.gettext("This ticket has ended") + "</b>",
            f"<b>{words(say, shown.visit.title)}</b>",
            "",
            _why(say, shown),
        ]
    )


def _why(say: Language, shown: Ticket) -> str:
    if shown.booking.reason == CANCELLED:
        return say.gettext("The organizers had to cancel the visit.")
    if shown.booking.reason == "replaced":
        return say.gettext("You have taken a seat on another visit instead.")
    return say.gettext("The seat was given back.")


def elsewhere(say: Language, visit: Visit) -> str:
    """Say on a former card that the ticket stands on another message now."""
    return "\n".join(
        [f"🎫 <b>{words(say, visit.title)}</b>", say.gettext("This ticket is shown in another message now.")]
    )
