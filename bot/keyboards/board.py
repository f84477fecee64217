"""Below a board: its worst buses one by one, refresh, stop. Below a day: the one before, the one after."""

from datetime import datetime

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import button, markup
from bot.language import Language
from bot.rules.board import troubles
from bot.services.board import BusDetail, Morning
from bot.services.rosters import ListKind
from bot.services.today import Day
from bot.texts import board as texts

_BUSES, _A_ROW = 12, 4


def board(say: Language, morning: Morning, *, board_id: int, now: datetime) -> InlineKeyboardMarkup:
    """A button for each of the worst buses, then refresh and stop."""
    worst = [facts.bus for facts in morning.fleet if troubles(facts, now=now)][:_BUSES]
    each = [button(bus.label, buttons.ShowBus(bus.id)) for bus in worst]
    rows = [each[start : start + _A_ROW] for start in range(0, len(each), _A_ROW)]
    renew = button(texts.renew_label(say), buttons.RenewBoard(board_id))
    return markup([*rows, [renew], [button(texts.stop_label(say), buttons.StopBoard(board_id))]])


def bus_detail(say: Language, detail: BusDetail) -> InlineKeyboardMarkup:
    """The passenger list of the bus."""
    label = detail.facts.bus.label
    return markup([[button(texts.roster_label(say), buttons.RosterPage(ListKind.RIDERS, label, 0))]])


def days(say: Language, shown: Day) -> InlineKeyboardMarkup | None:
    """The person's days before and after; nothing where there are none."""
    ways = [
        button(label.format(say.date(day)), buttons.ShowDay(day.toordinal()))
        for label, day in (("‹ {}", shown.earlier), ("{} ›", shown.later))
        if day is not None
    ]
    return markup([[each] for each in ways]) if ways else None
