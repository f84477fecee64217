"""Looking for a visit: the filters, their values, what was found. The filters ride in every button."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup, visit_rows
from bot.language import Language
from bot.rules.filtering import Filters, Match, Value, Which, value_of, values, with_value
from bot.rules.packing import pack
from bot.services.finding import Found
from bot.texts import finding as texts
from bot.texts import labels
from bot.texts.visits import visit_label
from storage.records import Congress, Visit


def filters(say: Language, found: Found, *, congress: Congress) -> InlineKeyboardMarkup:
    """One button a filter, the visits that fit, and the way to begin anew."""
    wanted, packed = found.filters, pack(found.filters, congress)
    rows: list[Row] = [
        [
            button(
                texts.filter_label(say, wanted, which, congress=congress),
                buttons.Narrow(pack(with_value(wanted, which, None if wanted.free else True), congress))
                if which is Which.FREE
                else buttons.ChooseValue(packed, which.value),
            )
        ]
        for which in Which
        if which is Which.FREE or values(which, found.visits, congress) or value_of(wanted, which) is not None
    ]
    if wanted != Filters():
        rows.append([button(labels.no_filters(say), buttons.Narrow(pack(Filters(), congress)))])
    rows.append([button(labels.show_found(say, fitting=len(found.fitting)), buttons.Find(packed, 0))])
    return markup([*rows, [button(labels.back(say), buttons.Cities())]])


def filter_values(say: Language, found: Found, which: Which, *, congress: Congress) -> InlineKeyboardMarkup:
    """One button a value, "any" last; hours can be typed too."""
    wanted = found.filters
    chosen = value_of(wanted, which)

    def row(value: Value) -> Row:
        mark = "☑️ " if value == chosen else ""
        label = mark + texts.value_label(say, value, which, congress=congress)
        return [button(label, buttons.Narrow(pack(with_value(wanted, which, value), congress)))]

    there = values(which, found.visits, congress)
    rows = [row(value) for value in (*there, *(() if chosen in (None, *there) else (chosen,)), None)]
    if which is Which.GAP:
        rows.append([button(labels.type_hours(say), buttons.TypeGap(pack(wanted, congress)))])
    return markup([*rows, [button(labels.back(say), buttons.Narrow(pack(wanted, congress)))]])


def found_visits(
    say: Language, found: Found, shown: Sequence[Match], *, page: int, last_page: int, congress: Congress
) -> InlineKeyboardMarkup:
    """One button a visit, which knows the way back here; the pages; the filters."""
    packed = pack(found.filters, congress)
    turning: Row = []
    if page > 0:
        turning.append(button(labels.earlier_page(say), buttons.Find(packed, page - 1)))
    if page < last_page:
        turning.append(button(labels.later_page(say), buttons.Find(packed, page + 1)))
    rows = [[button(visit_label(say, match.visit), buttons.ShowFound(match.visit.id, packed, page))] for match in shown]
    narrow = [button(labels.change_filters(say), buttons.Narrow(packed))]
    return markup([*rows, turning, narrow, [button(labels.back(say), buttons.Cities())]])


def ask_hours(say: Language, *, packed: str) -> InlineKeyboardMarkup:
    """Back to the filters; what is typed meanwhile is taken for hours."""
    return markup([[button(labels.back(say), buttons.Narrow(packed))]])


def named(say: Language, visits: Sequence[Visit]) -> InlineKeyboardMarkup:
    """The visits that a name may mean, and the menu."""
    return markup([*visit_rows(say, visits), [button(labels.menu(say), buttons.Menu())]])
