"""Records -> InlineKeyboardMarkup. Every screen has a way back; two labels share a row only where both are short."""

from bot.keyboards.layout import PAGE
from bot.keyboards.menu import close, languages, menu, notice, picker, private_chat
from bot.keyboards.organizers import line, preview, roster, undelivered
from bot.keyboards.tickets import (
    ask_release,
    ended_ticket,
    more_of_ticket,
    old_ticket,
    overlapping,
    own,
    reminder,
    ticket,
)
from bot.keyboards.visits import alternatives, back_to_visit, card, cities, party, refusal, visit_list
from bot.keyboards.waiting import beside, join_again, not_joined, offer, to_wait, wait

__all__ = [
    "PAGE",
    "alternatives",
    "ask_release",
    "back_to_visit",
    "beside",
    "card",
    "cities",
    "close",
    "ended_ticket",
    "join_again",
    "languages",
    "line",
    "menu",
    "more_of_ticket",
    "not_joined",
    "notice",
    "offer",
    "old_ticket",
    "overlapping",
    "own",
    "party",
    "picker",
    "preview",
    "private_chat",
    "refusal",
    "reminder",
    "roster",
    "ticket",
    "to_wait",
    "undelivered",
    "visit_list",
    "wait",
]
