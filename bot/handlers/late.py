"""A tap that waited with us for longer than anybody waits for an answer: its fresh card, and no deed.

Whoever tapped may have done something else since, or given up. What a button shows may be shown at any time; what it
does is not done any more, and instead the card is shown of what it was about. A tap whose deed was committed before
a crash ends well too: the fresh card shows the ticket.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, get_args

from telegram import Update

from bot import buttons
from bot.buttons import Button
from bot.context import Context
from bot.handlers import (
    acts,
    board,
    booking,
    broadcasts,
    crew,
    desk,
    desk_seats,
    drafts,
    editing,
    evening,
    feedback,
    finding,
    gifts,
    hearing,
    importing,
    moving,
    own_data,
    queue,
    registered,
    rosters,
    stopping,
    tickets,
    visits,
    waiting,
    welcome,
    wheelchairs,
)
from bot.screen import tapped

Show = Callable[[Update, Context], Coroutine[Any, Any, None]]

_OfTicket = (
    buttons.EndWait
    | buttons.GiveRider
    | buttons.Move
    | buttons.PrintTicket
    | buttons.Release
    | buttons.ReleaseRider
    | buttons.ShowPass
    | buttons.ShowToDriver
    | buttons.SwapForWait
    | buttons.TakeCalendar
    | buttons.Undo
)
_OF_TICKET: Final[tuple[type[_OfTicket], ...]] = get_args(_OfTicket)


_AT_DESK: Final[tuple[type[Button], ...]] = (
    buttons.SeatPerson,
    buttons.SeatOn,
    buttons.SeatWheelchair,
    buttons.SeatThem,
    buttons.LetWait,
    buttons.PastRules,
    buttons.ForceThem,
)
_OF_DESK_SEAT: Final[tuple[type[Button], ...]] = (
    buttons.PrintSlip,
    buttons.LinkToPhone,
    buttons.SeatAgain,
    buttons.TakeBack,
    buttons.ForgetAtDesk,
)


async def _show_ticket(update: Update, context: Context) -> None:
    """Show the ticket that was to be changed, or that it was given back."""
    pressed = (kind.parse(tapped(update)) for kind in _OF_TICKET)
    booking = next((button.booking for button in pressed if button is not None), None)
    await tickets.show_ticket(update, context, booking_id=booking)


INSTEAD: Final[Mapping[type[Button], Show]] = {
    **dict.fromkeys(_OF_TICKET, _show_ticket),
    buttons.Agree: welcome.show_where_they_were,
    buttons.SetLanguage: welcome.language,
    buttons.HearAll: stopping.show_stopped,
    buttons.TypeGap: finding.show_filters_of_hours,
    buttons.ShowMap: visits.show_visit_of_pin,
    buttons.Book: booking.show_seat,
    buttons.Replace: booking.show_seat,
    buttons.BringCompanions: booking.show_party,
    buttons.DropCompanion: booking.show_party,
    buttons.Join: waiting.show_visit_of_line,
    buttons.JoinKeeping: waiting.show_visit_of_line,
    buttons.JoinBeside: waiting.show_visit_of_line,
    buttons.Wish: waiting.show_standing,
    buttons.KeepUntil: waiting.show_standing,
    buttons.TakeOffer: waiting.show_standing,
    buttons.WaitForAll: waiting.show_standing,
    buttons.LeaveLine: waiting.show_standing,
    buttons.WithdrawGift: tickets.own,
    buttons.StayOnBus: tickets.own,
    buttons.TakeGift: gifts.show_what_link_gives,
    buttons.NeedWheelchair: wheelchairs.wheelchairs,
    buttons.RiderWheelchair: wheelchairs.wheelchairs,
    buttons.SayComing: evening.show_unanswered,
    buttons.Rate: feedback.show_said,
    buttons.AddComment: feedback.show_said,
    buttons.OwnData: welcome.privacy,
    buttons.Forget: own_data.show_left,
    buttons.AskNumber: drafts.show_draft,
    buttons.ChangeName: drafts.show_draft,
    buttons.CloseDraft: drafts.show_draft,
    buttons.RosterFile: rosters.show_roster_of_file,
    buttons.PauseLine: queue.show_queue,
    buttons.Revoke: crew.crew,
    buttons.ConfirmAct: acts.show_act,
    buttons.MoveParty: moving.show_move,
    **dict.fromkeys(_AT_DESK, desk.show_seating),
    **dict.fromkeys(_OF_DESK_SEAT, desk_seats.show_desk_seat),
    buttons.StopBoard: board.renew_board,
    buttons.RecallAct: acts.show_act,
    buttons.ActFile: acts.show_act,
    buttons.SendAnnouncement: broadcasts.show_announcement,
    buttons.AskForAnswers: broadcasts.show_announcement,
    buttons.WithdrawAnnouncement: broadcasts.show_planned,
    buttons.GotIt: hearing.show_heard,
    buttons.RemindUnheard: hearing.show_unheard,
    buttons.ApplyImport: importing.show_import,
    buttons.ApplyList: registered.show_list,
    buttons.WriteText: editing.show_text,
    buttons.SaveText: editing.show_proposal,
    buttons.UndoText: editing.show_saved,
    buttons.TestAnnouncement: broadcasts.show_announcement,
}
"""What is shown in place of each button that does more than show."""


async def show_instead(update: Update, context: Context) -> bool:
    """Show the card in place of the deed; False where the button's own handler only shows."""
    data = tapped(update)
    for button, show in INSTEAD.items():
        if button.parse(data) is not None:
            await show(update, context)
            return True
    return False
