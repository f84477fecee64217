"""Looking for a visit: the filters, what fits them and by what margin, what comes nearest, and what a name means."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never

from bot.language import Language
from bot.rules.filtering import Access, Filters, Match, Miss, StepFree, Value, Which, step_free, value_of
from bot.rules.gaps import Gap
from bot.services.finding import Found
from bot.services.visits import Choice
from bot.texts.agenda import duration
from bot.texts.markup import esc, words
from bot.texts.visits import listed, zone_name
from storage.records import Congress, HeldSeat, Visit


def panel(say: Language, found: Found, *, congress: Congress) -> str:
    """The filters, and how many visits fit them."""
    title = say.gettext("What are you looking for?")
    fit = say.ngettext("{n} visit fits", "{n} visits fit", len(found.fitting)).format(n=len(found.fitting))
    note = say.gettext("You can also just write: a library’s name, or your free hours, such as {example}.")
    day = f"{say.date(congress.visits_on)} ({esc(zone_name(say, congress))})"
    return f"<b>{title}</b>\n{day}\n\n{fit}\n\n<i>{note.format(example=hours_examples(say)[0])}</i>"


def choose(say: Language, which: Which, *, congress: Congress) -> str:
    """Ask for the value of one filter."""
    match which:
        case Which.GAP:
            zone = esc(zone_name(say, congress))
            return say.gettext("When are you free? All times are {zone}.").format(zone=zone)
        case Which.CITY:
            return say.gettext("Which city?")
        case Which.THEME:
            return say.gettext("Which theme?")
        case Which.LANGUAGE:
            return say.gettext("Which language shall the guide speak?")
        case Which.KIND:
            return say.gettext("Which kind of library?")
        case Which.ACCESS:
            return say.gettext(
                "Step-free access: only where every library has confirmed it, or also where it is not known yet?"
            )
        case Which.FREE:
            return say.gettext("Only visits with free seats?")
        case _:
            assert_never(which)


def filter_label(say: Language, filters: Filters, which: Which, *, congress: Congress) -> str:
    """Return the button of one filter with what it is set to."""
    value = value_of(filters, which)
    if which is Which.FREE:
        return ("☑️ " if value else "◻️ ") + say.gettext("Free seats only")
    names = {
        Which.GAP: "🕒 " + say.gettext("Time"),
        Which.CITY: "🏙 " + say.gettext("City"),
        Which.THEME: "🏷 " + say.gettext("Theme"),
        Which.LANGUAGE: "🗣 " + say.gettext("Guide"),
        Which.KIND: "🏛 " + say.gettext("Library"),
        Which.ACCESS: "♿ " + say.gettext("Step-free"),
    }
    return f"{names[which]}: {value_label(say, value, which, congress=congress)}"


def value_label(say: Language, value: Value, which: Which, *, congress: Congress) -> str:
    """Return what a filter can be set to, in plain text."""
    if value is None:
        # Translators: a filter that looks for nothing in particular.
        return say.gettext("any")
    if isinstance(value, Gap):
        return _hours(say, value)
    if isinstance(value, Access):
        if value is Access.CERTAIN:
            return say.gettext("confirmed only")
        return say.gettext("confirmed or not known yet")
    match which:
        case Which.CITY:
            return say.words(congress.cities[str(value)].name) if value in congress.cities else str(value)
        case Which.THEME:
            return say.words(congress.tags[str(value)]) if value in congress.tags else str(value)
        case Which.KIND:
            return say.words(congress.kinds[str(value)]) if value in congress.kinds else str(value)
        case Which.LANGUAGE:
            return say.language_name(str(value))
        case _:
            return say.gettext("Free seats only")


def _hours(say: Language, gap: Gap) -> str:
    since, until, due = (None if end is None else _clock(end) for end in (gap.since, gap.until, gap.due))
    parts = []
    if since is not None and until is not None:
        parts.append(f"{since}–{until}")
    elif since is not None:
        parts.append(say.gettext("free from {time}").format(time=since))
    elif until is not None:
        parts.append(say.gettext("back by {time}").format(time=until))
    if due is not None:
        # Translators: the moment at which somebody has to be somewhere else, such as at the airport.
        parts.append(say.gettext("elsewhere at {time}").format(time=due))
    return ", ".join(parts)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def results(say: Language, found: Found, shown: Sequence[Match], *, congress: Congress, now: datetime) -> str:
    """A page of what fits, or what comes nearest and why it does not fit."""
    if found.fitting:
        n = len(found.fitting)
        title = say.ngettext("{n} visit fits", "{n} visits fit", n).format(n=n)
    elif found.nearest:
        title = say.gettext("Nothing fits all of this. The nearest are:")
    else:
        title = say.gettext("No visit is left to look through.")
    lines = [f"<b>{title}</b>", *_looked_for(say, found.filters, congress)]
    lines.append(f"{say.date(congress.visits_on)} ({esc(zone_name(say, congress))})")
    for match in shown:
        lines += ["", *listed(say, match.visit, held=found.held, congress=congress, now=now)]
        lines += _margin(say, match)
        if found.filters.access is not None:
            lines.append(steps(say, match.visit, congress=congress))
        lines += _why_not(say, match, congress)
    return "\n".join(lines)


def _looked_for(say: Language, filters: Filters, congress: Congress) -> list[str]:
    chosen = [
        esc(filter_label(say, filters, which, congress=congress))
        for which in Which
        if value_of(filters, which) is not None
    ]
    return ["🔎 " + " · ".join(chosen)] if chosen else []


def _margin(say: Language, match: Match) -> list[str]:
    """When one is back, and how long that is before one must be."""
    if match.spare is None and match.before_due is None:
        return []
    back = say.clock(match.visit.returns_at)
    parts = []
    if match.spare is not None:
        told = say.gettext("back at {time}, {duration} to spare")
        parts.append(told.format(time=back, duration=duration(say, match.spare)))
    if match.before_due is not None:
        # Translators: follows or replaces "back at 12:40": so long before one must be elsewhere.
        told = say.gettext("back at {time}, {duration} before you must be elsewhere")
        parts.append(told.format(time=back, duration=duration(say, match.before_due)))
    return ["↩️ " + "; ".join(parts)]


def _why_not(say: Language, match: Match, congress: Congress) -> list[str]:
    reasons = [_missed(say, miss, match.visit, congress) for miss in match.misses]
    if match.early:
        told = say.gettext("you must be there {duration} before you are free")
        reasons.append(told.format(duration=duration(say, match.early)))
    if match.late:
        told = say.gettext("back at {time}, {duration} too late")
        reasons.append(told.format(time=say.clock(match.visit.returns_at), duration=duration(say, match.late)))
    return ["✖️ " + "; ".join(reasons)] if reasons else []


def _missed(say: Language, miss: Miss, visit: Visit, congress: Congress) -> str:
    match miss:
        case Miss.CITY:
            return say.gettext("city: {city}").format(city=words(say, congress.cities[visit.city].name))
        case Miss.THEME:
            return say.gettext("another theme")
        case Miss.LANGUAGE:
            spoken = esc(say.listing(say.language_name(code) for code in visit.guide_languages))
            return say.gettext("guide speaks: {languages}").format(languages=spoken)
        case Miss.KIND:
            return say.gettext("another kind of library")
        case Miss.STEPS:
            return say.gettext("has steps, or is step-free in part only")
        case Miss.STEPS_UNKNOWN:
            return say.gettext("step-free access is not known yet")
        case Miss.SEATS:
            return say.gettext("no seat can be had now")
        case _:
            assert_never(miss)


def steps(say: Language, visit: Visit, *, congress: Congress) -> str:
    """Say whether the whole visit is step-free; what is not known is said to be not known."""
    match step_free(visit, congress.libraries):
        case StepFree.YES:
            return "♿ " + say.gettext("Step-free: yes")
        case StepFree.NO:
            return "♿ " + say.gettext("Step-free: no, or in part only; ask the desk")
        case StepFree.UNKNOWN:
            return "♿ " + say.gettext("Step-free: not known yet, ask the desk")
        case known:
            assert_never(known)


def ask_hours(say: Language) -> str:
    """Ask for hours to be typed."""
    return "⌨️ " + say.gettext("Write when you are free, for example:") + _examples(say)


def bad_hours(say: Language) -> str:
    """Answer hours that cannot be read, with examples."""
    return say.gettext("I could not read these hours. Write them like this:") + _examples(say)


def _examples(say: Language) -> str:
    return "".join(f"\n<code>{esc(example)}</code>" for example in hours_examples(say))


def hours_examples(say: Language) -> tuple[str, str, str]:
    """Return hours as people write them; each is understood (tests/bot/rules/test_gaps.py)."""
    return (
        "10–13:30",
        # Translators: typed by a delegate. Write it as people say it in your language; the bot must understand it.
        say.gettext("free from 10 to 13:30"),
        # Translators: typed by a delegate, as above.
        say.gettext("10–13:30, must be at the airport at 17"),
    )


def named(say: Language, choice: Choice, *, congress: Congress, now: datetime) -> str:
    """The visits that were meant by a name; choosing is the reader's."""
    lines = ["🔎 <b>" + say.gettext("Do you mean one of these?") + "</b>"]
    lines += _list(say, choice.visits, choice.held, congress=congress, now=now)
    return "\n".join(lines)


def _list(
    say: Language, visits: Iterable[Visit], held: Sequence[HeldSeat], *, congress: Congress, now: datetime
) -> list[str]:
    return [line for visit in visits for line in ("", *listed(say, visit, held=held, congress=congress, now=now))]
