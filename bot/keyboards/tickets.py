"""What can be done with a seat one has."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup
from bot.keyboards.waiting import beside_ticket
from bot.language import Language
from bot.rules.changing import UNDO
from bot.services.booking import Released, Ticket
from bot.services.changing import Moves
from bot.services.overlapping import Blocked
from bot.services.standing import Own
from bot.texts import changing as changing_texts
from bot.texts import labels
from bot.texts import tickets as ticket_texts
from bot.texts import visits as visit_texts
from bot.texts import waiting as waiting_texts
from storage.records import Booking, Visit


def ticket(
    say: Language, shown: Ticket, *, undo: Booking | None = None, blocked: Sequence[Blocked] = ()
) -> InlineKeyboardMarkup:
    """What can be done with a ticket; first the way back for the seat of it that was given back a moment ago, and
    what can be done about waits that it blocks.

    It stays where it is: what leads elsewhere opens below.
    """
    booking = shown.booking
    return markup(
        [
            [] if undo is None else [_undo(say, undo)],
            *beside_ticket(say, booking, blocked),
            [button(labels.show_map(say), buttons.ShowMap(shown.visit.id))],
            [
                button(labels.qr_pass(say), buttons.ShowPass(booking.id)),
                button(labels.more(say), buttons.MoreOfTicket(booking.id)),
            ],
            [button(labels.release(say), buttons.AskRelease(booking.id))],
            [button(labels.own(say), buttons.OwnBelow())],
        ]
    )


def more_of_ticket(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """What else can be done with a ticket or had of it, and back to it."""
    booking = shown.booking
    return markup(
        [
            [button(labels.move(say), buttons.ChooseMove(booking.id))],
            [button(labels.give_away(say), buttons.GiveAway(booking.id))],
            [button(labels.to_driver(say), buttons.ShowToDriver(booking.id))],
            [button(labels.calendar(say), buttons.TakeCalendar(booking.id))],
            [button(labels.on_paper(say), buttons.PrintTicket(booking.id))],
            [button(labels.back(say), buttons.ShowTicket(booking.id))],
        ]
    )


def ended_ticket(say: Language, shown: Ticket, *, in_calendar: bool) -> InlineKeyboardMarkup:
    """What is left to do once the seat is given back."""
    return markup(
        [
            _out_of_calendar(say, shown.booking, in_calendar=in_calendar),
            [button(labels.about_visit(say), buttons.ShowVisit(shown.visit.id))],
            [button(labels.own(say), buttons.OwnBelow())],
        ]
    )


def old_ticket(say: Language) -> InlineKeyboardMarkup:
    """From a card that another has taken the place of, to the tickets."""
    return markup([[button(labels.own(say), buttons.OwnBelow())]])


def _out_of_calendar(say: Language, booking: Booking, *, in_calendar: bool) -> Row:
    return [button(labels.out_of_calendar(say), buttons.TakeCalendar(booking.id))] if in_calendar else []


def own(say: Language, shown: Own, *, released: Released | None = None) -> InlineKeyboardMarkup:
    """One button a ticket, an offer or a wait; first what can be done about what was given back a moment ago."""
    again = [] if released is None else [_undo(say, released.booking)]
    rows = [
        [button(ticket_texts.ticket_label(say, each), buttons.ShowTicket(each.booking.id))] for each in shown.tickets
    ]
    lines = [
        [button(waiting_texts.wait_label(say, each), buttons.ShowWait(each.booking_id))] for each in shown.standing
    ]
    ended = [] if released is None else _out_of_calendar(say, released.booking, in_calendar=released.in_calendar)
    return markup(
        [
            again,
            ended,
            *rows,
            *lines,
            [button(labels.visits(say), buttons.Cities())],
            [button(labels.change_name(say), buttons.ChangeName())],
            [button(labels.menu(say), buttons.Menu())],
        ]
    )


def ask_release(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """Yes or no, for a party whose seat; each yes carries the booking's version."""
    booking = shown.booking
    everything = buttons.Release(booking.id, booking.version)
    if booking.party == 1:
        rows = [[button(labels.yes_release(say), everything)]]
    else:
        rows = [
            [
                button(
                    changing_texts.release_one_label(say, rider=rider.name),
                    buttons.ReleaseRider(booking.id, booking.version, rider.id),
                )
            ]
            for rider in booking.riders
        ]
        rows.append([button(labels.yes_release_all(say, party=booking.party), everything)])
    return markup([*rows, [button(labels.keep(say), buttons.ShowTicket(booking.id))]])


def moves(say: Language, shown: Moves) -> InlineKeyboardMarkup:
    """One button a visit: free ones ask before the sign-up goes there, full ones wait and keep the seat."""
    booking = shown.ticket.booking
    free = [
        [button(visit_texts.visit_label(say, visit), buttons.AskMove(booking.id, visit.id))] for visit in shown.free
    ]
    full = [
        [button(changing_texts.full_label(say, visit), buttons.JoinKeeping(visit.id, booking.party, booking.id))]
        for visit in shown.full
    ]
    return markup([*free, *full, [button(labels.back(say), buttons.ShowTicket(booking.id))]])


def ask_move(say: Language, shown: Ticket, *, to: Visit) -> InlineKeyboardMarkup:
    """Yes or no; the yes carries both versions."""
    booking = shown.booking
    move = buttons.Move(booking.id, booking.version, to.id, to.version)
    return markup([[button(labels.yes_move(say), move)], [button(labels.keep(say), buttons.ShowTicket(booking.id))]])


def evening(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """Under the evening's reminder: come, or free the seats; the pin and the ticket."""
    booking = shown.booking
    comes = booking.coming_at is not None
    come = buttons.SayComing(booking.id, booking.version, int(not comes))
    return markup(
        [
            [button(labels.coming(say, chosen=comes), come)],
            [button(labels.free_seat(say, party=booking.party), buttons.AskFree(booking.id))],
            *_pin_and_ticket(say, shown),
        ]
    )


def ask_free(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """Yes, or back to the evening's card."""
    booking = shown.booking
    return markup(
        [
            [button(labels.yes_release(say), buttons.Release(booking.id, booking.version))],
            [button(labels.keep(say), buttons.ShowEvening(booking.id))],
        ]
    )


def overlapping(say: Language, tickets: Sequence[Ticket]) -> InlineKeyboardMarkup:
    """Which of two seats that overlap now to give back; each asks before it does."""
    return markup(
        [
            button(
                f"✖️ {say.clock(each.visit.leaves_at)} · {say.words(each.visit.title)}",
                buttons.AskRelease(each.booking.id),
            )
        ]
        for each in tickets
    )


def reminder(say: Language, shown: Ticket, *, in_calendar: bool = False) -> InlineKeyboardMarkup:
    """From a reminder to the pin and the ticket; after a change, to a newer file for who has put it into a calendar."""
    newer = [button(labels.calendar_anew(say), buttons.TakeCalendar(shown.booking.id))]
    return markup([newer if in_calendar else [], *_pin_and_ticket(say, shown)])


def _pin_and_ticket(say: Language, shown: Ticket) -> list[Row]:
    return [
        [button(labels.show_map(say), buttons.ShowMap(shown.visit.id))],
        [button(labels.own_ticket(say), buttons.ShowTicket(shown.booking.id))],
    ]


def _undo(say: Language, released: Booking) -> InlineKeyboardButton:
    return button(labels.undo(say, seconds=int(UNDO.total_seconds())), buttons.Undo(released.id, released.version))
