"""A visit is off: four audiences, four texts. Nobody who had a seat is left with "cancelled" alone."""

from bot.language import Language
from bot.services.cancelled_facts import CancelledCrew, CancelledSeat, CancelledTeam, CancelledWait, Others
from bot.services.standing import Offered, Wait
from bot.texts import labels
from bot.texts.deeds import Counts, Wording
from bot.texts.markup import esc, name, words
from bot.texts.tickets import departure_lines, travellers
from bot.texts.visits import zone_name
from storage.records import Act, Congress, Visit


def cancelled_seat(say: Language, shown: CancelledSeat, *, congress: Congress) -> str:
    """To somebody who had seats: what is held for them instead, or where they wait, or where the desk is."""
    return "\n".join([*seat_head(say, shown.visit), "", *following(say, shown.follows, congress=congress)])


def following(say: Language, follows: Offered | Wait | None, *, congress: Congress) -> list[str]:
    """Say what somebody has instead of the seat they have lost."""
    lines: list[str] = []
    match follows:
        case Offered(ticket=held):
            assert held.booking.offer_until is not None
            seats = say.ngettext(
                "{n} seat on another visit is held for you until {time}.",
                "{n} seats on another visit are held for you until {time}.",
                held.booking.party,
            ).format(n=held.booking.party, time=say.clock(held.booking.offer_until))
            lines += [
                f"✋ <b>{seats}</b>",
                f"<b>{words(say, held.visit.title)}</b>",
                *departure_lines(say, held.visit, held.bus, congress=congress),
                "↩️ " + say.gettext("Back at about {time}").format(time=say.clock(held.visit.returns_at)),
                *travellers(say, held.booking),
            ]
        case Wait() as waiting:
            lines += [
                "⏳ <b>" + say.gettext("No other seat is free now. You are on a waiting list.") + "</b>",
                f"<b>{words(say, waiting.visit.title)}</b>",
                f"🗓 {say.moment(waiting.visit.leaves_at)}",
                "🔢 " + say.gettext("Your place in the list: {place}").format(place=waiting.place),
            ]
        case None:
            lines += [say.gettext("There is no other seat for you now. The desk will help you:"), *_desk(say, congress)]
    return lines


def seat_head(say: Language, visit: Visit) -> list[str]:
    """The bad news itself, as everybody with a seat reads it."""
    return [
        "❌ <b>" + say.gettext("Your visit is cancelled") + "</b>",
        f"<b>{words(say, visit.title)}</b>",
        f"🗓 {say.moment(visit.leaves_at)}",
        say.gettext("We are sorry. Please do not come to the meeting point."),
    ]


def wait_head(say: Language, visit: Visit) -> list[str]:
    """The bad news, as everybody who waited reads it."""
    return [
        "❌ <b>" + say.gettext("A visit you were waiting for is cancelled") + "</b>",
        f"<b>{words(say, visit.title)}</b>",
        say.gettext("Your place in its waiting list has ended with it."),
    ]


def cancelled_wait(say: Language, shown: CancelledWait) -> str:
    """To somebody who waited, or was asked."""
    return "\n".join([*wait_head(say, shown.visit), "", say.gettext("See what else is free.")])


def cancelled_crew(say: Language, shown: CancelledCrew, *, congress: Congress) -> str:
    """To hosts and leaders: nobody comes, nothing to do."""
    visit = shown.visit
    return "\n".join(
        [
            "❌ <b>" + say.gettext("Visit cancelled: nobody comes") + "</b>",
            f"<b>{words(say, visit.title)}</b>",
            f"🗓 {say.moment(visit.leaves_at)} ({esc(zone_name(say, congress))})",
            say.gettext("People who had a seat: {n}. All of them are being told.").format(n=shown.people),
        ]
    )


def cancelled_team(say: Language, shown: CancelledTeam) -> str:
    """To the other organizers."""
    return "\n".join(
        [
            "❌ <b>" + say.gettext("Visit cancelled by {name}").format(name=name(shown.author)) + "</b>",
            f"<b>{words(say, shown.visit.title)}</b>",
            counts_line(say, shown.counts),
        ]
    )


def counts_line(say: Language, counts: Counts) -> str:
    """Say in one line what becomes of the people of a visit that is off."""
    return say.ngettext(
        # Translators: of so many people: a seat is held for some, others wait in a list, for others is nothing.
        "{n} person: {held} held, {queued} queued, {nothing} nothing",
        "{n} people: {held} held, {queued} queued, {nothing} nothing",
        counts["people"],
    ).format(n=counts["people"], held=counts["held"], queued=counts["queued"], nothing=counts["nothing"])


def others(say: Language, shown: Others, *, congress: Congress) -> str:
    """What else is free for somebody whose visit is off."""
    if shown.visits:
        return say.gettext("These visits have seats for you now. What is held for you stays held meanwhile.")
    return "\n".join([say.gettext("Nothing else is free for you now. The desk will help you:"), *_desk(say, congress)])


def _desk(say: Language, congress: Congress) -> list[str]:
    contacts = congress.contacts
    return [
        f"📍 {words(say, contacts.desk)}: {words(say, contacts.place)}",
        f"🕘 {words(say, contacts.hours)}",
        f"☎️ {esc(contacts.phone)}",
    ]


def usage(say: Language) -> str:
    """Explain /cancelvisit."""
    return say.gettext("Write the visit: {example}. You see what would happen before anything does.").format(
        example="<code>/cancelvisit nab-am</code>"
    )


def _summary(say: Language, counts: Counts) -> str:
    return f"👥 <b>{counts_line(say, counts)}</b>"


def _counts(say: Language, counts: Counts) -> list[str]:
    lines = [_summary(say, counts)]
    if counts["unreachable"]:
        lines.append("⚠️ " + say.gettext("Cannot be reached: {n}").format(n=counts["unreachable"]))
    lines.append(say.gettext("Parties on its waiting list: {n}").format(n=counts["waiting"]))
    lines.append(
        say.gettext("Hosts and leaders: {crew} · organizers: {team}").format(crew=counts["crew"], team=counts["team"])
    )
    return lines


def _rule(say: Language, _act: Act) -> str:
    return say.gettext(
        "A seat is held for 20 minutes: wheelchairs first, then in the order of signing up, whole parties, "
        "nobody who waits is passed."
    )


def _quote(say: Language, visit: Visit, _act: Act) -> list[str]:
    """How it begins to those with a seat, and to those who wait."""
    first, _, last = wait_head(say, visit)
    return [*seat_head(say, visit), "", first, last]


WORDING = Wording(
    kind="cancelvisit",
    question=lambda say, _: say.gettext("Cancel this visit?"),
    planned=lambda say, _, time: say.gettext("The visit will be cancelled at {time}").format(time=time),
    done=lambda say, _: "❌ " + say.gettext("The visit is cancelled"),
    over=lambda say: say.gettext("The visit is cancelled or over. There is nothing left to confirm."),
    summary=_summary,
    counts=_counts,
    rule=_rule,
    quote=_quote,
    confirm=lambda say, counts: labels.confirm_cancelling(say, people=counts["people"]),
)
