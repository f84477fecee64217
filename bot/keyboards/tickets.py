"""What can be done with a seat one has."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup
from bot.language import Language
from bot.services.booking import Ticket
from bot.services.waiting import Own
from bot.texts import labels
from bot.texts import tickets as ticket_texts
from bot.texts import waiting as waiting_texts


def ticket(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """What can be done with a ticket."""
    return markup(
        [
            [button(labels.show_map(say), buttons.ShowMap(shown.visit.id))],
            [button(labels.release(say), buttons.AskRelease(shown.booking.id))],
            [button(labels.own(say), buttons.Own()), button(labels.menu(say), buttons.Menu())],
        ]
    )


def own(say: Language, shown: Own) -> InlineKeyboardMarkup:
    """One button a ticket, an offer or a wait."""
    rows = [
        [button(ticket_texts.ticket_label(say, each), buttons.ShowTicket(each.booking.id))] for each in shown.tickets
    ]
    lines = [
        [button(waiting_texts.wait_label(say, each), buttons.ShowWait(each.booking_id))] for each in shown.standing
    ]
    return markup(
        [
            *rows,
            *lines,
            [button(labels.visits(say), buttons.Cities())],
            [button(labels.change_name(say), buttons.ChangeName())],
            [button(labels.menu(say), buttons.Menu())],
        ]
    )


def ask_release(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """Yes or no; the yes carries the booking's version."""
    booking = shown.booking
    return markup(
        [
            [button(labels.yes_release(say), buttons.Release(booking.id, booking.version))],
            [button(labels.keep(say), buttons.ShowTicket(booking.id))],
        ]
    )


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


def reminder(say: Language, shown: Ticket) -> InlineKeyboardMarkup:
    """From a reminder to the pin and the ticket."""
    return markup(_pin_and_ticket(say, shown))


def _pin_and_ticket(say: Language, shown: Ticket) -> list[Row]:
    return [
        [button(labels.show_map(say), buttons.ShowMap(shown.visit.id))],
        [button(labels.own_ticket(say), buttons.ShowTicket(shown.booking.id))],
    ]
