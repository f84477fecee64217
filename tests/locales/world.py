"""One of everything that texts tell of, counted `n` times, every word and name of it written as the test wants."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import NoneType
from typing import Any

from bot.language import LANGUAGES, Language, load_languages
from bot.rules import booking as reasons
from bot.rules import changing as changing_reasons
from bot.rules import clocks, forcing, phrasing, reminding, scheduling
from bot.rules import editing as editing_rules
from bot.rules import gifts as gift_reasons
from bot.rules import logbook as logbook_rules
from bot.rules import merging as merging_rules
from bot.rules import registered as registered_rules
from bot.rules import waiting as waiting_reasons
from bot.rules.board import BusFacts
from bot.rules.filtering import LIKELY_GAPS, Access, Filters, Match, Value, Which, matches
from bot.rules.gaps import Gap
from bot.rules.passes import PassEnded, PassOutdated
from bot.rules.questions import Question
from bot.rules.waiting import Standing
from bot.services import (
    acts,
    asking,
    authority,
    board,
    broadcasts,
    changing,
    crew,
    deeds,
    delaying,
    desk,
    desk_links,
    drafts,
    editing,
    editing_facts,
    editions,
    feedback,
    forgetting,
    gifts,
    hearing,
    history,
    importing,
    line_facts,
    logbook,
    meant,
    moving,
    opening,
    organizers,
    overlapping,
    own_data,
    passes,
    queue,
    registered,
    rosters,
    rounds,
    seating,
    seating_draft,
    seating_facts,
    standing,
    swapping,
    today,
    undelivered,
    waiting,
    wheelchairs,
)
from bot.services import entries as entries_of_log
from bot.services.act_results import ActResult, ResultRow
from bot.services.booking import Booked, Refused, Released, Ticket
from bot.services.calendar import CalendarFile
from bot.services.cancelled_facts import CancelledCrew, CancelledSeat, CancelledTeam, CancelledWait, Others
from bot.services.cut_facts import OfferWithdrawn, OtherBus, SeatAsked, SeatKept, SeatLost
from bot.services.finding import Found
from bot.services.merging import MergedCrew
from bot.services.programme_changes import Change, Comparison, Harm
from bot.services.searching import Candidate, Candidates, NumberOf
from bot.services.visits import Choice, VisitCard
from storage.acknowledgements import Unheard
from storage.grants import Held
from storage.programme_file import Fault, said
from storage.records import (
    Absent,
    Act,
    ActMessage,
    ActState,
    Announcement,
    Answers,
    Booking,
    BookingState,
    Bus,
    Canary,
    City,
    Congress,
    Contacts,
    Cut,
    Delegate,
    DeliveryCounts,
    Feedback,
    Gift,
    Grant,
    HeldSeat,
    LogLine,
    Lost,
    MessageState,
    Posted,
    Registered,
    RegisteredRow,
    ReminderRule,
    Rider,
    Role,
    Visit,
    VisitState,
    Words,
)
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_ticket, a_visit

World = Mapping[Any, Sequence[Any]]
"""Samples by their type."""

MINUTE = timedelta(minutes=1)


def everywhere(text: str) -> Words:
    """The same words in every language."""
    return dict.fromkeys(LANGUAGES, text)


def a_world(*, n: int, text: str) -> World:
    """Samples of every type that a text is given: `n` seats left, `n` travellers, `n` people told."""
    congress = written(a_congress(), text)
    visits = _visits(congress, n=n, text=text)
    by_bus, on_foot, _ = visits[:3]
    names = (text,) * n
    tickets = tuple(
        replace(a_ticket(visit, *names), leaders=leaders)
        for visit in visits[:3]
        for leaders in ((), (text,), (text, text))
    )
    booking = a_booking(*names)
    held = HeldSeat(booking=booking, visit=on_foot)
    own_bookings = (None, *(replace(booking, state=state) for state in list(BookingState)[:3]))
    return {
        NoneType: (None,),
        str: (text,),
        int: (n,),
        bool: (True, False),
        datetime: (OPEN,),
        Congress: (congress,),
        Contacts: (congress.contacts,),
        City: tuple(congress.cities.values()),
        Visit: visits,
        Bus: by_bus.buses,
        Booking: (a_booking(text), a_booking(text, text), booking),
        Ticket: tickets,
        CalendarFile: tuple(
            CalendarFile(ticket=replace(ticket, booking=replace(ticket.booking, state=state)), sequence=n)
            for ticket in tickets
            for state in (BookingState.BOOKED, BookingState.RELEASED)
        ),
        Sequence[Ticket]: ((), tuple(a_ticket(visit, *names[:4]) for visit in visits[:3])),
        Booked: tuple(Booked(ticket=ticket, given_up=visits[:2]) for ticket in tickets),
        Released: (Released(booking=booking, visit=by_bus),),
        VisitCard: tuple(VisitCard(visit=visit, refusal=None, own=own) for visit in visits for own in own_bookings),
        **_searches(congress, visits, held),
        drafts.Party: tuple(drafts.Party(visit=by_bus, names=names, room=room, message_id=1) for room in (0, n)),
        MessageState: tuple(MessageState),
        Canary: tuple(
            Canary(id=1, delegate_id=2, rule_id="evening", due_at=OPEN, state=state, error=error)
            for state, error in ((MessageState.DUE, None), (MessageState.FAILED, text))
        ),
        Delegate: tuple(
            Delegate(id=2, telegram_id=7, name=text, language=language, consent="1", unreachable=False)
            for language in (None, *LANGUAGES)
        ),
        **_acts(visits, tickets, booking, n=n, text=text),
        undelivered.Undelivered: _undelivered(visits, n=n, text=text),
        feedback.Said: tuple(
            feedback.Said(booking_id=5, visit=by_bus, said=said)
            for said in (Feedback(score=5, comment=text), Feedback(score=1, comment=None))
        ),
        feedback.Opinions: (
            feedback.Opinions(visit=by_bus, said=(Feedback(score=5, comment=text[:300]),) * 40),
            feedback.Opinions(visit=on_foot, said=()),
        ),
        own_data.OwnData: _own_data(visits, n=n, text=text),
        forgetting.Leaving: tuple(
            forgetting.Leaving(own=own, kept=kept, by_settings=bool(kept), key=n)
            for own in (
                standing.Own(tickets=(), standing=()),
                standing.Own(
                    tickets=tickets, standing=_lines(visits, tickets, n=n, names=names[:4])[standing.Own][1].standing
                ),
            )
            for kept in (0, n)
        ),
        forgetting.Forgotten: tuple(
            forgetting.Forgotten(
                receipt="K7PWK7PW", at=OPEN, seats=n, waits=n, companions=n, kept=kept, by_settings=bool(kept)
            )
            for kept in (0, n)
        ),
        **_reasons(held, n=n),
        **_texts(congress, visits, n=n, text=text),
        **_lines(visits, tuple(a_ticket(visit, *names[:4]) for visit in visits[:3]), n=n, names=names[:4]),
        **_changes(tickets, on_foot, text=text),
        **_answers_to_organizers(by_bus, booking, n=n, text=text),
        **_imports(by_bus, n=n, text=text),
        **_mornings(congress, visits, n=n, text=text),
    }


def written(congress: Congress, text: str) -> Congress:
    """The congress, all its words replaced by the text."""
    words = everywhere(text)
    return replace(
        congress,
        name=words,
        sample_note=words,
        attribution=words,
        tags=dict.fromkeys(congress.tags, words),
        kinds=dict.fromkeys(congress.kinds, words),
        cities={key: replace(city, name=words, locative=words) for key, city in congress.cities.items()},
        meeting_points={key: replace(point, name=words) for key, point in congress.meeting_points.items()},
        libraries={
            key: replace(library, name=words, short=words, address=words, description=words)
            for key, library in congress.libraries.items()
        },
        contacts=replace(congress.contacts, desk=words, place=words, hours=words, phone=text),
        privacy=replace(congress.privacy, notice=words, policy=words),
    )


def _visits(congress: Congress, *, n: int, text: str) -> tuple[Visit, ...]:
    """By two buses, on foot and by air; then on foot in every state a list can say."""
    words = everywhere(text)
    told = {"title": words, "about": words, "bring": words, "payment": words, "tags": tuple(congress.tags)}
    buses = (a_bus(seats=n, bay=text[:20]), a_bus(id=4, label="B04", seats=n, seats_taken=n, bay=""))
    by_bus = a_visit(*buses, tentative=True, lunch=True, price_eur=n, seats_taken=n, host_limit=2 * n, **told)
    on_foot = a_visit(id=18, key="walk", mode="walk", host_limit=n, **told)
    by_air = a_visit(a_bus(transfer=True), id=19, key="fly", stops=tuple(congress.libraries)[:4], **told)
    return (
        by_bus,
        on_foot,
        by_air,
        replace(on_foot, state=VisitState.CANCELLED),
        replace(on_foot, state=VisitState.DEPARTED),
        replace(on_foot, state=VisitState.CLOSED),
        replace(on_foot, opens_at=LEAVES),
        replace(on_foot, seats_taken=n),
        replace(on_foot, seats_taken=n, waiting=n),
        replace(on_foot, host_limit=10 * n, seats_taken=9 * n),
    )


def _undelivered(visits: tuple[Visit, ...], *, n: int, text: str) -> tuple[undelivered.Undelivered, ...]:
    """Nothing of anything, of a visit, of its bus; then everything, too much for one page."""
    visit = visits[0]
    absent = tuple(
        Absent(
            name=text,
            code="K7PW",
            visit_id=visits[each % 2].id,
            bus="B01" if each % 2 else None,
            contact="+7 701 123 45 67" if each % 3 else None,
            is_lost=each < 5,
        )
        for each in range(45)
    )
    kinds = ("alarm", "announcement", "canary", "cancelled", "given", "moved", "reminder", "ticket", "unheard-of")
    states = MessageState.FAILED, MessageState.EXPIRED, MessageState.UNKNOWN
    lost = tuple(
        Lost(name=text, kind=kind, state=state, error=error, at=OPEN, code=code)
        for kind in kinds
        for state in states
        for error, code in ((None, None), (text, "K7PW"))
    )
    return tuple(
        undelivered.Undelivered(
            visit=to, bus=bus, visits={each.id: each for each in visits}, absent=seats, lost=messages, unreachable=n
        )
        for to, bus in ((None, None), (visit, None), (visit, visit.buses[0]))
        for seats, messages in (((), ()), (absent, lost))
    )


def _searches(congress: Congress, visits: Sequence[Visit], held: HeldSeat) -> World:
    """Seats that clash, lie before and after, are this very visit; filters of every kind and what comes of them."""
    earlier = replace(visits[1], id=90, leaves_at=LEAVES - 6 * 60 * MINUTE, returns_at=LEAVES - 4 * 60 * MINUTE)
    later = replace(visits[1], id=91, leaves_at=LEAVES + 6 * 60 * MINUTE, returns_at=LEAVES + 8 * 60 * MINUTE)
    elsewhere = replace(earlier, id=92, city="nowhere")
    offered = replace(held, booking=replace(held.booking, state=BookingState.OFFERED), visit=visits[1])
    seats = [HeldSeat(booking=held.booking, visit=visit) for visit in (visits[0], earlier, later, elsewhere)]
    first = {"city": "astana", "theme": "archives", "kind": "national", "language": "en"}
    several = (
        Filters(),
        Filters(gap=Gap(600, 810, 1020), access=Access.CERTAIN, free=True, **first),
        Filters(gap=Gap(0, 1439), access=Access.NOT_RULED_OUT),
        Filters(gap=Gap(since=1380), theme="religious", language="de", kind="school", city="almaty"),
        Filters(gap=Gap(until=60, due=90)),
        Filters(gap=Gap(due=1439)),
    )
    found, pages = [], []
    for filters in several:
        ordered = matches(visits, filters, congress=congress, now=OPEN)
        fitting = tuple(match for match in ordered if match.fits)
        nearest = () if fitting else ordered[:3]
        found.append(Found(filters=filters, fitting=fitting, nearest=nearest, visits=tuple(visits), held=(held,)))
        pages.append((*fitting[:5], *nearest))
    values: list[Value] = [None, True, *LIKELY_GAPS, *Access, *first.values()]
    return {
        timedelta: tuple(each * MINUTE for each in (5, 60, 80)),
        Sequence[HeldSeat]: ((), *([seat] for seat in (*seats, offered, held)), seats),
        Filters: several,
        Which: tuple(Which),
        Value: values,
        Found: (*found, Found(filters=Filters(), fitting=(), nearest=(), visits=())),
        Sequence[Match]: ((), *pages),
        Choice: (Choice(visits=tuple(visits[:5]), held=tuple(seats)), Choice(visits=tuple(visits[5:]))),
        Question: tuple(Question),
        Candidates: (
            Candidates(typed="Мюллер" * 20, found=()),
            *(
                Candidates(
                    typed="A-1", found=(), number=NumberOf(number=held.booking.riders[0].name, name=of, delegate_id=by)
                )
                for of, by in (("", None), (held.booking.riders[0].name, None), (held.booking.riders[0].name, 1))
            ),
            Candidates(
                typed=held.booking.riders[0].name,
                found=tuple(
                    Candidate(booking=held.booking, visit=visit, name=held.booking.riders[0].name, reachable=reachable)
                    for visit, reachable in ((visits[0], True), (visits[1], False))
                ),
            ),
        ),
    }


def _acts(visits: tuple[Visit, ...], tickets: tuple[Ticket, ...], booking: Booking, *, n: int, text: str) -> World:
    """An act in each of its states, and what the four audiences of a cancelled visit are told."""
    of_visit = ("people", "held", "queued", "nothing", "unreachable", "waiting", "crew", "team")
    of_bus = ("was", "too_many", "offers", "other_bus", "asked", "leaving", "wheelchairs")
    counts = dict.fromkeys((*of_visit, *of_bus), n)
    first = Act(
        id=1,
        kind="cancelvisit",
        subject="visit:17",
        arguments={},
        author_id=2,
        preview=counts,
        before=counts,
        seen=1,
        revision=1,
        state=ActState.SHOWN,
        message_id=1,
        due_at=OPEN,
    )
    meanwhile = tuple(
        acts.Meanwhile(name=text, action=action, what="B01", to="40")
        for action in ("seats", "cancel visit", "delay", text)
    )
    told = DeliveryCounts(total=n, waiting=0, sent=n, unreachable=0, failed=0, unknown=0)
    reader = Delegate(id=2, telegram_id=7, name=text, language="kk", consent="1", unreachable=False)
    held = replace(tickets[0], booking=replace(tickets[0].booking, state=BookingState.OFFERED, offer_until=OPEN))
    follows = (
        None,
        standing.Offered(ticket=held, waiting=0, given_up=None),
        standing.Wait(booking=booking, visit=visits[1], place=n),
    )
    return {
        Mapping[str, int]: (counts,),
        acts.ShownAct: tuple(
            acts.ShownAct(
                act=replace(first, state=state, preview=preview),
                visit=visits[0],
                author=text,
                is_own=is_own,
                meanwhile=meanwhile,
                told=told,
                untold=(text[:60],) * 40,
            )
            for state in ActState
            for preview in ((counts, {}) if state is ActState.CHANGED else (counts,))
            for is_own in (True, False)
        )
        + _smaller_buses(first, visits[0], counts, n=n, text=text)
        + _smaller_by_a_file(first, visits[0], counts, n=n, text=text)
        + tuple(
            acts.ShownAct(
                act=replace(
                    first,
                    kind="merge",
                    subject="bus:3",
                    arguments={"bus": "B02", "into": text[:20]},
                    state=state,
                    preview=counts,
                    before=counts,
                ),
                visit=visits[0],
                author=text,
                is_own=True,
            )
            for state in ActState
        ),
        ActResult: (_result(first, visits[0], tickets[0].booking, booking, text=text, n=n),),
        MergedCrew: (MergedCrew(reader=reader, visit=visits[0], was=text[:20], bus=visits[0].buses[0], people=n),),
        merging_rules.NotTogether: (merging_rules.NotTogether(bus=visits[0].buses[0], into=visits[0].buses[0]),),
        merging_rules.DoesNotFit: tuple(
            merging_rules.DoesNotFit(
                bus=visits[0].buses[0], into=visits[0].buses[0], seats=seats, wheelchairs=wheelchairs
            )
            for seats, wheelchairs in ((n, 0), (0, n), (n, n))
        ),
        **_on_a_smaller_bus(reader, visits, tickets, booking, follows, n=n, text=text),
        CancelledSeat: tuple(
            CancelledSeat(reader=reader, visit=visits[0], booking=booking, follows=each) for each in follows
        ),
        CancelledWait: (CancelledWait(reader=reader, visit=visits[0], booking=booking),),
        CancelledCrew: (CancelledCrew(reader=reader, visit=visits[0], people=n),),
        CancelledTeam: (CancelledTeam(reader=reader, visit=visits[0], author=text, counts=counts),),
        Others: (
            Others(visit=visits[0], booking=booking, visits=visits),
            Others(visit=visits[0], booking=booking, visits=()),
        ),
    }


def _result(first: Act, visit: Visit, booked: Booking, waiting: Booking, *, text: str, n: int) -> ActResult:
    """Everybody whom an act touched: each state of a message, each thing that may follow, somebody without Telegram."""
    shown = acts.ShownAct(act=replace(first, state=ActState.DONE), visit=visit, author=text, is_own=True)
    told = ActMessage(
        name=text, booking_id=1, follows_id=1, kind="cancelled", state=MessageState.SENT, error=text[:60] or None
    )
    ended = replace(booked, state=BookingState.RELEASED, reason="the bus became smaller")
    rows = [
        ResultRow(
            name=text,
            booking=booked,
            message=replace(told, state=state),
            follows=follows,
            visit=visit if follows else None,
        )
        for state in MessageState
        for follows in (None, booked, waiting, ended)
    ]
    return ActResult(shown=shown, rows=(*rows, *[ResultRow(name=text)] * n))


def _smaller_buses(
    first: Act, visit: Visit, counts: Mapping[str, int], *, n: int, text: str
) -> tuple[acts.ShownAct, ...]:
    """A bus that gets smaller: with all that can become of its people, with nothing but one of it; how it goes on."""
    going = Cut(id=1, act_id=1, bus_id=3, asks_until=OPEN, is_open=True, asked=n, gone=n, staying=n, outcome=None)
    ended = {"gone": n, "seats": n, **counts}
    goings = (
        None,
        going,
        replace(going, is_open=False, outcome=ended),
        replace(going, is_open=False, outcome={"gone": n, "leaving": 0, "seats": 29}),
    )
    coach = {"seats": 29, "bus": text[:20], "bay": text[:20], "plate": text[:20]}
    nobody = dict.fromkeys(counts, 0)
    previews = (counts, nobody | {"other_bus": n}, nobody | {"offers": n}, nobody | {"leaving": n}, nobody)
    return tuple(
        acts.ShownAct(
            act=replace(
                first, kind="seats", subject="bus:3", arguments=arguments, state=state, preview=preview, before=counts
            ),
            visit=visit,
            author=text,
            is_own=True,
            going=each if state is ActState.DONE else None,
        )
        for state in ActState
        for preview in previews
        for arguments in (coach, {"seats": 29, "bus": "B01"})
        for each in (goings if state is ActState.DONE else (None,))
    )


def _smaller_by_a_file(
    first: Act, visit: Visit, counts: Mapping[str, int], *, n: int, text: str
) -> tuple[acts.ShownAct, ...]:
    """An event file that makes buses smaller, with all and with nothing that can become of their people."""
    what = {**counts, "seats": n}
    nobody = dict.fromkeys(what, 0)
    previews = (what, nobody | {"other_bus": n}, nobody | {"offers": n}, nobody)
    return tuple(
        acts.ShownAct(
            act=replace(
                first,
                kind="import",
                subject="congress:wlic2025",
                arguments={"name": text, "buses": [text[:20]]},
                state=state,
                preview={f"{key}/{text[:10]}{bus}": number for bus in range(n) for key, number in preview.items()},
                before=None,
            ),
            visit=visit,
            author=text,
            is_own=True,
        )
        for state in ActState
        for preview in previews
    )


def _on_a_smaller_bus(
    reader: Delegate,
    visits: tuple[Visit, ...],
    tickets: tuple[Ticket, ...],
    booking: Booking,
    follows: tuple[Any, ...],
    *,
    n: int,
    text: str,
) -> World:
    """What its passengers hear, and what is said to the organizer who swaps it."""
    _, offered, waits = follows
    bus = replace(visits[0].buses[0], plate=text[:20])
    return {
        SeatAsked: tuple(
            SeatAsked(reader=reader, ticket=tickets[0], offered=offered, until=OPEN, is_last=is_last)
            for is_last in (True, False)
        ),
        SeatKept: (SeatKept(reader=reader, ticket=replace(tickets[0], bus=bus)),),
        SeatLost: tuple(SeatLost(reader=reader, visit=visits[0], booking=booking, follows=each) for each in follows),
        OtherBus: tuple(
            OtherBus(reader=reader, ticket=replace(tickets[0], bus=bus), was=was) for was in ("B09", bus.label)
        ),
        OfferWithdrawn: (OfferWithdrawn(reader=reader, wait=waits),),
        asking.Stays: tuple(
            asking.Stays(visit=visits[0], hold=booking, until=OPEN, is_sure=is_sure) for is_sure in (True, False)
        ),
        swapping.Swapped: (swapping.Swapped(bus=bus, was=n, visit=visits[0], told=n),),
        deeds.TooManyStay: (deeds.TooManyStay(bus=bus, wanted=n, least=n),),
        deeds.BeingCut: (deeds.BeingCut(bus=bus, until=OPEN),),
    }


def _people_lists(*, n: int, text: str) -> World:
    """Lists of people with every fault, and all that one changes; a number said rightly and wrongly."""
    person = Registered(number=text[:32], name=text, city=text)
    rows = tuple(RegisteredRow(id=each, person=person, delegate_id=each) for each in range(n + 1))
    whole = registered_rules.Difference(
        new={str(each): person for each in range(n + 1)}, changed=((rows[0], person),), gone=rows
    )
    little = registered_rules.Difference(new={"1": person}, changed=(), gone=())
    return {
        registered_rules.ListFault: tuple(
            registered_rules.ListFault(line=n, wrong=wrong, value=text, other=n) for wrong in registered_rules.Wrong
        ),
        registered.ShownList: (
            registered.ShownList(difference=whole, people=n, ignored=(text, text)),
            registered.ShownList(difference=little, people=1),
        ),
        registered.ListImported: (registered.ListImported(people=n, new=n, changed=n, gone=n),),
        registered.NumberIsYours: (registered.NumberIsYours(text),),
        registered.NumberRefused: tuple(registered.NumberRefused(left=n, taken=taken) for taken in (True, False)),
        reasons.NotListed: (reasons.NotListed(),),
    }


def _own_data(visits: tuple[Visit, ...], *, n: int, text: str) -> tuple[own_data.OwnData, ...]:
    """Of somebody of whom all is stored that can be, and of somebody who has only just agreed."""
    moments = ("consent_at", "unreachable_since", "created_at", "made_at", "released_at", "offer_until", "settled_at")
    when = dict.fromkeys((*moments, "due_at", "received_at", "at", "out_at", "back_at"), OPEN)
    words = dict.fromkeys(("name", "registration", "needs", "consent", "text", "raw", "role", "action"), text)
    row = {**when, **words, "telegram_id": n, "language": "kk", "id": 1, "visit_id": visits[0].id, "booking_id": 1}
    row |= {"bus_id": 3, "code": text, "message_id": n, "slots": {"names": [text]}, "before": {text: n}, "after": None}
    row |= {"fields": {"names": [text, text]}}
    messages = [
        {**row, "kind": kind, "state": state} for kind in ("ticket", "unheard-of") for state in list(MessageState)
    ]
    whole = {
        **{table: [row] for table in ("delegates", "drafts", "announcements", "grants")},
        "bookings": [{**row, "state": state} for state in BookingState],
        "riders": [row] * n,
        "registered": [{**row, "number": text, "city": text, "notes": text, "listed_at": OPEN, "joined_at": OPEN}],
        "acts": [{**row, "kind": "cancelvisit", "subject": "visit:17"}],
        "outbox": messages,
        "inbox": [{**row, "state": "received"}],
        "cards": [{**row, "kind": "menu"}],
        "log": [
            {**row, "actor": actor, "action": action}
            for actor in (None, own_data.ONESELF, "somebody else")
            for action in ("agree", "rename", "book", "release", "join", "leave", "offer", text)
        ],
    }
    little = dict.fromkeys(("registration", "needs", "consent_at", "unreachable_since", "language"))
    begun = {**{table: list[Any]() for table in whole}, "delegates": [{**row, **little}]}
    seen = {visit.id: visit for visit in visits}
    return tuple(own_data.OwnData(taken_at=OPEN, rows=rows, visits=seen) for rows in (whole, begun))


def _reasons(held: HeldSeat, *, n: int) -> World:
    return {
        reasons.Changed: (reasons.Changed(),),
        reasons.VisitCancelled: (reasons.VisitCancelled(),),
        reasons.AlreadyLeft: (reasons.AlreadyLeft(),),
        reasons.OpensLater: (reasons.OpensLater(OPEN),),
        reasons.BookingClosed: (reasons.BookingClosed(None), reasons.BookingClosed(OPEN)),
        reasons.PartyTooLarge: (reasons.PartyTooLarge(n),),
        reasons.AlreadyBooked: (reasons.AlreadyBooked(held.booking),),
        reasons.Clashes: tuple(reasons.Clashes(clash, (held, held), n * MINUTE) for clash in reasons.Clash),
        reasons.NoSeats: (reasons.NoSeats(0, 0), reasons.NoSeats(n + 1, n)),
        reasons.PeopleWait: (reasons.PeopleWait(n),),
        reasons.AlreadyReleased: (reasons.AlreadyReleased(),),
        waiting_reasons.SeatsAreFree: (waiting_reasons.SeatsAreFree(),),
        waiting_reasons.AlreadyWaiting: (waiting_reasons.AlreadyWaiting(held.booking),),
        waiting_reasons.TooManyWishes: (waiting_reasons.TooManyWishes(n),),
        waiting_reasons.NeverFits: (waiting_reasons.NeverFits(n),),
        waiting_reasons.OfferGone: (waiting_reasons.OfferGone(),),
    }


def _lines(visits: Sequence[Visit], tickets: Sequence[Ticket], *, n: int, names: tuple[str, ...]) -> World:
    """Who waits: alone, with others, beside other visits, for seats to move to; and offers of all or a part."""
    in_line = a_booking(*names, state=BookingState.WAITING, queue_no=n, party_least=1)
    waits = (
        standing.Wait(booking=in_line, visit=visits[0], place=n),
        standing.Wait(booking=in_line, visit=visits[1], place=n, others=tuple(visits[1:3]), replaces=visits[0]),
    )
    offers = tuple(
        standing.Offered(
            ticket=replace(each, booking=replace(each.booking, state=BookingState.OFFERED, offer_until=LEAVES)),
            waiting=left,
            given_up=given_up,
        )
        for each in tickets
        for left, given_up in ((0, None), (n, visits[1]))
    )
    seats = tuple(HeldSeat(booking=each.booking, visit=each.visit) for each in tickets)
    blocked = tuple(
        overlapping.Blocked(wait=in_line, visit=visits[0], seats=held, keep=held[0].booking if len(held) == 1 else None)
        for held in (seats[:1], seats)
    )
    places = tuple(queue.Place(booking=in_line, standing=standing) for standing in Standing)
    return {
        standing.Wait: waits,
        standing.Offered: offers,
        overlapping.Blocked: blocked,
        Sequence[overlapping.Blocked]: ((), blocked[:1], blocked),
        line_facts.LineOverFacts: tuple(
            line_facts.LineOverFacts(
                reader=_reader(names[0]),
                visit=visit,
                booking=in_line,
                travels=travels,
                still=tuple(visits[1:3]) if more else (),
                kept=visits[1] if more else None,
                alternatives=tuple(visits[:3]) if more else (),
            )
            for visit in (visits[0], visits[3])
            for travels in (False, True)
            for more in (False, True)
        ),
        waiting.LeftLine: (waiting.LeftLine(visit=visits[0]),),
        standing.Own: (
            standing.Own(tickets=(), standing=()),
            standing.Own(tickets=tuple(tickets), standing=(*waits, *offers[:2])),
            standing.Own(tickets=(), standing=waits),
        ),
        queue.Line: tuple(
            queue.Line(visit=replace(visits[0], queue_paused=paused), places=places, moves=moves, kept_until=kept)
            for paused, moves, kept in (
                (False, True, LEAVES),
                (False, True, None),
                (False, False, None),
                (True, False, None),
            )
        ),
    }


def _reader(name: str) -> Delegate:
    return Delegate(id=2, telegram_id=7, name=name, language=None, consent="1", unreachable=False)


def _changes(tickets: Sequence[Ticket], visit: Visit, *, text: str) -> World:
    """Where a ticket could go, nowhere and anywhere; seats given away, without links and with some."""
    ticket = tickets[0]
    gift = Gift(id=1, booking_id=1, rider_id=1, delegate_id=2, name=text, ends_at=OPEN, is_open=True)
    giver = _reader(text)
    some = (visit, visit)
    riders = tuple(replace(rider, wheelchair=True) for rider in ticket.booking.riders)
    on_wheels = replace(ticket, booking=replace(ticket.booking, riders=riders))
    return {
        changing_reasons.UndoIsOver: (changing_reasons.UndoIsOver(),),
        changing.Moves: tuple(
            changing.Moves(ticket=ticket, free=free, full=full) for free in ((), some) for full in ((), some)
        ),
        wheelchairs.Places: tuple(
            wheelchairs.Places(needed=needed, tickets=(*tickets[:2], on_wheels), lacking=()) for needed in (True, False)
        ),
        reasons.NoWheelchairPlace: (reasons.NoWheelchairPlace(),),
        gift_reasons.GiftGone: (gift_reasons.GiftGone(),),
        gift_reasons.OwnGift: (gift_reasons.OwnGift(),),
        gifts.Giving: tuple(gifts.Giving(ticket=ticket, links=links) for links in ((), (gift, gift))),
        gifts.Given: (gifts.Given(gift=gift, ticket=ticket, rider=Rider(name=text, is_owner=True)),),
        gifts.Present: tuple(
            gifts.Present(gift=gift, giver=each, visit=visit) for each in (giver, replace(giver, telegram_id=None))
        ),
    }


def _history(visit: Visit, booking: Booking, *, n: int, text: str) -> World:
    """Every act of the log with all it may say, and emptied; every message's end; every reason."""
    changed: dict[str, Any] = {
        "leaves_at": OPEN.isoformat(),
        "until": OPEN.isoformat(),
        "act": "cancelvisit",
        "audience": text,
    }
    changed |= dict.fromkeys(("seats", "held_back", "people", "version", "rows", "party"), n)
    changed |= {"bus": text[:12], "name": text[:24], "wanted": False, "list": "access"}
    subjects = (("bus", text[:12]), ("booking", "K7PW2"), ("crew", f"leader:{text[:24]}"), ("command", "delay"))
    lines = tuple(
        LogLine(id=1, at=OPEN, actor=7, action=action, subject="bus:1", before=facts, after=facts)
        for action in (*sorted(frozenset[str]().union(*logbook_rules.WORDS.values())), text)
        for facts in (changed, {})
    )
    entries = tuple(
        entries_of_log.Entry(line=line, who=who, kind=kind, what=what, visit=text[:24], owner=text)
        for number, line in enumerate(lines)
        for who in (text, *entries_of_log.Doer)
        for kind, what in (subjects if number < 2 else subjects[:1])
    )
    by_message, by_hour = (
        ReminderRule(id="e", evening_at=time(19), minutes_before=None, grace=MINUTE),
        ReminderRule(id="h", evening_at=None, minutes_before=n, grace=MINUTE),
    )
    posted = [
        Posted(key="e/1", kind=kind, booking_id=1, state=state, error=text, at=OPEN)
        for kind in ("reminder", "moved")
        for state in MessageState
    ]
    reasons_of_end = (
        *("given back", "replaced", "visit cancelled", "given to a colleague", "the line is over", "offer ran out"),
        *("declined", "left the line", "wish fulfilled", "erased", None),
    )
    facts: tuple[history.Fact, ...] = (
        *(history.Done(at=OPEN, entry=entry) for entry in entries),
        *(history.Begun(at=OPEN, booking=replace(booking, queue_no=number), visit=visit) for number in (None, 1)),
        *(history.Ended(at=OPEN, booking=replace(booking, reason=reason), visit=visit) for reason in reasons_of_end),
        *(history.Told(at=OPEN, posted=each, rule=rule) for each in posted for rule in (None, by_message, by_hour)),
        *(history.NotReminded(at=OPEN, rule=by_hour, visit=visit, why=why) for why in (None, *reminding.Silence)),
        history.ListHad(at=OPEN, version=n, reader=text),
    )
    reader = Delegate(id=2, telegram_id=None, name=text, language="kk", consent="1", unreachable=True, stopped=True)
    mine = tuple(
        (replace(booking, state=state, offer_until=OPEN, reason="given back", released_at=OPEN), visit)
        for state in BookingState
    )
    pages = tuple(
        logbook.LogPage(filters=filters, entries=shown, about="B01", who=text, earlier=earlier)
        for filters in (
            logbook_rules.Filters(),
            logbook_rules.Filters(who="7", what="cancelvisit", about="bus:1", since=OPEN),
            logbook_rules.Filters(who="bot"),
        )
        for shown, earlier in (((), None), (entries[: logbook.PAGE], 7))
    )
    known = history.Known(booking_id=1, delegate_id=2, name=text, visit=text[:24], keys=frozenset())
    return {
        entries_of_log.Entry: entries,
        str | entries_of_log.Doer: (text, *entries_of_log.Doer),
        logbook.LogPage: pages,
        logbook.NotUnderstood: (logbook.NotUnderstood(text),),
        history.Story: (
            history.Story(person=reader, bookings=mine, facts=facts),
            history.Story(visit=visit, bus=visit.buses[0], facts=facts[:40]),
            history.Story(visit=visit, facts=()),
        ),
        history.Known: (known,),
        passes.CheckedPass: tuple(
            passes.CheckedPass(booking=booking, visit=visit, bus=bus, refusal=refusal)
            for bus in (None, visit.buses[0])
            for refusal in (None, PassOutdated(), PassEnded())
        ),
    }


def _mornings(congress: Congress, visits: tuple[Visit, ...], *, n: int, text: str) -> World:
    """Twenty-five buses with everything wrong and as many without, before and after they left; days of the crew."""
    visit = visits[0]
    wrong = BusFacts(
        visit=replace(visit, waiting=n),
        bus=replace(visit.buses[0], seats=1, seats_taken=45),
        is_led=False,
        coming=0,
        unreachable=n,
        untold=n,
        unreminded=n,
        is_listed=False,
        moved=n * MINUTE,
    )
    well = replace(wrong, is_led=True, unreachable=0, untold=0, unreminded=0, is_listed=True, moved=0 * MINUTE)
    led = replace(wrong, is_led=True, bus=replace(wrong.bus, seats=60))
    off = replace(wrong, visit=replace(visit, state=VisitState.CANCELLED))
    gone = replace(wrong, visit=replace(visit, leaves_at=OPEN), bus=replace(wrong.bus, departs_at=OPEN))
    fleets = ((), (wrong,) * 25, (wrong, well, led, off, gone) * 5)
    absent = Absent(name=text, code="K7PW2", visit_id=visit.id, bus=visit.buses[0].label, contact="+7 701 123 45 67")
    buses = tuple(
        today.BusOfDay(visit=visit, bus=visit.buses[0], leaders=names, hosts=names, is_led=is_led)
        for names in ((), (text, text))
        for is_led in (True, False)
    )
    counts = rounds.HostCounts(visit=visit, people=n, wheelchairs=n, languages={"en": n})
    day = OPEN.date()
    whole: tuple[today.BusOfDay | today.GuestsOfDay, ...] = (*buses, today.GuestsOfDay(counts=counts))
    return {
        BusFacts: (wrong, well, led, off, gone),
        board.Morning: tuple(
            board.Morning(city=city, fleet=fleet, has_ended=False)
            for city in congress.cities.values()
            for fleet in fleets
        ),
        board.BusDetail: tuple(
            board.BusDetail(facts=facts, leaders=(text,) * number, absent=(absent,) * 20 * number)
            for facts in (wrong, gone)
            for number in (0, 1, 3)
        ),
        today.Day: tuple(
            today.Day(day=day, items=items, earlier=day, later=later)
            for items in (whole[:0], whole)
            for later in (day, None)
        ),
    }


def _crew(*, text: str) -> World:
    """Roles of every kind, for a bus and a visit whose names are as long as may be, given and refused."""
    given = tuple(Grant(role, text[:24] if role in (Role.LEADER, Role.HOST, Role.CITY) else "") for role in list(Role))
    members = tuple(
        crew.Member(
            held=Held(id=number, telegram_id=number, grant=grant, by_settings=by_settings, since=OPEN),
            name=text,
            language="kk",
            revocable=not by_settings,
        )
        for number, grant in enumerate(given, start=1)
        for by_settings in (False, True)
    )
    return {
        Role: tuple(Role),
        frozenset[Role]: (frozenset(), *(frozenset({role}) for role in Role)),
        Grant: given,
        crew.Member: members,
        crew.Invited: tuple(crew.Invited(grant=grant, ends_at=OPEN) for grant in given),
        crew.Joined: tuple(crew.Joined(grant, frozenset({grant.role})) for grant in given),
        crew.AlreadyInCrew: tuple(crew.AlreadyInCrew(grant) for grant in given),
        crew.NotToGive: tuple(crew.NotToGive(role) for role in list(Role)),
        crew.CannotRevoke: tuple(crew.CannotRevoke(member) for member in members),
        crew.Revoked: tuple(crew.Revoked(member=member, roles=frozenset()) for member in members),
    }


def _imports(visit: Visit, *, n: int, text: str) -> World:
    """A visit opened and closed; a file with faults, one that changes nothing, everything, and one that harms all."""
    nothing: dict[str, Any] = dict.fromkeys(("new_visits", "new_buses", "gone_visits", "gone_buses"), ())
    nothing |= {"changes": (), "words": (), "sections": (), "rewritten": (), "asks_again": False, "harms": ()}
    said_text = said("{text}", text=text)
    moment, fields = "2025-08-22T09:00:00+05:00", ("start", "booking_opens", "seats", "closed", "stops", "bay", "plate")
    values: tuple[Any, ...] = (moment, moment, n, True, [text, text], "", text)
    many = Comparison(
        **nothing
        | dict.fromkeys(("new_visits", "new_buses", "gone_visits", "gone_buses", "words", "rewritten"), (text,) * n)
        | {
            "changes": tuple(
                Change(kind, text, field, value, value)
                for kind in ("visit", "bus")
                for field, value in zip(fields, values, strict=True)
            )
            * n,
            "sections": ("rules", "order", "privacy"),
            "asks_again": True,
        }
    )
    kinds = ("removed", "room", "seats", "wheelchair_places", "id", "start", "departs", "price_eur")
    harms = tuple(Harm(kind, text, field, n, text) for kind in ("visit", "bus") for field in kinds)
    smaller = replace(many, harms=(Harm("bus", text, "seats", n, n),) * n)
    compared = (
        Comparison(**nothing | {"sections": ("rules",)}),
        many,
        Comparison(**nothing | {"harms": harms}),
        smaller,
    )
    return {
        opening.DoorSet: tuple(
            opening.DoorSet(visit=replace(visit, state=state), was=replace(visit, state=was))
            for state in (VisitState.OPEN, VisitState.CLOSED)
            for was in (VisitState.OPEN, VisitState.CLOSED)
        ),
        opening.HeldBack: tuple(opening.HeldBack(visit=visit, was=visit, offered=offered) for offered in (0, n)),
        opening.TooManyHeld: (opening.TooManyHeld(visit=visit, wanted=n, most=n),),
        Comparison: compared,
        deeds.DoesHarm: tuple(map(deeds.DoesHarm, compared)),
        deeds.OtherProgramme: (deeds.OtherProgramme(),),
        **_people_lists(n=n, text=text),
        importing.Imported: (importing.Imported(None), importing.Imported(many)),
        importing.OtherZone: (importing.OtherZone(text),),
        importing.Export: (importing.Export(congress_id="wlic2025", version=n, text=text),),
        importing.Faults: tuple(
            importing.Faults(faults=(Fault(place=said_text, problem=said_text, mend=said_text),) * many)
            for many in (1, max(n, 6))
        ),
    }


def _texts(congress: Congress, visits: tuple[Visit, ...], *, n: int, text: str) -> World:
    """Texts of visits and of the congress: there, missing, as long as the event file lets them be, in each state."""
    visit = replace(visits[0], price_eur=n, stops=(visits[0].stops[0],))
    subjects = tuple(
        editing_facts.Texts(visit=each, texts=found, congress=congress)
        for each, found in (
            (visit, editing_rules.texts_of_visit(visit)),
            (
                replace(visit, stops=visit.stops * 4),
                editing_rules.texts_of_visit(replace(visit, stops=visit.stops * 4)),
            ),
            (None, editing_rules.texts_of_congress(congress)),
        )
    )
    ones = tuple(
        editing_facts.OneText(visit=of.visit, text=each, words=said, congress=congress, visits=visits_there)
        for of in subjects
        for each in of.texts
        for said, visits_there in ((everywhere(text), 1), (None, n), ({"en": "Ж" * 400, "kk": text}, n))
    )
    proposals = tuple(
        editing.Proposal(shown=each, new=new, key=1, by=by)
        for each in ones
        for new, by in (
            (everywhere(text), None),
            (everywhere("ж" * (150 if each.text.is_one_line else 400)), text),
            (everywhere("🧑" * 75), entries_of_log.Doer.BOT),
        )
    )
    return {
        editing_rules.Text: tuple(each.text for each in ones),
        editing_facts.Gaps: (
            editing_facts.Gaps(visits=tuple((each, lacks) for each in visits for lacks in (n, 0)) * n, congress=n),
            editing_facts.Gaps(visits=((visit, 0),), congress=None),
        ),
        editing_facts.Texts: subjects,
        editing_facts.OneText: ones,
        editing.Asked: tuple(editing.Asked(shown=each, language=code) for each in ones for code in ("", "kk")),
        editing.Proposal: proposals,
        editing.BadText: tuple(
            editing.BadText(shown=each, language=code, length=length, most=most, missing=missing)
            for each in ones[:8]
            for code, length, most, missing in (
                ("kk", 150 + n, 150, ()),
                ("kk", 0, 0, ()),
                ("", 0, 0, tuple(LANGUAGES)),
            )
        ),
        editing.SameText: tuple(editing.SameText(shown=each) for each in ones[:4]),
        editing.Saved: tuple(
            editing.Saved(shown=each.shown, was=was, now=now, key=1, renewed=renewed)
            for each in proposals[:30]
            for was, now, renewed in ((None, each.new, n), (each.new, None, 0), (each.shown.words, each.new, n))
        ),
        editing.Meanwhile: tuple(editing.Meanwhile(shown=each, by=text) for each in ones[:4]),
        editing_facts.UnknownText: (editing_facts.UnknownText(typed=text, known=(text[:36],) * 21, name=text[:24]),),
    }


def _delays(visit: Visit, *, n: int, text: str) -> World:
    """A visit or a bus that moves, with nobody in a bind and with many; and why one does not move."""
    bus = visit.buses[0]
    others = tuple(
        delaying.Overlap(name=text, code="K7PW2", others=(visit,), reachable=reachable) for reachable in (True, False)
    )
    reader = Delegate(id=2, telegram_id=7, name=text, language="kk", consent="1", unreachable=False)
    return {
        organizers.Delayed: tuple(
            organizers.Delayed(
                visit=visit,
                bus=each,
                was=LEAVES - n * MINUTE,
                told=n,
                crew=n,
                overlaps=(others * n)[:25],
                untold=(text,),
            )
            for each in (None, bus)
        ),
        organizers.AlreadyThen: (organizers.AlreadyThen(LEAVES),),
        organizers.OnlyAsAWhole: (organizers.OnlyAsAWhole(bus=bus, visit=visit),),
        clocks.NotOneMoment: tuple(clocks.NotOneMoment(clock=time(2, 30), skipped=each) for each in (True, False)),
        delaying.MovedCrew: tuple(
            delaying.MovedCrew(reader=reader, visit=visit, bus=each, was=LEAVES - n * MINUTE) for each in (None, bus)
        ),
    }


def _moves(visit: Visit, booking: Booking, *, n: int, text: str) -> World:
    """A party that is moved within its visit and to another one, past nobody and past many, told and not."""
    here = Ticket(booking=booking, visit=visit, bus=visit.buses[0])
    elsewhere = Ticket(booking=booking, visit=replace(visit, id=visit.id + 1), bus=visit.buses[0])
    person = Delegate(id=2, telegram_id=7, name=text, language="kk", consent="1", unreachable=False)
    people = (person, replace(person, telegram_id=None))
    return {
        moving.MoveShown: tuple(
            moving.MoveShown(ticket=there, former=here, person=each, author=text, passed=passed, changed=bool(passed))
            for there in (here, elsewhere)
            for each in people
            for passed in (0, n)
        ),
        moving.Moved: tuple(
            moving.Moved(ticket=elsewhere, former=here, person=each, passed=n, told=each is person) for each in people
        ),
        moving.NotMoved: tuple(
            moving.NotMoved(former=here, visit=visit, bus=bus, refusal=refusal)
            for bus in (None, visit.buses[0])
            for refusal in (
                reasons.NoSeats(left=n, largest=n),
                reasons.NoWheelchairPlace(),
                reasons.AlreadyReleased(),
                reasons.Changed(),
                reasons.AlreadyLeft(),
                reasons.AlreadyBooked(booking),
                reasons.AlreadyBooked(replace(booking, id=booking.id + 1)),
                reasons.Clashes(reasons.Clash.OVERLAP, (HeldSeat(booking=booking, visit=visit),) * 2, 30 * MINUTE),
            )
        ),
        moving.UnknownCode: (moving.UnknownCode(text),),
    }


def _seatings(visit: Visit, booking: Booking, *, n: int, text: str) -> World:
    """Somebody new and somebody known at the desk: seated, refused by each rule, asked, past the rules; their seats."""
    phone = "+7 701 123 45 67"
    known = Delegate(id=2, telegram_id=7, name=text, language="kk", consent="1", unreachable=False)
    blocked, new = replace(known, unreachable=True), replace(known, telegram_id=None, contact=phone)
    riders = (Rider(name=text, is_owner=True, wheelchair=True), Rider(name=text, is_owner=False))
    held = (HeldSeat(booking=booking, visit=visit),) * 2
    ticket = Ticket(booking=booking, visit=visit, bus=visit.buses[0])
    plain = seating_facts.Seating(
        key=1, deed=seating_draft.Deed.DESK, visit=visit, bus=ticket.bus, person=None, riders=riders, contact=phone
    )
    forced = replace(
        plain,
        deed=seating_draft.Deed.FORCE,
        person=known,
        rules=tuple(forcing.Passed),
        passed=n,
        held_back=n,
        reason=text[:120],
        number=text,
        over_limit=held,
        others=held,
    )
    refusals = (
        reasons.NoSeats(left=0, largest=0),
        reasons.NoWheelchairPlace(),
        reasons.AlreadyLeft(),
        reasons.AlreadyBooked(booking),
        reasons.PeopleWait(n),
        reasons.BookingClosed(None),
        reasons.Clashes(reasons.Clash.OVERLAP, held, 30 * MINUTE),
    )
    seat = desk.DeskSeat(ticket=ticket, person=new, may_take_back=True)
    gift = Gift(id=1, booking_id=1, rider_id=1, delegate_id=2, name=text, ends_at=OPEN, is_open=True)
    offered = standing.Offered(
        ticket=replace(ticket, booking=replace(booking, offer_until=LEAVES)), waiting=0, given_up=None
    )
    return {
        forcing.Passed: tuple(forcing.Passed),
        seating_facts.Seating: (
            plain,
            replace(plain, person=known, changed=True),
            replace(plain, person=blocked, bus=None),
            *(replace(plain, person=each, refusal=why) for each in (None, known) for why in refusals),
            *(replace(plain, wrong=seating_facts.WrongNumber(text, taken)) for taken in (True, False)),
            replace(plain, asks=seating_facts.Asks.NUMBER, is_forceable=True),
            forced,
            replace(forced, visit=replace(visit, names_final=True)),
            replace(plain, alike=((known, (ticket,)), (new, ()))),
            replace(forced, rules=(), over_limit=(), asks=seating_facts.Asks.REASON, reason=""),
        ),
        seating.Seated: tuple(
            seating.Seated(
                deed=deed,
                ticket=ticket,
                person=person,
                told=person is known,
                rules=tuple(forcing.Passed),
                passed=n,
                held_back=n,
                reason=text[:120],
            )
            for deed in seating_draft.Deed
            for person in (known, new)
        ),
        seating.PutInLine: tuple(
            seating.PutInLine(standing=each, person=known)
            for each in (standing.Wait(booking=booking, visit=visit, place=n), offered)
        ),
        seating_facts.Choosing: tuple(
            seating_facts.Choosing(
                key=1, deed=seating_draft.Deed.DESK, visit=None, person=person, name=text, visits=visits
            )
            for person in (None, known)
            for visits in ((), (visit,))
        ),
        desk.DeskSeat: (seat, replace(seat, person=known, is_ended=True), replace(seat, person=blocked)),
        desk_links.PhoneLink: (desk_links.PhoneLink(seat=seat, gift=gift),),
        desk.SeatsOf: (desk.SeatsOf(typed=text, people=((known, (ticket, ticket)), (new, ()), (blocked, (ticket,)))),),
        desk.ForgottenAtDesk: (desk.ForgottenAtDesk(seats=n),),
        Refused: tuple(
            Refused(refusal=why, visit=visit)
            for why in (reasons.AlreadyReleased(), reasons.Changed(), reasons.AlreadyLeft())
        ),
        meant.NobodyNamed: (meant.NobodyNamed(text),),
    }


def _answers_to_organizers(visit: Visit, booking: Booking, *, n: int, text: str) -> World:
    bus = visit.buses[0]
    riders = (Rider(name=text, is_owner=True), Rider(name=text, is_owner=False, wheelchair=True))
    announcement = Announcement(id=1, author_id=2, visit_id=None, text=text, message_id=3)
    answers = Answers(coming=n, silent=2 * n, freed=n)
    return {
        Answers: (Answers(), answers),
        tuple[Visit, Answers]: ((visit, answers),) * 20,
        **_lists(visit, booking, answers, n=n, text=text),
        **_crew(text=text),
        **_history(visit, booking, n=n, text=text),
        Rider: riders,
        authority.NoAuthority: (authority.NoAuthority(text),),
        organizers.UnknownName: (organizers.UnknownName(text),),
        organizers.InThePast: (organizers.InThePast(LEAVES),),
        organizers.CannotBeMoved: (organizers.CannotBeMoved(visit),),
        **_delays(visit, n=n, text=text),
        **_moves(visit, booking, n=n, text=text),
        **_seatings(visit, booking, n=n, text=text),
        organizers.SeatsSet: (organizers.SeatsSet(bus=bus, was=n, visit=visit),),
        broadcasts.NobodyListens: (
            broadcasts.NobodyListens(None),
            broadcasts.NobodyListens(visit),
            broadcasts.NobodyListens(None, "nab-am and kk"),
        ),
        broadcasts.DraftGone: (broadcasts.DraftGone(),),
        broadcasts.NoText: (broadcasts.NoText(),),
        broadcasts.Preview: tuple(
            broadcasts.Preview(
                visit=to,
                text=said,
                languages=dict.fromkeys(LANGUAGES, n),
                unreachable=n,
                opted_out=n,
                waits_until=until,
                due_at=until,
                asks=until is not None,
            )
            for to, until in ((None, None), (visit, LEAVES))
            for said in (text, "#late B01 15 #id")
        ),
        **_said(visit, announcement, n=n, text=text),
        broadcasts.Progress: tuple(
            broadcasts.Progress(
                announcement=announcement,
                visit=to,
                counts=DeliveryCounts(
                    total=4 * n + waiting, waiting=waiting, sent=n, unreachable=n, failed=n, unknown=n
                ),
                opted_out=n,
                untold=() if waiting else (text,) * 20,
            )
            for to in (None, visit)
            for waiting in (0, n)
        ),
    }


def _said(visit: Visit, announcement: Announcement, *, n: int, text: str) -> World:
    """An announcement that is planned, withdrawn, confirmed by some; phrases, right and wrong."""
    planned = replace(announcement, due_at=LEAVES, asks=True)
    filled = {**phrasing.EXAMPLES, phrasing.Gap.PLACE: text[:60], phrasing.Gap.BAY: text[:12]}
    sayings = tuple(phrasing.Saying(key, tuple(filled[gap] for gap in gaps)) for key, gaps in phrasing.PHRASES.items())
    most = phrasing.MOST_PHRASES
    people = tuple(
        Unheard(delegate_id=each, name=text, buses=("B01", "B02")[: each % 3], arrived=bool(each % 2))
        for each in range(3 * n)
    )
    return {
        broadcasts.Planned: tuple(
            broadcasts.Planned(announcement=each, visit=to, people=n, author=text)
            for each in (planned, replace(planned, withdrawn_at=OPEN))
            for to in (None, visit)
        ),
        hearing.Silence: tuple(
            hearing.Silence(announcement=announcement, confirmed=n, people=each, reminded=len(each))
            for each in ((), people)
        ),
        hearing.Heard: (hearing.Heard(announcement=announcement, at=OPEN),),
        phrasing.Gap: tuple(phrasing.Gap),
        phrasing.Saying: sayings,
        Sequence[phrasing.Saying]: tuple(sayings[at : at + most] for at in range(0, len(sayings), most)),
        phrasing.UnknownPhrase: (phrasing.UnknownPhrase(text), phrasing.UnknownPhrase(text, ("late", "here"))),
        phrasing.BadGap: tuple(phrasing.BadGap("come", gap, typed) for gap in phrasing.Gap for typed in ("", text)),
        phrasing.TooMuch: (phrasing.TooMuch("id", text), phrasing.TooMuch("id", "")),
        scheduling.NotAMoment: (scheduling.NotAMoment(text),),
        scheduling.TooLate: (scheduling.TooLate(LEAVES),),
        scheduling.TooFar: (scheduling.TooFar(LEAVES),),
        Mapping[str, Language]: (load_languages("Asia/Almaty"),),
    }


def _lists(visit: Visit, booking: Booking, answers: Answers, *, n: int, text: str) -> World:
    """Lists of every kind, of a visit, a bus and a city, empty and full; versions new, given out and replaced."""
    bus = visit.buses[0]
    offered = replace(booking, state=BookingState.OFFERED, offer_until=OPEN)
    coachload = tuple(
        rosters.Passenger(booking=booking, reachable=bool(each % 2), lacks_wheelchair_place=each == 3)
        for each in range(45)
    )
    line = (
        rosters.Passenger(booking=offered, reachable=True),
        rosters.Passenger(booking=booking, reachable=True, place=n),
    )
    changes = (editions.Change(name=text, was="B01", now="B02"),) * (4 * n)
    several = (
        editions.Edition(version=1, is_given=False),
        editions.Edition(version=n, is_given=True, replaces=n, replaced_at=OPEN),
        editions.Edition(
            version=n,
            is_given=False,
            replaces=n,
            replaced_at=OPEN,
            joined=changes,
            left=changes,
            moved=changes,
            rewritten=changes,
        ),
    )
    scopes = (
        rosters.Scope(visit=visit),
        rosters.Scope(visit=visit, bus=bus),
        rosters.Scope(city=written(a_congress(), text).cities["astana"]),
    )
    return {
        rosters.ListKind: tuple(rosters.ListKind),
        rounds.HostCounts: (
            rounds.HostCounts(visit=visit, people=n, wheelchairs=n, languages=dict.fromkeys(LANGUAGES, n)),
            rounds.HostCounts(visit=visit, people=0, wheelchairs=0, languages={}),
        ),
        editions.Edition: several,
        rosters.Passenger: line,
        rosters.Roster: tuple(
            rosters.Roster(
                kind=kind,
                scope=scope,
                visits={visit.id: visit},
                passengers=(line if kind is rosters.ListKind.WAITING else coachload)[: 45 if edition.replaces else 0],
                edition=edition,
                offered=n,
                answers={bus.id: answers} if edition.replaces else None,
            )
            for kind in rosters.ListKind
            for scope in scopes
            for edition in several
        ),
    }
