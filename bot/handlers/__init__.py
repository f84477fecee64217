"""Telegram in, Telegram out: parse, call one service, word it, show it. No sentence and no SQL in this room.

`meeting` runs before all others and knows who wrote; then the files in the order of ALL, the fallback last.
"""

from typing import Any

from telegram.ext import BaseHandler

from bot.context import Context
from bot.handlers import (
    booking,
    broadcasts,
    drafts,
    fallback,
    organizers,
    own_data,
    queue,
    tickets,
    undelivered,
    visits,
    waiting,
    welcome,
)

Handlers = list[BaseHandler[Any, Context, Any]]

ALL: Handlers = [
    *welcome.HANDLERS,
    *visits.HANDLERS,
    *booking.HANDLERS,
    *tickets.HANDLERS,
    *waiting.HANDLERS,
    *own_data.HANDLERS,
    *organizers.HANDLERS,
    *queue.HANDLERS,
    *undelivered.HANDLERS,
    *broadcasts.HANDLERS,
    *drafts.HANDLERS,
    *fallback.HANDLERS,
]
