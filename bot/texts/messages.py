"""Messages that come by themselves: reminders, moved departures, announcements. Each reads well twice."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import LANGUAGES, SOURCE, Language
from bot.rules.reminding import departure
from bot.rules.wording import ANY, text_for, texts_of
from bot.services.booking import Ticket
from bot.texts.markup import esc, name, words
from bot.texts.tickets import departure_lines, leaders, travellers
from bot.texts.undelivered import why_not
from bot.texts.visits import bring
from storage.records import Canary, Congress, Delegate, Visit


def evening_reminder(say: Language, shown: Ticket, *, congress: Congress, today: bool = False) -> str:
    """The evening before: what to bring, when and where; are they coming? `today`: it is answered next morning."""
    lines = [
        "🔔 <b>" + (say.gettext("Your visit is today") if today else say.gettext("Your visit is tomorrow")) + "</b>",
        f"<b>{words(say, shown.visit.title)}</b>",
        "",
        *departure_lines(say, shown.visit, shown.bus, congress=congress),
        *travellers(say, shown.booking),
        *bring(say, shown.visit),
        "",
        _are_you_coming(say, shown),
    ]
    return "\n".join(lines)


def _are_you_coming(say: Language, shown: Ticket) -> str:
    if shown.booking.coming_at is not None:
        return "☑️ <b>" + say.gettext("You have said that you are coming.") + "</b>"
    return say.gettext("Are you coming? If not, free your seat: others are glad of it.")


def coming_answer(say: Language, *, coming: bool) -> str:
    """Confirm what was answered."""
    return say.gettext("Good, we count on you.") if coming else say.gettext("Noted: you are not sure yet.")


def departure_reminder(say: Language, shown: Ticket, *, congress: Congress) -> str:
    """Shortly before departure: bus, bay and clock times first, where a locked phone shows them."""
    day, *where = departure_lines(say, shown.visit, shown.bus, congress=congress)
    lines = [
        "🔔 <b>" + say.gettext("Your visit leaves soon") + "</b>",
        *where,
        *leaders(say, shown),
        "",
        f"<b>{words(say, shown.visit.title)}</b>",
        day,
        *bring(say, shown.visit)[:1],
        "🔖 " + say.gettext("Code: {code}").format(code=f"<code>{esc(shown.booking.code)}</code>"),
    ]
    return "\n".join(lines)


def moved(say: Language, shown: Ticket, *, was: datetime, overlapping: Sequence[Visit], congress: Congress) -> str:
    """A departure has moved: the new clock time first; what it now overlaps with is named."""
    lines = [
        "🕘 <b>"
        + say.gettext("New departure time: {time}").format(time=say.clock(departure(shown.visit, shown.bus)))
        + "</b> "
        + say.gettext("(was {time})").format(time=say.clock(was)),
        f"<b>{words(say, shown.visit.title)}</b>",
        "",
        *departure_lines(say, shown.visit, shown.bus, congress=congress),
        "↩️ " + say.gettext("Back at about {time}").format(time=say.clock(shown.visit.returns_at)),
    ]
    if overlapping:
        titles = say.listing(f"{say.clock(other.leaves_at)} {words(say, other.title)}" for other in overlapping)
        lines += [
            "",
            "⚠️ " + say.gettext("It now overlaps with: {visits}. Choose which seat to give back.").format(visits=titles),
        ]
    return "\n".join(lines)


def announcement(say: Language, *, text: str) -> str:
    """An organizer's own words, marked as such and as they wrote them: the reader's text where there are several.

    One in another language than the reader's says which.
    """
    body, code = text_for(texts_of(text), say.code)
    other = "" if code in (ANY, say.code) else f" · {LANGUAGES[code]}"
    return "📣 <b>" + say.gettext("From the organizers") + f"</b>{other}\n\n{esc(body)}"


def canary(say: Language, shown: Ticket, *, is_evening: bool, congress: Congress) -> str:
    """A reminder as passengers get it now, marked as the copy of somebody who watches that reminders arrive."""
    reminder = (evening_reminder if is_evening else departure_reminder)(say, shown, congress=congress)
    return (
        "🐤 <i>" + say.gettext("Check message: this is the reminder that passengers get now.") + f"</i>\n\n{reminder}"
    )


def alarm(say: Language, late: Canary, *, person: Delegate) -> str:
    """To an owner: a check message has not arrived, and why; the reminders of that moment may not have either."""
    language = LANGUAGES.get(person.language or SOURCE, SOURCE)
    return "\n".join(
        [
            "🚨 <b>" + say.gettext("Reminders may not be arriving") + "</b>",
            say.gettext("The reminders of {moment}: the check message to {name} ({language}) has not arrived.").format(
                moment=say.moment(late.due_at), name=name(person.name), language=language
            ),
            why_not(say, late.state, error=late.error),
            say.gettext("Look at /undelivered."),
        ]
    )
