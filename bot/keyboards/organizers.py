"""What organizers tap: rosters, lists, announcements."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup
from bot.language import Language
from bot.services.broadcasts import Planned, Preview
from bot.services.hearing import Silence
from bot.services.queue import Line
from bot.services.rosters import ListKind, Roster
from bot.texts import labels
from bot.texts.phrases import GROUPS, group_title


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
    """Send the announcement, with the number of people on the button, let it ask for an answer, or close."""
    key = buttons.UpdateId(draft_key)
    if shown.due_at is None:
        send = labels.send_to(say, people=shown.people)
    else:
        send = labels.plan_for(say, people=shown.people, moment=shown.due_at)
    return markup(
        [
            [button(send, buttons.SendAnnouncement(key))],
            [button(labels.ask_to_confirm(say, asks=shown.asks), buttons.AskForAnswers(key, int(not shown.asks)))],
            [button(labels.test_to_myself(say), buttons.TestAnnouncement(key))],
            [button(labels.stop_typing(say), buttons.CloseDraft())],
        ]
    )


def planned(say: Language, shown: Planned) -> InlineKeyboardMarkup | None:
    """Withdraw what is still to go out."""
    if not shown.announcement.is_planned:
        return None
    return markup([[button(labels.withdraw(say), buttons.WithdrawAnnouncement(shown.announcement.id))]])


def got_it(say: Language, announcement_id: int) -> InlineKeyboardMarkup:
    """Confirm that one has read it."""
    return markup([[button(labels.got_it(say), buttons.GotIt(announcement_id))]])


def unheard(say: Language, shown: Silence) -> InlineKeyboardMarkup:
    """Remind who has not confirmed, or look again."""
    number, people = shown.announcement.id, len(shown.people)
    remind = [button(labels.remind_them(say, people=people), buttons.RemindUnheard(number))] if people else []
    return markup([remind, [button(labels.look_again(say), buttons.ShowUnheard(number))]])


def phrasebook(say: Language, group: int) -> InlineKeyboardMarkup:
    """The other groups of the phrasebook."""
    others = [each for each in range(len(GROUPS)) if each != group % len(GROUPS)]
    keys = [button(group_title(say, each), buttons.ShowPhrases(each)) for each in others]
    return markup([keys[at : at + 2] for at in range(0, len(keys), 2)])
