"""What goes with the answer to a plain question: the tickets it was about, the map, the menu."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup
from bot.keyboards.menu import menu
from bot.language import Language
from bot.rules.questions import Question
from bot.services.booking import Ticket
from bot.texts import labels
from bot.texts.tickets import ticket_label

_ABOUT_NO_TICKET = (Question.TOILET, Question.HELP)


def answer(say: Language, question: Question, tickets: Sequence[Ticket]) -> InlineKeyboardMarkup:
    """The tickets; to who asks where the bus is, the pin of the first; the menu where there is no ticket."""
    if not tickets or question in _ABOUT_NO_TICKET:
        return menu(say)
    rows: list[Row] = [[button(ticket_label(say, each), buttons.ShowTicket(each.booking.id))] for each in tickets]
    if question is Question.WHERE:
        rows.append([button(labels.show_map(say), buttons.ShowMap(tickets[0].visit.id))])
    return markup([*rows, [button(labels.menu(say), buttons.Menu())]])
