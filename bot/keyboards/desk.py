"""What the desk taps: sign up, let wait, go past a rule, print, take back."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup
from bot.language import Language
from bot.services.desk import DeskSeat, SeatsOf
from bot.services.seating import Seated
from bot.services.seating_draft import Deed
from bot.services.seating_facts import Choosing, Seating
from bot.texts import labels, seating
from bot.texts.visits import visit_label
from storage.records import Delegate


def seating_card(say: Language, shown: Seating) -> InlineKeyboardMarkup:
    """Do it as it is shown; where it cannot be, what can be done instead."""
    key = buttons.UpdateId(shown.key)
    rows: list[Row] = []
    bus = 0 if shown.bus is None else shown.bus.id
    if shown.is_ready and shown.deed is Deed.FORCE:
        data = buttons.ForceThem(key, shown.visit.version, bus, shown.mask, shown.passed)
        rows.append([button(labels.force_them(say, passed=shown.passed), data)])
    elif shown.is_ready:
        rows.append([button(labels.seat_them(say), buttons.SeatThem(key, shown.visit.version, bus))])
    rows += [
        [button(seating.person_label(say, person, tickets), buttons.SeatPerson(key, person.id))]
        for person, tickets in shown.alike
    ]
    if shown.person is None or not shown.person.wheelchair:
        wanted = any(rider.is_owner and rider.wheelchair for rider in shown.riders)
        rows.append([button(labels.seat_wheelchair(say, wanted=wanted), buttons.SeatWheelchair(key, int(not wanted)))])
    if shown.may_wait:
        rows.append([button(labels.let_wait(say), buttons.LetWait(key))])
    rows += [[button(visit_label(say, each), buttons.SeatOn(key, each.id))] for each in shown.alternatives]
    if shown.may_force and shown.deed is Deed.DESK:
        rows.append([button(labels.past_rules(say), buttons.PastRules(key))])
    return markup([*rows, [button(labels.stop_typing(say), buttons.CloseDraft())]])


def choosing(say: Language, shown: Choosing) -> InlineKeyboardMarkup:
    """A button for each person or visit that may be meant."""
    key = buttons.UpdateId(shown.key)
    if shown.person is None:
        rows = [
            [button(seating.person_label(say, person, tickets), buttons.SeatPerson(key, person.id))]
            for person, tickets in shown.people
        ]
    else:
        rows = [[button(visit_label(say, each), buttons.SeatOn(key, each.id))] for each in shown.visits]
    return markup([*rows, [button(labels.stop_typing(say), buttons.CloseDraft())]])


def seats_of(say: Language, shown: SeatsOf) -> InlineKeyboardMarkup:
    """A button for each seat of who may be meant."""
    return markup(
        [
            [button(seating.ticket_label(say, person, ticket), buttons.ShowDeskSeat(ticket.booking.id))]
            for person, tickets in shown.people
            for ticket in tickets
        ]
    )


def seated(say: Language, done: Seated) -> InlineKeyboardMarkup:
    """What comes next at the counter: the slip, another visit, or a step back."""
    booking = done.ticket.booking.id
    return markup(
        [*_next(say, booking, done.person), [button(labels.ask_take_back(say), buttons.AskTakeBack(booking))]]
    )


def desk_seat(say: Language, shown: DeskSeat) -> InlineKeyboardMarkup:
    """What the desk can do about a seat."""
    booking = shown.ticket.booking.id
    if shown.is_ended:
        return markup([[button(labels.seat_again(say), buttons.SeatAgain(booking))]])
    rows = _next(say, booking, shown.person)
    if shown.may_take_back:
        rows.append([button(labels.ask_take_back(say), buttons.AskTakeBack(booking))])
    return markup(rows)


def ask_take_back(say: Language, shown: DeskSeat) -> InlineKeyboardMarkup:
    """Take the seat back, delete the person, or keep all."""
    booking = shown.ticket.booking
    rows = [[button(labels.take_back(say), buttons.TakeBack(booking.id, booking.version))]]
    if shown.person.telegram_id is None:
        rows.append([button(labels.forget_at_desk(say), buttons.ForgetAtDesk(booking.id, booking.version))])
    return markup([*rows, [button(labels.back(say), buttons.ShowDeskSeat(booking.id))]])


def taken_back(say: Language, shown: DeskSeat) -> InlineKeyboardMarkup:
    """Sign them up for something else."""
    return markup([[button(labels.seat_again(say), buttons.SeatAgain(shown.ticket.booking.id))]])


def _next(say: Language, booking: int, person: Delegate) -> list[Row]:
    rows: list[Row] = [[button(labels.print_slip(say), buttons.PrintSlip(booking))]]
    if person.telegram_id is None:
        rows.append([button(labels.link_to_phone(say), buttons.LinkToPhone(booking))])
    return [*rows, [button(labels.seat_again(say), buttons.SeatAgain(booking))]]
