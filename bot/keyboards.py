"""Records -> InlineKeyboardMarkup. Every screen has a way back; two labels share a row only where both are short."""

from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import buttons
from bot.buttons import Button
from bot.language import LANGUAGES, Language
from bot.rules.booking import Clashes, NoSeats, PeopleWait, Refusal
from bot.rules.seats import largest_ever, largest_party
from bot.rules.waiting import SeatsAreFree
from bot.services.booking import Ticket
from bot.services.broadcasts import Preview
from bot.services.drafts import Party
from bot.services.visits import VisitCard
from bot.services.waiting import NotJoined, Own, Wait
from bot.texts import labels, welcome
from bot.texts import tickets as ticket_texts
from bot.texts import visits as visit_texts
from bot.texts import waiting as waiting_texts
from bot.texts.markup import cut
from storage.records import Booking, BookingState, Congress, Visit, VisitState

PAGE = 8
"""Visits on one page of a list: what a phone shows without scrolling far."""
_LONGEST_LABEL = 60

Row = list[InlineKeyboardButton]


def _button(label: str, button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(cut(label, _LONGEST_LABEL), callback_data=button.data)


def _markup(rows: Iterable[Row]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([row for row in rows if row])


def picker(*, then: str) -> InlineKeyboardMarkup:
    """The three languages, for somebody whose phone speaks none of them."""
    return _markup([_button(name, buttons.PickLanguage(code, then))] for code, name in LANGUAGES.items())


def notice(say: Language, *, then: str) -> InlineKeyboardMarkup:
    """Agree, or read the notice in another language."""
    others = [_button(name, buttons.PickLanguage(code, then)) for code, name in LANGUAGES.items() if code != say.code]
    return _markup([[_button(welcome.agree_label(say), buttons.Agree(say.code, then))], others])


def languages(say: Language) -> InlineKeyboardMarkup:
    """The three languages, for somebody who changes theirs, and the way back."""
    rows = [[_button(name, buttons.SetLanguage(code))] for code, name in LANGUAGES.items()]
    return _markup([*rows, [_button(labels.menu(say), buttons.Menu())]])


def menu(say: Language) -> InlineKeyboardMarkup:
    """The main menu."""
    return _markup(
        [
            [_button(labels.visits(say), buttons.Cities())],
            [_button(labels.own(say), buttons.Own())],
            [_button(labels.language(say), buttons.ChooseLanguage())],
        ]
    )


def cities(say: Language, congress: Congress, visits: Sequence[Visit]) -> InlineKeyboardMarkup:
    """One button for each city that has visits."""
    rows = []
    for city in congress.cities.values():
        there = [visit for visit in visits if visit.city == city.id]
        if there:
            rows.append([_button(visit_texts.city_label(say, city, visits=there), buttons.Visits(city.id, 0))])
    return _markup([*rows, [_button(labels.menu(say), buttons.Menu())]])


def visit_list(say: Language, *, city: str, visits: Sequence[Visit], page: int, last_page: int) -> InlineKeyboardMarkup:
    """One button a visit, and the pages where the list is long."""
    turning: Row = []
    if page > 0:
        turning.append(_button(labels.earlier_page(say), buttons.Visits(city, page - 1)))
    if page < last_page:
        turning.append(_button(labels.later_page(say), buttons.Visits(city, page + 1)))
    return _markup([*_visits(say, visits), turning, [_button(labels.back(say), buttons.Cities())]])


def card(say: Language, shown: VisitCard, *, party_size: int) -> InlineKeyboardMarkup:
    """What can be done with a visit: sign up, or see one's ticket, or find others; libraries, map, back."""
    visit = shown.visit
    rows: list[Row] = []
    if shown.own is not None:
        rows.append([_own_booking(say, shown.own)])
    elif shown.refusal is None and (visit.waiting or largest_party(visit) == 0):
        rows.append([_button(labels.join(say), buttons.Join(visit.id, 1))])
        if party_size > 1:
            rows.append([_button(labels.join_with_companions(say), buttons.BringCompanions(visit.id))])
        rows.append([_button(labels.similar(say), buttons.Similar(visit.id))])
    elif shown.refusal is None:
        rows.append([_button(labels.sign_up_alone(say), buttons.Book(visit.id, visit.version, 1))])
        if party_size > 1 and largest_party(visit) > 1:
            rows.append([_button(labels.with_companions(say), buttons.BringCompanions(visit.id))])
    else:
        rows.append([_button(labels.similar(say), buttons.Similar(visit.id))])
    rows.append([_button(labels.libraries(say), buttons.ShowLibraries(visit.id))])
    rows.append([_button(labels.show_map(say), buttons.ShowMap(visit.id))])
    return _markup([*rows, [_button(labels.back(say), buttons.Visits(visit.city, 0))]])


def _own_booking(say: Language, own: Booking) -> InlineKeyboardButton:
    match own.state:
        case BookingState.WAITING:
            return _button(labels.own_wait(say), buttons.ShowWait(own.id))
        case BookingState.OFFERED:
            return _button(labels.own_offer(say), buttons.ShowWait(own.id))
        case _:
            return _button(labels.own_ticket(say), buttons.ShowTicket(own.id))


def back_to_visit(say: Language, visit: Visit) -> InlineKeyboardMarkup:
    """One way: back to the visit's card."""
    return _markup([[_button(labels.back(say), buttons.ShowVisit(visit.id))]])


def alternatives(say: Language, visit: Visit, others: Sequence[Visit]) -> InlineKeyboardMarkup:
    """The visits that come nearest, and back."""
    return _markup([*_visits(say, others), [_button(labels.back(say), buttons.ShowVisit(visit.id))]])


def refusal(
    say: Language, refused: Refusal, *, visit: Visit, party: int, others: Sequence[Visit]
) -> InlineKeyboardMarkup:
    """What can be done after a "no": give up what is in the way, choose one of the nearest, go back."""
    rows: list[Row] = []
    if isinstance(refused, Clashes):
        giving_up = tuple((seat.booking.id, seat.booking.version) for seat in refused.seats)
        replace = buttons.Replace(visit.id, visit.version, party, giving_up)
        rows.append([_button(labels.give_up_for(say), replace)])
    if isinstance(refused, NoSeats | PeopleWait):
        rows.append([_button(labels.join_party(say, party=party), buttons.Join(visit.id, party))])
    rows += _visits(say, others)
    return _markup([*rows, [_button(labels.back(say), buttons.ShowVisit(visit.id))]])


def party(say: Language, shown: Party) -> InlineKeyboardMarkup:
    """Sign the party up, take the last name back, or close."""
    rows: list[Row] = []
    if shown.names:
        travellers = 1 + len(shown.names)
        waits = shown.visit.waiting or travellers > largest_party(shown.visit)
        if waits and travellers <= largest_ever(shown.visit):
            join = buttons.Join(shown.visit.id, travellers)
            rows.append([_button(labels.join_party(say, party=travellers), join)])
        else:
            book = buttons.Book(shown.visit.id, shown.visit.version, travellers)
            rows.append([_button(labels.sign_up_party(say, party=travellers), book)])
        rows.append([_button(labels.drop_companion(say), buttons.DropCompanion(shown.visit.id))])
    return _markup([*rows, [_button(labels.back(say), buttons.ShowVisit(shown.visit.id))]])


def ticket(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """What can be done with a ticket."""
    return _markup(
        [
            [_button(labels.show_map(say), buttons.ShowMap(shown.visit.id))],
            [_button(labels.release(say), buttons.AskRelease(shown.booking.id))],
            [_button(labels.own(say), buttons.Own()), _button(labels.menu(say), buttons.Menu())],
        ]
    )


def own(say: Language, shown: Own) -> InlineKeyboardMarkup:
    """One button a ticket, an offer or a wait."""
    rows = [
        [_button(ticket_texts.ticket_label(say, each), buttons.ShowTicket(each.booking.id))] for each in shown.tickets
    ]
    lines = [
        [_button(waiting_texts.wait_label(say, each), buttons.ShowWait(each.booking_id))] for each in shown.standing
    ]
    return _markup(
        [
            *rows,
            *lines,
            [_button(labels.visits(say), buttons.Cities())],
            [_button(labels.change_name(say), buttons.ChangeName())],
            [_button(labels.menu(say), buttons.Menu())],
        ]
    )


def ask_release(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """Yes or no; the yes carries the booking's version."""
    booking = shown.booking
    return _markup(
        [
            [_button(labels.yes_release(say), buttons.Release(booking.id, booking.version))],
            [_button(labels.keep(say), buttons.ShowTicket(booking.id))],
        ]
    )


def overlapping(say: Language, tickets: Sequence[Ticket]) -> InlineKeyboardMarkup:
    """Which of two seats that overlap now to give back; each asks before it does."""
    return _markup(
        [
            _button(
                f"✖️ {say.clock(each.visit.leaves_at)} · {say.words(each.visit.title)}",
                buttons.AskRelease(each.booking.id),
            )
        ]
        for each in tickets
    )


def reminder(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """From a reminder to the pin and the ticket."""
    return _markup(
        [
            [_button(labels.show_map(say), buttons.ShowMap(shown.visit.id))],
            [_button(labels.own_ticket(say), buttons.ShowTicket(shown.booking.id))],
        ]
    )


def wait(say: Language, shown: Wait) -> InlineKeyboardMarkup:
    """What a party in line can wish for, and the way out."""
    booking = shown.booking
    fewer, any_time = int(booking.party_least < booking.party), int(booking.any_time)
    rows: list[Row] = []
    if booking.party > 1:
        wish = buttons.Wish(booking.id, booking.version, 1 - fewer, any_time)
        rows.append([_button(labels.with_fewer(say, chosen=bool(fewer)), wish)])
    wish = buttons.Wish(booking.id, booking.version, fewer, 1 - any_time)
    rows.append([_button(labels.any_time(say, chosen=bool(any_time)), wish)])
    rows.append([_button(labels.wait_beside(say), buttons.ChooseBeside(booking.id))])
    rows.append([_button(labels.leave_line(say), buttons.LeaveLine(booking.id, booking.version))])
    return _markup([*rows, [_button(labels.own(say), buttons.Own()), _button(labels.menu(say), buttons.Menu())]])


def offer(say: Language, booking: Booking, *, waiting: int) -> InlineKeyboardMarkup:
    """Take the seats or not; for a part of a party, or wait for all of it."""
    rows = [[_button(labels.take_offer(say, party=booking.party), buttons.TakeOffer(booking.id, booking.version))]]
    if waiting:
        together = buttons.WaitForAll(booking.id, booking.version)
        rows.append([_button(labels.wait_for_all(say, party=booking.party + waiting), together)])
    rows.append([_button(labels.decline_offer(say), buttons.LeaveLine(booking.id, booking.version))])
    return _markup([*rows, [_button(labels.show_map(say), buttons.ShowMap(booking.visit_id))]])


def beside(say: Language, shown: Wait, others: Sequence[Visit]) -> InlineKeyboardMarkup:
    """The visits one could wait for as well, and back."""
    rows = [
        [_button(waiting_texts.beside_label(say, visit), buttons.JoinBeside(shown.booking.id, visit.id))]
        for visit in others
    ]
    return _markup([*rows, [_button(labels.back(say), buttons.ShowWait(shown.booking.id))]])


def not_joined(say: Language, refused: NotJoined, *, party: int) -> InlineKeyboardMarkup:
    """What can be done instead of waiting: keep the seat in the way until this one is real, sign up, see others."""
    rows: list[Row] = []
    visit = refused.visit
    refusal = refused.refusal
    if isinstance(refusal, Clashes) and len(refusal.seats) == 1:
        keeping = buttons.JoinKeeping(visit.id, party, refusal.seats[0].booking.id)
        rows.append([_button(labels.join_keeping(say), keeping)])
    if isinstance(refusal, SeatsAreFree):
        rows.append([_button(labels.sign_up_party(say, party=party), buttons.Book(visit.id, visit.version, party))])
    rows += _visits(say, refused.alternatives)
    return _markup([*rows, [_button(labels.back(say), buttons.ShowVisit(visit.id))]])


def to_wait(say: Language, booking: Booking) -> InlineKeyboardMarkup:
    """To one's place in the list, where fewer seats can be wished for."""
    return _markup([[_button(labels.own_wait(say), buttons.ShowWait(booking.id))]])


def join_again(say: Language, visit: Visit) -> InlineKeyboardMarkup:
    """Back to the visit whose offer ran out."""
    return _markup([[_button(labels.join(say), buttons.Join(visit.id, 1))], *_visits(say, [visit])])


def close(say: Language) -> InlineKeyboardMarkup:
    """Stop what is being typed."""
    return _markup([[_button(labels.stop_typing(say), buttons.CloseDraft())]])


def roster(say: Language, *, name: str, page: int, last_page: int) -> InlineKeyboardMarkup:
    """Turn the pages of a roster, or have it as a file."""
    turning: Row = []
    if page > 0:
        turning.append(_button(labels.earlier_page(say), buttons.RosterPage(name, page - 1)))
    if page < last_page:
        turning.append(_button(labels.later_page(say), buttons.RosterPage(name, page + 1)))
    return _markup([turning, [_button(labels.as_file(say), buttons.RosterFile(name))]])


def line(say: Language, visit: Visit) -> InlineKeyboardMarkup:
    """Pause a waiting list, or let it go on."""
    paused = visit.queue_paused
    return _markup([[_button(labels.pause_line(say, paused=paused), buttons.PauseLine(visit.key, int(not paused)))]])


def undelivered(say: Language, *, name: str, page: int, last_page: int) -> InlineKeyboardMarkup:
    """Turn the pages of what did not arrive."""
    turning: Row = []
    if page > 0:
        turning.append(_button(labels.earlier_page(say), buttons.UndeliveredPage(name, page - 1)))
    if page < last_page:
        turning.append(_button(labels.later_page(say), buttons.UndeliveredPage(name, page + 1)))
    return _markup([turning])


def preview(say: Language, shown: Preview, *, draft_key: int) -> InlineKeyboardMarkup:
    """Send the announcement, with the number of people on the button, or close."""
    return _markup(
        [
            [_button(labels.send_to(say, people=shown.people), buttons.SendAnnouncement(buttons.UpdateId(draft_key)))],
            [_button(labels.stop_typing(say), buttons.CloseDraft())],
        ]
    )


def private_chat(say: Language, *, username: str) -> InlineKeyboardMarkup:
    """From a group into the private chat."""
    link = InlineKeyboardButton(labels.open_private_chat(say), url=f"https://t.me/{username}?start=group")
    return InlineKeyboardMarkup([[link]])


def _visits(say: Language, visits: Sequence[Visit]) -> list[Row]:
    return [
        [_button(visit_texts.visit_label(say, visit), buttons.ShowVisit(visit.id))]
        for visit in visits
        if visit.state is not VisitState.DRAFT
    ]
