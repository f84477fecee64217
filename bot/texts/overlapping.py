"""A wait that does not go with a seat one has: said on the ticket, with the ways out."""

from collections.abc import Sequence

from bot.language import Language
from bot.services.overlapping import Blocked
from bot.services.standing import Wait
from bot.texts.markup import words
from bot.texts.waiting import beside_label
from storage.records import Visit


def beside_ticket(say: Language, blocked: Sequence[Blocked]) -> str:
    """Under a ticket: waits that are passed over for its seat; empty when there are none."""
    lines = []
    for each in blocked:
        visit = f"{say.clock(each.visit.leaves_at)} {words(say, each.visit.title)}"
        lines.append(
            "⏳ "
            + say.gettext(
                "You also wait for “{visit}”, which does not go with this seat. While you have it, "
                "you are not asked there; you keep your place."
            ).format(visit=visit)
        )
    return "\n".join(lines)


def kept(say: Language, shown: Wait) -> str:
    """The seat of the ticket below stays until the one waited for is real."""
    return "🔁 " + say.gettext("You keep this seat. When one is free on “{visit}”, you choose.").format(
        visit=words(say, shown.visit.title)
    )


def swap_label(say: Language, visit: Visit) -> str:
    """Return the button of a ticket that keeps its seat until the one waited for is real."""
    # Translators: {visit} is a full visit one waits for; the seat one has is kept until that one is real.
    return "🔁 " + say.gettext("Keep it until: {visit}").format(visit=beside_label(say, visit))


def keep_label(say: Language, visit: Visit) -> str:
    """Return the button of a wait that is asked again; `visit` is the one whose seat is kept until then."""
    # Translators: {visit} is one that the person has a seat on; it is given up when the seat waited for is real.
    return "🔁 " + say.gettext("Ask me, till then keep: {visit}").format(visit=beside_label(say, visit))


def end_label(say: Language, visit: Visit) -> str:
    """Return the button of a ticket that ends a wait."""
    # Translators: {visit} is a full visit that one waits for.
    return "✖️ " + say.gettext("Wait no more: {visit}").format(visit=beside_label(say, visit))
