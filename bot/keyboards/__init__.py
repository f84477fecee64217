"""Records -> InlineKeyboardMarkup. Every screen has a way back; two labels share a row only where both are short."""

from bot.keyboards.acts import act, cancelled_seat, cancelled_wait, others, seat_asked, stays
from bot.keyboards.board import board, bus_detail, days
from bot.keyboards.crew import ask_revoke, crew
from bot.keyboards.feedback import feedback
from bot.keyboards.finding import ask_hours, filter_values, filters, found_visits, named
from bot.keyboards.gifts import after_giving, giving, link, present
from bot.keyboards.history import filters_of, known, log_page
from bot.keyboards.layout import PAGE
from bot.keyboards.menu import (
    ask_forget,
    close,
    languages,
    menu,
    notice,
    picker,
    privacy,
    private_chat,
    stopped,
)
from bot.keyboards.organizers import imported_file, line, preview, roster, undelivered
from bot.keyboards.questions import answer
from bot.keyboards.tickets import (
    ask_free,
    ask_move,
    ask_release,
    ended_ticket,
    evening,
    more_of_ticket,
    moves,
    old_ticket,
    overlapping,
    own,
    reminder,
    ticket,
)
from bot.keyboards.visits import alternatives, back_to, card, cities, party, refusal, visit_list
from bot.keyboards.waiting import after_line, beside, join_again, not_joined, offer, to_wait, wait
from bot.keyboards.wheelchairs import wheelchairs

__all__ = [
    "PAGE",
    "act",
    "after_giving",
    "after_line",
    "alternatives",
    "answer",
    "ask_forget",
    "ask_free",
    "ask_hours",
    "ask_move",
    "ask_release",
    "ask_revoke",
    "back_to",
    "beside",
    "board",
    "bus_detail",
    "cancelled_seat",
    "cancelled_wait",
    "card",
    "cities",
    "close",
    "crew",
    "days",
    "ended_ticket",
    "evening",
    "feedback",
    "filter_values",
    "filters",
    "filters_of",
    "found_visits",
    "giving",
    "imported_file",
    "join_again",
    "known",
    "languages",
    "line",
    "link",
    "log_page",
    "menu",
    "more_of_ticket",
    "moves",
    "named",
    "not_joined",
    "notice",
    "offer",
    "old_ticket",
    "others",
    "overlapping",
    "own",
    "party",
    "picker",
    "present",
    "preview",
    "privacy",
    "private_chat",
    "refusal",
    "reminder",
    "roster",
    "seat_asked",
    "stays",
    "stopped",
    "ticket",
    "to_wait",
    "undelivered",
    "visit_list",
    "wait",
    "wheelchairs",
]
