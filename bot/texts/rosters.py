"""Rosters in the chat, in pages; and what stands on top of every list, on paper too."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import assert_never

from bot.language import Language
from bot.services.answers import together
from bot.services.editions import Change, Edition
from bot.services.rosters import ListKind, Passenger, Roster
from bot.texts.markup import NAMELESS, esc, name, pages
from bot.texts.organizers import answers_line
from bot.texts.visits import zone_name
from storage.records import Answers, Congress, Rider

_NAMES_IN_CHAT = 12
"""Of each kind of change; a file names them all."""


def roster_pages(say: Language, shown: Roster, *, congress: Congress, now: datetime) -> list[str]:
    """Return the list in pages; its total is the number of riders listed."""
    what, moment, version, count = head_lines(say, shown, congress=congress, now=now)
    head = "\n".join(
        [
            f"📋 <b>{esc(title(say, shown))}</b>",
            esc(what),
            esc(moment),
            version if shown.edition.is_given else f"{version} · " + say.gettext("not given out yet"),
            f"<b>{count}</b>",
            *(f"{sign} {esc(line)}" for sign, line in _more(say, shown)),
            *news_lines(say, shown),
        ]
    )
    if not shown.passengers:
        return [f"{head}\n\n{nobody(say, shown)}"]
    return pages(head, _entries(say, shown), room=2_500)


def title(say: Language, shown: Roster) -> str:
    """Name the kind of list; plain text."""
    match shown.kind:
        case ListKind.RIDERS:
            return say.gettext("Passenger list")
        case ListKind.WAITING:
            return say.gettext("Waiting list")
        case ListKind.ACCESS:
            return say.gettext("Wheelchair places needed")
        case _:
            assert_never(shown.kind)


def head_lines(say: Language, shown: Roster, *, congress: Congress, now: datetime) -> list[str]:
    """Return what stands on top of a list, plain text: what it is of, when, which version, how many riders."""
    return [
        _what(say, shown),
        f"{say.moment(now)} ({zone_name(say, congress)})",
        version_line(say, shown.edition),
        say.ngettext("{n} person", "{n} people", shown.total).format(n=shown.total),
    ]


def version_line(say: Language, edition: Edition) -> str:
    """Say which version this is and which it replaces; plain text."""
    if edition.replaces is None or edition.replaced_at is None:
        return say.gettext("Version {version}").format(version=edition.version)
    # Translators: of a passenger list on paper: {before} is the number of the older version, given out at {moment}.
    return say.gettext("Version {version}, replaces version {before} ({moment})").format(
        version=edition.version, before=edition.replaces, moment=say.moment(edition.replaced_at)
    )


def more_lines(say: Language, shown: Roster) -> list[str]:
    """Return what else stands on top of a list, plain text: seats that are offered, and the evening's answers."""
    return [line for _, line in _more(say, shown)]


def change_lines(say: Language, edition: Edition) -> list[str]:
    """Return what is different since the version before, plain text, a line a kind; everybody is named."""
    return [line for _, line in _changes(say, edition, called=lambda person: person or NAMELESS, most=None)]


def news_lines(say: Language, shown: Roster) -> list[str]:
    """Return what is different since the version before, as in the chat: a sign, and the first names of each kind."""
    return [f"{sign} {line}" for sign, line in _changes(say, shown.edition, called=name, most=_NAMES_IN_CHAT)]


def nobody(say: Language, shown: Roster) -> str:
    """Say that the list is empty; plain text."""
    match shown.kind:
        case ListKind.RIDERS:
            return say.gettext("Nobody has signed up yet.")
        case ListKind.WAITING:
            return say.gettext("Nobody waits.")
        case ListKind.ACCESS:
            return say.gettext("Nobody needs a wheelchair place.")
        case _:
            assert_never(shown.kind)


def place(say: Language, passenger: Passenger) -> str:
    """Say where a party stands in the line, or until when it holds an offer; plain text."""
    if passenger.place is not None:
        return str(passenger.place)
    assert passenger.booking.offer_until is not None
    # Translators: in a waiting list, in place of the number: seats are held for this party until then.
    return say.gettext("offer until {moment}").format(moment=say.moment(passenger.booking.offer_until))


def usage_roster(say: Language) -> str:
    """Explain /roster."""
    return say.gettext("Write the visit, the bus or the city: {visit}, {bus}, {city}").format(
        visit="<code>/roster nab-am</code>", bus="<code>/roster B01</code>", city="<code>/roster astana</code>"
    )


def _what(say: Language, shown: Roster) -> str:
    scope = shown.scope
    if scope.city is not None:
        return say.words(scope.city.name)
    assert scope.visit is not None
    leaves_at = scope.visit.leaves_at if scope.bus is None else scope.bus.departs_at
    what = [say.clock(leaves_at), say.words(scope.visit.title)]
    if scope.bus is not None:
        what.insert(0, say.gettext("Bus {bus}").format(bus=scope.bus.label))
    return " · ".join(what)


def _more(say: Language, shown: Roster) -> list[tuple[str, str]]:
    """Return (sign, plain text): seats that are offered, and what was answered the evening before, by bus too."""
    lines = []
    if shown.offered:
        lines.append(("⏳", say.gettext("Seats offered to the waiting list: {n}").format(n=shown.offered)))
    if shown.answers is not None:
        lines.append(("🙋", answers_line(say, together(shown.answers))))
        if shown.bus is None and shown.visit is not None and len(shown.visit.buses) > 1:
            lines += [
                ("🚌", f"{bus.label} · {answers_line(say, shown.answers.get(bus.id, Answers()))}")
                for bus in shown.visit.buses
            ]
    return lines


def _changes(
    say: Language, edition: Edition, *, called: Callable[[str], str], most: int | None
) -> list[tuple[str, str]]:
    """Return (sign, text), a line a kind of change since the version before: at most so many names, as `called`."""

    def names(of: Sequence[Change], *, buses: bool = False) -> str:
        told = [f"{called(each.name)} ({each.was} → {each.now})" if buses else called(each.name) for each in of[:most]]
        left = len(of) - len(told)
        return say.listing([*told, f"+{left}"] if left else told)

    lines = []
    if edition.joined:
        lines.append(("➕", say.gettext("Joined: {names}").format(names=names(edition.joined))))
    if edition.left:
        # Translators: riders who are not on the list any more.
        lines.append(("➖", say.gettext("Gone: {names}").format(names=names(edition.left))))
    if edition.moved:
        # Translators: riders who are on another bus now.
        lines.append(("🔁", say.gettext("Moved: {names}").format(names=names(edition.moved, buses=True))))
    if edition.rewritten:
        # Translators: riders whose name or need of a wheelchair place has changed.
        lines.append(("✏️", say.gettext("Name or needs changed: {names}").format(names=names(edition.rewritten))))
    if edition.replaces is not None and not lines:
        lines.append(("🟰", say.gettext("No changes since version {version}").format(version=edition.replaces)))
    return lines


def _entries(say: Language, shown: Roster) -> list[str]:
    entries: list[str] = []
    lines: list[str] = []
    for position, passenger, rider in shown.rows():
        lines.append(f"{position}. {name(rider.name)}{_wheelchair(say, passenger, rider)}")
        if rider is passenger.booking.riders[-1]:
            entries.append("\n".join([*lines, _under_party(say, shown, passenger)]))
            lines = []
    return entries


def _under_party(say: Language, shown: Roster, passenger: Passenger) -> str:
    booking, bus = passenger.booking, shown.bus_of(passenger.booking)
    parts = []
    if shown.visit is None:
        parts.append(esc(shown.visits[booking.visit_id].key))
    if bus is not None and shown.bus is None:
        parts.append(esc(bus.label))
    parts.append(f"<code>{esc(booking.code)}</code>")
    if shown.kind is ListKind.WAITING:
        parts.append(esc(place(say, passenger)))
    if booking.coming_at is not None:
        # Translators: mark in a passenger list: this person has said that they come.
        parts.append("☑️ " + say.gettext("coming"))
    if not passenger.reachable:
        parts.append("⚠️ " + say.gettext("cannot be reached by the bot"))
    return f"<i>{' · '.join(parts)}</i>"


def _wheelchair(say: Language, passenger: Passenger, rider: Rider) -> str:
    if rider.wheelchair:
        return " ♿"
    if passenger.lacks_wheelchair_place and rider.is_owner:
        return " · ♿ <b>" + say.gettext("needs a wheelchair place, has none") + "</b>"
    return ""
