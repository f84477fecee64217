"""Records -> InlineKeyboardMarkup. Every screen has a way back; two labels share a row only where both are short."""

from bot.keyboards.finding import ask_hours, filter_values, filters, found_visits, named
from bot.keyboards.layout import PAGE
from bot.keyboards.menu import close, languages, menu, notice, picker, private_chat
from bot.keyboards.organizers import line, preview, roster, undelivered
from bot.keyboards.questions import answer
from bot.keyboards.tickets import ask_release, overlapping, own, reminder, ticket
from bot.keyboards.visits import alternatives, back_to, card, cities, party, refusal, visit_list
from bot.keyboards.waiting import beside, join_again, not_joined, offer, to_wait, wait

__all__ = [
    "PAGE",
    "alternatives",
    "answer",
    "ask_hours",
    "ask_release",
    "back_to",
    "beside",
    "card",
    "cities",
    "close",
    "filter_values",
    "filters",
    "found_visits",
    "join_again",
    "languages",
    "line",
    "menu",
    "named",
    "not_joined",
    "notice",
    "offer",
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
