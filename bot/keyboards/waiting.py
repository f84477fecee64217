"""What can be done in a waiting list, and with an offer."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup, visit_rows
from bot.language import Language
from bot.rules.booking import Clashes, NotListed
from bot.rules.waiting import SeatsAreFree
from bot.services.overlapping import Blocked
from bot.services.standing import Wait
from bot.services.waiting import NotJoined
from bot.texts import labels
from bot.texts import overlapping as overlapping_texts
from bot.texts import waiting as waiting_texts
from storage.records import Booking, Visit


def wait(say: Language, shown: Wait, *, blocked: Blocked | None = None) -> InlineKeyboardMarkup:
    """What a party in line can wish for, and the way out."""
    booking = shown.booking
    fewer, any_time = int(booking.party_least < booking.party), int(booking.any_time)
    rows: list[Row] = []
    if blocked is not None and blocked.keep is not None:
        until = buttons.KeepUntil(booking.id, booking.version, blocked.keep.id)
        rows.append([button(overlapping_texts.keep_label(say, blocked.seats[0].visit), until)])
    if booking.party > 1:
        wish = buttons.Wish(booking.id, booking.version, 1 - fewer, any_time)
        rows.append([button(labels.with_fewer(say, chosen=bool(fewer)), wish)])
    wish = buttons.Wish(booking.id, booking.version, fewer, 1 - any_time)
    rows.append([button(labels.any_time(say, chosen=bool(any_time)), wish)])
    rows.append([button(labels.wait_beside(say), buttons.ChooseBeside(booking.id))])
    rows.append([button(labels.leave_line(say), buttons.LeaveLine(booking.id, booking.version))])
    return markup([*rows, [button(labels.own(say), buttons.Own()), button(labels.menu(say), buttons.Menu())]])


def beside_ticket(say: Language, ticket: Booking, blocked: Sequence[Blocked]) -> list[Row]:
    """Under a ticket: for each wait that is passed over for its seat, to be asked all the same, or to wait no more."""
    rows: list[Row] = []
    for each in blocked:
        if each.keep is not None and each.keep.id == ticket.id:
            swap = buttons.SwapForWait(ticket.id, each.wait.id, each.wait.version)
            rows.append([button(overlapping_texts.swap_label(say, each.visit), swap)])
        end = buttons.EndWait(ticket.id, each.wait.id, each.wait.version)
        rows.append([button(overlapping_texts.end_label(say, each.visit), end)])
    return rows


def offer(say: Language, booking: Booking, *, waiting: int) -> InlineKeyboardMarkup:
    """Take the seats or not; for a part of a party, or wait for all of it."""
    rows = [[button(labels.take_offer(say, party=booking.party), buttons.TakeOffer(booking.id, booking.version))]]
    if waiting:
        together = buttons.WaitForAll(booking.id, booking.version)
        rows.append([button(labels.wait_for_all(say, party=booking.party + waiting), together)])
    rows.append([button(labels.decline_offer(say), buttons.LeaveLine(booking.id, booking.version))])
    return markup([*rows, [button(labels.show_map(say), buttons.ShowMap(booking.visit_id))]])


def beside(say: Language, shown: Wait, others: Sequence[Visit]) -> InlineKeyboardMarkup:
    """The visits one could wait for as well, and back."""
    rows = [
        [button(waiting_texts.beside_label(say, visit), buttons.JoinBeside(shown.booking.id, visit.id))]
        for visit in others
    ]
    return markup([*rows, [button(labels.back(say), buttons.ShowWait(shown.booking.id))]])


def not_joined(say: Language, refused: NotJoined, *, party: int) -> InlineKeyboardMarkup:
    """What can be done instead of waiting: keep the seat in the way until this one is real, sign up, see others."""
    rows: list[Row] = []
    visit = refused.visit
    refusal = refused.refusal
    if isinstance(refusal, Clashes) and len(refusal.seats) == 1:
        keeping = buttons.JoinKeeping(visit.id, party, refusal.seats[0].booking.id)
        rows.append([button(labels.join_keeping(say), keeping)])
    if isinstance(refusal, SeatsAreFree):
        rows.append([button(labels.sign_up_party(say, party=party), buttons.Book(visit.id, visit.version, party))])
    if isinstance(refusal, NotListed):
        rows.append([button(labels.say_number(say), buttons.AskNumber())])
    rows += visit_rows(say, refused.alternatives)
    return markup([*rows, [button(labels.back(say), buttons.ShowVisit(visit.id))]])


def to_wait(say: Language, booking: Booking) -> InlineKeyboardMarkup:
    """To one's place in the list, where fewer seats can be wished for."""
    return markup([[button(labels.own_wait(say), buttons.ShowWait(booking.id))]])


def after_line(say: Language, alternatives: Sequence[Visit]) -> InlineKeyboardMarkup:
    """From a line that is over: what is free near it, what one has, all visits."""
    rows: list[Row] = [*visit_rows(say, alternatives), [button(labels.own(say), buttons.OwnBelow())]]
    return markup([*rows, [button(labels.visits(say), buttons.Cities())]])


def join_again(say: Language, visit: Visit) -> InlineKeyboardMarkup:
    """Back to the visit whose offer ran out."""
    return markup([[button(labels.join(say), buttons.Join(visit.id, 1))], *visit_rows(say, [visit])])
