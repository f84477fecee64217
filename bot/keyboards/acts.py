"""A dangerous act: confirm it, recall it, look again; and what a person can do whose visit is off."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup, visit_rows
from bot.language import Language
from bot.services.acts import ShownAct
from bot.services.asking import Stays
from bot.services.cancelled_facts import CancelledSeat, CancelledWait, Others
from bot.services.cut_facts import SeatAsked, SeatLost
from bot.services.moving import MoveShown
from bot.services.standing import Offered, Wait
from bot.texts import labels
from bot.texts.acts import WORDINGS
from storage.records import ActState


def act(say: Language, shown: ShownAct) -> InlineKeyboardMarkup | None:
    """Confirm with the numbers on the button, or recall; once it is done, the file of whom it touched."""
    done = shown.act
    match done.state:
        case ActState.SHOWN | ActState.CHANGED if shown.is_own and not shown.is_impossible:
            return markup(
                [[button(WORDINGS[done.kind].confirm(say, done.preview), buttons.ConfirmAct(done.id, done.revision))]]
            )
        case ActState.PLANNED:
            look = button(labels.look_again(say), buttons.ShowAct(done.id))
            return markup([[button(labels.recall(say), buttons.RecallAct(done.id))], [look]])
        case ActState.DONE:
            return markup([[button(labels.act_file(say), buttons.ActFile(done.id))]])
        case _:
            return None


def move(say: Language, shown: MoveShown) -> InlineKeyboardMarkup:
    """Do it as shown; the number of those who are passed stands on the button."""
    booking, ticket = shown.former.booking, shown.ticket
    data = buttons.MoveParty(
        booking=booking.id,
        version=booking.version,
        visit=ticket.visit.id,
        visit_version=ticket.visit.version,
        bus=0 if ticket.bus is None else ticket.bus.id,
        passed=shown.passed,
    )
    return markup([[button(labels.confirm_move(say, seats=booking.party, passed=shown.passed), data)]])


def cancelled_seat(say: Language, shown: CancelledSeat | SeatLost) -> InlineKeyboardMarkup:
    """Take what is held, see others, or say no; without anything held, see others."""
    rows: list[Row] = []
    if isinstance(shown.follows, Offered):
        held = shown.follows.ticket.booking
        rows.append([button(labels.take_held(say), buttons.TakeOffer(held.id, held.version))])
        rows.append([button(labels.show_others(say), buttons.ShowOthers(shown.booking.id))])
        rows.append([button(labels.no_thanks(say), buttons.LeaveLine(held.id, held.version))])
        return markup(rows)
    if isinstance(shown.follows, Wait):
        rows.append([button(labels.own_wait(say), buttons.ShowWait(shown.follows.booking.id))])
    return markup([*rows, [button(labels.show_others(say), buttons.ShowOthers(shown.booking.id))]])


def seat_asked(say: Language, shown: SeatAsked) -> InlineKeyboardMarkup:
    """Take what is held elsewhere, or stay."""
    held = shown.offered.ticket.booking
    return markup(
        [
            [button(labels.take_held(say), buttons.TakeOffer(held.id, held.version))],
            [button(labels.stay(say), buttons.StayOnBus(held.id))],
        ]
    )


def stays(say: Language, shown: Stays) -> InlineKeyboardMarkup | None:
    """Who may still have to leave can take what is held for them until then."""
    if shown.is_sure:
        return None
    return markup([[button(labels.take_held(say), buttons.TakeOffer(shown.hold.id, shown.hold.version))]])


def cancelled_wait(say: Language, shown: CancelledWait) -> InlineKeyboardMarkup:
    """See what else is free."""
    return markup([[button(labels.show_others(say), buttons.ShowOthers(shown.booking.id))]])


def others(say: Language, shown: Others) -> InlineKeyboardMarkup:
    """The visits that have seats, and one's own list."""
    return markup([*visit_rows(say, shown.visits), [button(labels.own(say), buttons.Own())]])
