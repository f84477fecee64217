"""What can be done to give a seat to a colleague, and with the link."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import button, markup, share
from bot.language import Language
from bot.services.gifts import Given, Giving
from bot.texts import gifts as texts
from bot.texts import labels
from storage.records import Visit


def giving(say: Language, shown: Giving) -> InlineKeyboardMarkup:
    """Whose seat to give, and the links to take back."""
    booking = shown.ticket.booking
    give = [
        [
            button(
                texts.give_rider_label(say, rider=rider.name) if booking.party > 1 else labels.make_link(say),
                buttons.GiveRider(booking.id, rider.id),
            )
        ]
        for rider in booking.riders
    ]
    back = [
        [button(texts.withdraw_label(say, colleague=gift.name), buttons.WithdrawGift(gift.id))] for gift in shown.links
    ]
    return markup([*give, *back, [button(labels.back(say), buttons.ShowTicket(booking.id))]])


def link(say: Language, given: Given, *, url: str) -> InlineKeyboardMarkup:
    """Share the link by Telegram's own dialog, or take it back."""
    return markup(
        [
            [share(labels.send_link(say), link=url, words=texts.message_to_colleague(say, given))],
            [button(texts.withdraw_label(say, colleague=given.gift.name), buttons.WithdrawGift(given.gift.id))],
            [button(labels.own_ticket(say), buttons.ShowTicket(given.ticket.booking.id))],
        ]
    )


def present(say: Language, *, token: str) -> InlineKeyboardMarkup:
    """Take the seat, or leave it."""
    return markup(
        [
            [button(labels.take_gift(say), buttons.TakeGift(token))],
            [button(labels.decline_offer(say), buttons.Menu())],
        ]
    )


def after_giving(say: Language, visit: Visit) -> InlineKeyboardMarkup:
    """The visit, and what the giver still has."""
    return markup([[button(labels.own(say), buttons.Own()), button(labels.visits(say), buttons.Visits(visit.city, 0))]])
