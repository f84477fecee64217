"""Telegram in, Telegram out: parse, call one service, word it, show it. No sentence and no SQL in this room.

`meeting` runs before all others and knows who wrote; then the files in the order of ALL, the fallback last.
"""

from typing import Any

from telegram.ext import BaseHandler

from bot.context import Context
from bot.handlers import (
    acts,
    board,
    booking,
    broadcasts,
    changing,
    crew,
    cutting,
    delaying,
    desk,
    documents,
    drafts,
    evening,
    fallback,
    feedback,
    finding,
    gifts,
    hearing,
    history,
    importing,
    moving,
    opening,
    overlapping,
    own_data,
    queue,
    registered,
    rosters,
    searching,
    stats,
    stopping,
    tickets,
    today,
    undelivered,
    visits,
    waiting,
    welcome,
    wheelchairs,
)

Handlers = list[BaseHandler[Any, Context, Any]]

ALL: Handlers = [
    *welcome.HANDLERS,
    *visits.HANDLERS,
    *finding.HANDLERS,
    *booking.HANDLERS,
    *tickets.HANDLERS,
    *changing.HANDLERS,
    *gifts.HANDLERS,
    *wheelchairs.HANDLERS,
    *documents.HANDLERS,
    *evening.HANDLERS,
    *waiting.HANDLERS,
    *overlapping.HANDLERS,
    *stopping.HANDLERS,
    *own_data.HANDLERS,
    *delaying.HANDLERS,
    *stats.HANDLERS,
    *board.HANDLERS,
    *today.HANDLERS,
    *rosters.HANDLERS,
    *queue.HANDLERS,
    *crew.HANDLERS,
    *searching.HANDLERS,
    *history.HANDLERS,
    *undelivered.HANDLERS,
    *feedback.HANDLERS,
    *acts.HANDLERS,
    *cutting.HANDLERS,
    *broadcasts.HANDLERS,
    *hearing.HANDLERS,
    *importing.HANDLERS,
    *registered.HANDLERS,
    *opening.HANDLERS,
    *moving.HANDLERS,
    *desk.HANDLERS,
    *drafts.HANDLERS,
    *fallback.HANDLERS,
]
