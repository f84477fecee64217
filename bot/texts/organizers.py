"""What organizers read: numbers, rosters, what a command did and why one could not."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot.language import LANGUAGES, Language
from bot.rules.seats import is_walk, seats_left, seats_offered
from bot.services.answers import together
from bot.services.broadcasts import DraftGone, NobodyListens, Preview, Progress
from bot.services.organizers import (
    LONGEST_DELAY,
    MOST_SEATS,
    CannotBeMoved,
    Delayed,
    InThePast,
    Passenger,
    Roster,
    SeatsBelowTaken,
    SeatsSet,
    UnknownName,
)
from bot.texts.markup import bar, esc, name, pages, words
from bot.texts.messages import announcement as announcement_text
from bot.texts.visits import zone_name
from storage.records import Answers, Bus, Congress, Rider, Visit


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
        bus=esc(bus.label), taken=bus.seats_taken, seats=bus.seats, free=bus.seats - bus.seats_taken
    )


def roster_pages(say: Language, shown: Roster, *, congress: Congress, now: datetime) -> list[str]:
    """Return the passenger list in pages; its total is the number of riders listed."""
    what = words(say, shown.visit.title)
    if shown.bus is not None:
        what = say.gettext("Bus {bus}").format(bus=esc(shown.bus.label)) + f" · {what}"
    head = "\n".join(
        [
            "📋 <b>" + say.gettext("Passenger list") + "</b>",
            what,
            f"{say.moment(now)} ({esc(zone_name(say, congress))})",
            say.ngettext("{n} person", "{n} people", shown.total).format(n=shown.total),
            *_answers(say, shown),
        ]
    )
    if not shown.passengers:
        return [f"{head}\n\n" + say.gettext("Nobody has signed up yet.")]
    return pages(head, _roster_entries(say, shown), room=2_500)


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


def _answers(say: Language, shown: Roster) -> list[str]:
    """What was answered the evening before: together, and by bus where there are several."""
    if shown.answers is None:
        return []
    lines = ["🙋 " + answers_line(say, together(shown.answers))]
    if shown.bus is None and len(shown.visit.buses) > 1:
        lines += [
            f"🚌 {esc(bus.label)} · {answers_line(say, shown.answers.get(bus.id, Answers()))}"
            for bus in shown.visit.buses
        ]
    return lines


def _roster_entries(say: Language, shown: Roster) -> list[str]:
    entries, position = [], 0
    for passenger in shown.passengers:
        booking = passenger.booking
        bus = shown.visit.bus(booking.bus_id)
        lines = []
        for rider in booking.riders:
            position += 1
            lines.append(f"{position}. {name(rider.name)}{_wheelchair(say, passenger, rider)}")
        mark = "" if passenger.reachable else " · ⚠️ " + say.gettext("cannot be reached by the bot")
        where = f"{esc(bus.label)} · " if bus is not None and shown.bus is None else ""
        if booking.coming_at is not None:
            # Translators: mark in a passenger list: this person has said that they come.
            mark = " · ☑️ " + say.gettext("coming") + mark
        lines.append(f"<i>{where}<code>{esc(booking.code)}</code>{mark}</i>")
        entries.append("\n".join(lines))
    return entries


def _wheelchair(say: Language, passenger: Passenger, rider: Rider) -> str:
    if rider.wheelchair:
        return " ♿"
    if passenger.lacks_wheelchair_place and rider.is_owner:
        return " · ♿ <b>" + say.gettext("needs a wheelchair place, has none") + "</b>"
    return ""


def wheelchair_cell(say: Language, passenger: Passenger, rider: Rider) -> str:
    """Say in a roster's file whether a rider has a wheelchair place, or lacks one."""
    if passenger.lacks_wheelchair_place and rider.is_owner:
        return say.gettext("needs a wheelchair place, has none")
    return yes_no(say, yes=rider.wheelchair)


def roster_columns(say: Language) -> list[str]:
    """Name the columns of a roster as a file."""
    return [
        # Translators: column of a passenger list: the number of the row.
        say.gettext("No."),
        say.gettext("Name"),
        say.gettext("Bus"),
        say.gettext("Code"),
        say.gettext("Traveller"),
        # Translators: column of a passenger list; its cells say yes or no.
        say.gettext("Reached by the bot"),
        # Translators: column of a passenger list; its cells say yes, no, or that a place is missing.
        say.gettext("Wheelchair place"),
        # Translators: column of a passenger list: the answer of the evening before, yes or nothing.
        say.gettext("Is coming"),
    ]


def traveller_kind(say: Language, *, is_owner: bool) -> str:
    """Say on a roster whether the person signed up or comes along."""
    # Translators: cell of a passenger list: who signed up, or who comes along.
    return say.gettext("delegate") if is_owner else say.gettext("companion")


def yes_no(say: Language, *, yes: bool) -> str:
    """Return yes or no."""
    return say.gettext("yes") if yes else say.gettext("no")


def delayed(say: Language, done: Delayed, *, congress: Congress) -> str:
    """Say what the delay did."""
    return "\n".join(
        [
            f"🕘 <b>{words(say, done.visit.title)}</b>",
            say.gettext("Now leaves at {now} (was {was}), back at about {back}. {zone}").format(
                now=f"<b>{say.clock(done.visit.leaves_at)}</b>",
                was=say.clock(done.was),
                back=say.clock(done.visit.returns_at),
                zone=esc(zone_name(say, congress)),
            ),
            say.ngettext(
                "{n} sign-up is being told. Reminders follow by themselves.",
                "{n} sign-ups are being told. Reminders follow by themselves.",
                done.told,
            ).format(n=done.told),
        ]
    )


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
    refused: UnknownName | InThePast | CannotBeMoved | SeatsBelowTaken | NobodyListens | DraftGone,
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
        case SeatsBelowTaken():
            return "🚫 " + say.gettext(
                "Bus {bus} has {taken} seats taken, so it cannot have {wanted}. Nothing has changed."
            ).format(bus=esc(refused.bus.label), taken=refused.bus.seats_taken, wanted=refused.wanted)
        case NobodyListens(None):
            return "🚫 " + say.gettext("Nobody uses the bot yet.")
        case NobodyListens():
            return "🚫 " + say.gettext("Nobody has signed up for this visit yet.")
        case DraftGone():
            return "🚫 " + say.gettext("This preview is no longer valid. Write the announcement again.")
        case _:
            assert_never(refused)


def usage_roster(say: Language) -> str:
    """Explain /roster."""
    return say.gettext("Write the visit or the bus: {example}").format(example="<code>/roster nab-am</code>")


def usage_delay(say: Language) -> str:
    """Explain /delay."""
    most = int(LONGEST_DELAY.total_seconds() // 60)
    return say.gettext(
        "Write the visit and the minutes, from −{most} to {most}: {example}. To undo, write the same with a minus."
    ).format(most=most, example="<code>/delay nab-am 15</code>")


def usage_seats(say: Language) -> str:
    """Explain /seats."""
    return say.gettext("Write the bus and its seats, 1 to {most}: {example}").format(
        most=MOST_SEATS, example="<code>/seats B01 40</code>"
    )


def usage_announce(say: Language, *, most: int) -> str:
    """Explain /announce."""
    return say.gettext("Write the visit, or all, and the text, up to {most} characters: {example}").format(
        most=most, example="<code>/announce nab-am …</code>"
    )


def preview(say: Language, shown: Preview) -> str:
    """Show an announcement as its readers will see it, with how many they are."""
    to = words(say, shown.visit.title) if shown.visit else say.gettext("everybody who uses the bot")
    lines = [
        "📣 <b>" + say.gettext("Preview") + "</b>",
        say.gettext("To: {audience}").format(audience=to),
        say.gettext("People: {n} ({languages})").format(
            n=shown.people,
            languages=say.listing(f"{LANGUAGES.get(code, code)} {n}" for code, n in sorted(shown.languages.items())),
        ),
    ]
    if shown.unreachable:
        lines.append("⚠️ " + say.gettext("Cannot be reached: {n}").format(n=shown.unreachable))
    if shown.opted_out:
        lines.append(_opted_out(say, shown.opted_out))
    if shown.waits_until is not None:
        lines.append(
            "🌙 " + say.gettext("Quiet hours: it goes out at {time}").format(time=say.clock(shown.waits_until))
        )
    lines += ["", f"<blockquote>{announcement_text(say, text=shown.text)}</blockquote>", ""]
    lines.append(say.gettext("Your text goes out as you wrote it, in one language, to everybody."))
    return "\n".join(lines)


def progress(say: Language, shown: Progress) -> str:
    """Say how far an announcement is, and at the end how it went."""
    counts = shown.counts
    title = say.gettext("Announcement sent") if shown.finished else say.gettext("Sending the announcement…")
    to = words(say, shown.visit.title) if shown.visit else say.gettext("everybody who uses the bot")
    done = counts.total - counts.waiting
    lines = [
        f"📣 <b>{title}</b>",
        say.gettext("To: {audience}").format(audience=to),
        bar(done, counts.total),
        say.gettext("Sent: {sent} of {total}").format(sent=counts.sent, total=counts.total),
        say.gettext("Unreachable: {n}").format(n=counts.unreachable),
        say.gettext("Failed: {n}").format(n=counts.failed),
    ]
    if counts.unknown:
        lines.append(say.gettext("Sent, arrival not certain: {n}").format(n=counts.unknown))
    if shown.opted_out:
        lines.append(_opted_out(say, shown.opted_out))
    return "\n".join(lines)


def _opted_out(say: Language, n: int) -> str:
    return "🔕 " + say.gettext("Not written to, as they wish (/stop): {n}").format(n=n)
