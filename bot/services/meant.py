"""Who is meant at the desk: by a booking's code, a registration number, or a name in any script and spelling."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.authority import Right, may, within
from bot.rules.counter import Words, number_in, read_desk, read_force
from bot.rules.naming import clean_name
from bot.rules.registered import is_for_registered
from bot.rules.spelling import closest, keys
from bot.services.authority import NoAuthority, refusal
from bot.services.listed import row_of_number
from storage import Tx, bookings, delegates, grants, visits
from storage.records import Congress, Delegate, Visit

AT_ONCE = 300
"""So many names are opened in one question: two thousand at once would keep everybody's taps waiting."""
_MOST, _NAMED = 5, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Who is to be seated where, as far as the words tell: `person`, somebody new by `name`, or `by_name` to be found.

    Without a visit somebody is looked for; `booking_id` is the one whose code was typed.
    """

    visit: Visit | None = None
    person: Delegate | None = None
    name: str = ""
    by_name: str = ""
    language: str | None = None
    number: str = ""
    contact: str = ""
    reason: str = ""
    booking_id: int | None = None


@dataclass(frozen=True, slots=True)
class NobodyNamed:
    """Nothing that was typed can be somebody's name, number or code."""

    typed: str


def understand_desk(tx: Tx, *, actor: int, typed: str, congress: Congress) -> Meant | NobodyNamed | NoAuthority:
    """Say whom and which visit these words mean, as the desk types them."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    every = {visit.key: visit for visit in visits.read_all(tx)}
    return _who(tx, actor, Right.DESK, read_desk(typed, keys=every.keys()), every, congress)


def understand_force(tx: Tx, *, actor: int, typed: str, congress: Congress) -> Meant | NobodyNamed | NoAuthority:
    """Say whom, which visit and what reason these words mean; NobodyNamed where they name no visit or nobody."""
    if (refused := refusal(tx, actor, Right.FORCE)) is not None:
        return refused
    every = {visit.key: visit for visit in visits.read_all(tx)}
    words = read_force(typed, keys=every.keys())
    return NobodyNamed(typed) if words is None else _who(tx, actor, Right.FORCE, words, every, congress)


def people_after(tx: Tx, *, actor: int, right: Right, after: int) -> tuple[Delegate, ...] | NoAuthority:
    """Return the next people by id whom this person may look for, `AT_ONCE` of them; none when there are no more.

    Who works for one city finds those who have or had a booking there.
    """
    if (refused := refusal(tx, actor, right)) is not None:
        return refused
    held, ids = grants.of(tx, actor), None
    if not may(held, right):
        ids = [visit.id for visit in within(held, right, visits.read_all(tx))]
    return delegates.some_after(tx, after, visit_ids=ids, most=AT_ONCE)


def choose_people(people: Sequence[Delegate], *, typed: str) -> tuple[Delegate, ...]:
    """Return who of these may be meant by a name, the likeliest first; at most five."""
    named = [person for person in people if person.name]
    places = closest(keys(typed), [frozenset(keys(person.name)) for person in named], least=_NAMED, most=_MOST)
    return tuple(named[place] for place in places)


def choose_alike(people: Sequence[Delegate], *, typed: str) -> tuple[Delegate, ...]:
    """Return those who are called so, in any spelling and order of the words; at most five."""
    wanted = frozenset(keys(typed))
    return tuple(person for person in people if person.name and frozenset(keys(person.name)) == wanted)[:_MOST]


def _who(
    tx: Tx, actor: int, right: Right, words: Words, every: dict[str, Visit], congress: Congress
) -> Meant | NobodyNamed | NoAuthority:
    visit = every.get(words.visit)
    if visit is not None and (refused := refusal(tx, actor, right, visit=visit)) is not None:
        return refused
    booking = bookings.by_code(tx, words.who.upper()) if words.who else None
    if booking is not None:
        person = delegates.read(tx, booking.delegate_id)
        return Meant(visit=visit, person=person, booking_id=booking.id, reason=words.rest)
    before, number = number_in(words.who)
    row = row_of_number(tx, number)
    if row is not None and row.delegate_id is not None:
        person = delegates.read(tx, row.delegate_id)
        return Meant(visit=visit, person=person, reason=words.rest)
    if row is not None and (words.is_new or not before):
        name = clean_name(before) or row.person.name
        return Meant(
            visit=visit,
            name=name,
            language=row.person.language,
            number=row.person.number,
            contact=words.contact,
            reason=words.rest,
        )
    if not words.is_new:
        by_name = clean_name(words.who)
        return NobodyNamed(words.who) if by_name is None else Meant(visit=visit, by_name=by_name, reason=words.rest)
    asked = visit is not None and is_for_registered(visit, rules=congress.rules)
    named = clean_name(before if asked else words.who)
    if named is None or (number and not before):
        return NobodyNamed(words.who)
    return Meant(visit=visit, name=named, number=number if asked else "", contact=words.contact)
