"""Messages that come by themselves: reminders, moved departures, announcements. Each reads well twice."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import LANGUAGES, SOURCE, Language
from bot.rules.phrasing import is_phrased, read_phrases
from bot.rules.reminding import departure
from bot.rules.wording import ANY, text_for, texts_of
from bot.services.booking import Ticket
from bot.services.hearing import Heard
from bot.texts.markup import esc, name, words
from bot.texts.phrases import phrased
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
    """What organizers say: phrases in the reader's language, or their own words, as they wrote them and marked as such.

    Of their words the reader's text where there are several; one in another language than the reader's says which.
    """
    title = "📣 <b>" + say.gettext("From the organizers") + "</b>"
    sayings = read_phrases(text) if is_phrased(text) else ()
    if sayings and isinstance(sayings, tuple):
        return f"{title}\n\n{esc(phrased(say, sayings))}"
    body, code = text_for(texts_of(text), say.code)
    other = "" if code in (ANY, say.code) else f" · {LANGUAGES[code]}"
    # Translators: on an announcement: nobody has translated it; it is what an organizer has typed.
    return f"{title} · <i>" + say.gettext("in their own words") + f"</i>{other}\n\n{esc(body)}"


def heard(say: Language, shown: Heard) -> str:
    """The announcement once its reader has confirmed it."""
    confirmed = say.gettext("You have confirmed this at {time}.").format(time=say.clock(shown.at))
    return f"{announcement(say, text=shown.announcement.text)}\n\n👍 <i>{confirmed}</i>"


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
