"""What organizers tap: rosters, lists, announcements."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup
from bot.language import Language
from bot.services.broadcasts import Preview
from bot.services.queue import Line
from bot.services.rosters import ListKind, Roster
from bot.texts import labels


def roster(say: Language, shown: Roster, *, page: int, last_page: int) -> InlineKeyboardMarkup:
    """Turn the pages of a list, have it as a file, or see the other lists of the same bus, visit or city."""
    name, turning = shown.scope.name, Row()
    if page > 0:
        turning.append(button(labels.earlier_page(say), buttons.RosterPage(shown.kind, name, page - 1)))
    if page < last_page:
        turning.append(button(labels.later_page(say), buttons.RosterPage(shown.kind, name, page + 1)))
    files = [
        button(label, buttons.RosterFile(form, shown.kind, name))
        for label, form in (("📄 PDF", "pdf"), ("📊 Excel", "xlsx"), ("📄 CSV", "csv"))
    ]
    others = [kind for kind in ListKind if kind is not shown.kind]
    if shown.bus is not None:  # people wait for a visit, not for a bus
        others = [kind for kind in others if kind is not ListKind.WAITING]
    switching = [[button(labels.other_list(say, kind=kind), buttons.RosterPage(kind, name, 0))] for kind in others]
    return markup([turning, files if shown.is_to_take else [], *switching])


def line(say: Language, shown: Line) -> InlineKeyboardMarkup | None:
    """Pause a waiting list, or let it go on; nothing for who may only look."""
    if not shown.may_pause:
        return None
    visit, paused = shown.visit, shown.visit.queue_paused
    return markup([[button(labels.pause_line(say, paused=paused), buttons.PauseLine(visit.key, int(not paused)))]])


def undelivered(say: Language, *, name: str, page: int, last_page: int) -> InlineKeyboardMarkup:
    """Turn the pages of what did not arrive."""
    turning: Row = []
    if page > 0:
        turning.append(button(labels.earlier_page(say), buttons.UndeliveredPage(name, page - 1)))
    if page < last_page:
        turning.append(button(labels.later_page(say), buttons.UndeliveredPage(name, page + 1)))
    return markup([turning])


def imported_file(say: Language, *, key: int, seen: str) -> InlineKeyboardMarkup:
    """Apply the event file that is shown, or leave all as it is."""
    return markup(
        [
            [
                button(labels.apply_file(say), buttons.ApplyImport(buttons.UpdateId(key), seen)),
                button(labels.leave_as_it_is(say), buttons.CloseDraft()),
            ]
        ]
    )


def people_list(say: Language, *, key: int, seen: str) -> InlineKeyboardMarkup:
    """Apply the list of people that is shown, or leave all as it is."""
    return markup(
        [
            [
                button(labels.apply_file(say), buttons.ApplyList(buttons.UpdateId(key), seen)),
                button(labels.leave_as_it_is(say), buttons.CloseDraft()),
            ]
        ]
    )


def preview(say: Language, shown: Preview, *, draft_key: int) -> InlineKeyboardMarkup:
    """Send the announcement, with the number of people on the button, or close."""
    return markup(
        [
            [button(labels.send_to(say, people=shown.people), buttons.SendAnnouncement(buttons.UpdateId(draft_key)))],
            [button(labels.test_to_myself(say), buttons.TestAnnouncement(buttons.UpdateId(draft_key)))],
            [button(labels.stop_typing(say), buttons.CloseDraft())],
        ]
    )
