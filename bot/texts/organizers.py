"""What organizers read: numbers, what a command did and why one could not."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot.language import Language
from bot.rules.merging import DoesNotFit, NotTogether
from bot.rules.seats import is_walk, seats_left, seats_offered
from bot.services.authority import NoAuthority
from bot.services.deeds import BeingCut, DoesHarm, Impossible, OtherProgramme, TooManyStay
from bot.services.organizers import (
    CannotBeMoved,
    InThePast,
    SeatsSet,
    UnknownName,
)
from bot.texts import importing, merging
from bot.texts.markup import cut, esc, pages, words
from bot.texts.visits import zone_name
from storage.records import Answers, Bus, Congress, Visit


def stats(say: Language, visits: Sequence[Visit], *, congress: Congress, now: datetime) -> list[str]:
    """Return seats taken, free and held back per visit and bus, in as few messages as it takes."""
    taken, free = sum(visit.seats_taken for visit in visits), sum(seats_left(visit) for visit in visits)
    head = "\n".join(
        [
            "📊 <b>" + say.gettext("Seats") + "</b>",
            f"{say.moment(now)} ({esc(zone_name(say, congress))})",
            say.gettext("All visits: {taken} taken, {free} free").format(taken=taken, free=free),
        ]
    )
    return pages(head, [_visit_numbers(say, visit) for visit in visits])


def fill_title(say: Language) -> str:
    """Head the picture of how full visits and buses are; plain text."""
    return say.gettext("Seats taken per visit and bus")


def growth_title(say: Language) -> str:
    """Head the picture of how many seats were taken by when; plain text."""
    return say.gettext("Sign-ups over time")


def _visit_numbers(say: Language, visit: Visit) -> str:
    lines = [
        f"<b>{esc(visit.key)}</b> · {say.clock(visit.leaves_at)} · {words(say, visit.title)}",
        say.gettext("Taken {taken} of {offered}, free {free}, held back {held}").format(
            taken=visit.seats_taken,
            offered=seats_offered(visit),
            free=seats_left(visit),
            held=visit.held_back,
        ),
    ]
    if is_walk(visit):
        lines.append("🚶 " + say.gettext("On foot"))
    lines += [f"🚌 {_bus_numbers(say, bus)}" for bus in visit.buses]
    return "\n".join(lines)


def _bus_numbers(say: Language, bus: Bus) -> str:
    return say.gettext("{bus}: taken {taken} of {seats}, free {free}").format(
        bus=esc(bus.label), taken=bus.seats_taken, seats=bus.seats, free=max(0, bus.seats - bus.seats_taken)
    )


def answers_line(say: Language, counted: Answers) -> str:
    """Say how many people come, are silent, and gave up their seats since they were asked."""
    return say.gettext("Coming: {coming} · maybe: {silent} · freed: {freed}").format(
        coming=counted.coming, silent=counted.silent, freed=counted.freed
    )


def evening_counts(say: Language, counted: Sequence[tuple[Visit, Answers]]) -> str:
    """To an owner, late in the evening: one line for all, one for each visit."""
    everybody = sum((answers for _, answers in counted), Answers())
    lines = ["🙋 <b>" + say.gettext("Who comes tomorrow") + "</b>", f"<b>{answers_line(say, everybody)}</b>", ""]
    lines += [
        f"{say.clock(visit.leaves_at)} <b>{esc(visit.key)}</b> · {answers_line(say, answers)}"
        for visit, answers in counted
    ]
    return "\n".join(lines)


def seats_set(say: Language, done: SeatsSet) -> str:
    """Say what the new number of seats did."""
    return "\n".join(
        [
            "🚌 <b>"
            + say.gettext("Seats on bus {bus}: {now} (was {was})").format(
                bus=esc(done.bus.label), now=done.bus.seats, was=done.was
            )
            + "</b>",
            _visit_numbers(say, done.visit),
        ]
    )


def failure(
    say: Language,
    refused: UnknownName | InThePast | Impossible,
    *,
    congress: Congress,
) -> str:
    """Say why an organizer's command changed nothing, and the mend."""
    match refused:
        case UnknownName(typed):
            return "🚫 " + say.gettext("There is no visit or bus “{name}”. See the names in /stats.").format(
                name=esc(typed)
            )
        case InThePast(leaves_at):
            return "🚫 " + say.gettext("{moment} is in the past; nothing has changed.").format(
                moment=say.moment(leaves_at)
            )
        case CannotBeMoved(visit):
            return "🚫 " + say.gettext("“{visit}” is cancelled or over; nothing has changed.").format(
                visit=words(say, visit.title)
            )
        case TooManyStay():
            return "🚫 " + say.gettext(
                "Bus {bus} cannot have fewer than {least} seats: who needs a wheelchair place is not moved. "
                "Nothing has changed."
            ).format(bus=esc(refused.bus.label), least=refused.least)
        case BeingCut():
            return "🚫 " + say.gettext(
                "Bus {bus} is getting smaller already: its passengers are asked until {time}. Nothing has changed. "
                "To end that, give it more seats: {example}"
            ).format(
                bus=esc(refused.bus.label),
                time=say.clock(refused.until),
                example=f"<code>/seats {esc(refused.bus.label)} {refused.bus.seats_taken}</code>",
            )
        case DoesNotFit():
            return merging.does_not_fit(say, refused)
        case NotTogether():
            return merging.not_together(say, refused)
        case DoesHarm(compared):
            return importing.comparison(say, compared)
        case OtherProgramme():
            return "⌛ " + importing.other_programme(say)
        case _:
            assert_never(refused)


def not_yours(say: Language, refused: NoAuthority) -> str:
    """Say to one of the crew that a thing lies outside of what their role is for."""
    return f"🔒 {esc(not_yours_answer(say, refused))}"


def not_yours_answer(say: Language, refused: NoAuthority) -> str:
    """The same in a tap's own answer."""
    # Translators: to one of the crew whose role is for one city, bus or visit, and this is another one.
    return say.gettext("Your role is not for “{name}”; nothing has changed.").format(name=cut(refused.name, 60))
