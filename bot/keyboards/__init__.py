"""Records -> InlineKeyboardMarkup. Every screen has a way back; two labels share a row only where both are short."""

from bot.keyboards.layout import PAGE
from bot.keyboards.menu import ask_forget, close, languages, menu, notice, picker, privacy, private_chat
from bot.keyboards.organizers import line, preview, roster, undelivered
from bot.keyboards.tickets import ask_release, overlapping, own, reminder, ticket
from bot.keyboards.visits import alternatives, back_to_visit, card, cities, party, refusal, visit_list
from bot.keyboards.waiting import beside, join_again, not_joined, offer, to_wait, wait

__all__ = [
    "PAGE",
    "alternatives",
    "ask_forget",
    "ask_release",
    "back_to_visit",
    "beside",
    "card",
    "cities",
    "close",
    "join_again",
    "languages",
    "line",
    "menu",
    "not_joined",
    "notice",
    "offer",
    "overlapping",
    "own",
    "party",
    "picker",
    "preview",
    "privacy",
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
