"""A tap that waited with us for longer than anybody waits for an answer: its fresh card, and no deed.

Whoever tapped may have done something else since, or given up. What a button shows may be shown at any time; what it
does is not done any more, and instead the card is shown of what it was about. A tap whose deed was committed before
a crash ends well too: the fresh card shows the ticket.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from telegram import Update

from bot import buttons
from bot.buttons import Button
from bot.context import Context
from bot.handlers import (
    booking,
    broadcasts,
    changing,
    documents,
    drafts,
    evening,
    feedback,
    finding,
    gifts,
    organizers,
    own_data,
    queue,
    stopping,
    tickets,
    visits,
    waiting,
    welcome,
    wheelchairs,
)
from bot.screen import tapped

Show = Callable[[Update, Context], Coroutine[Any, Any, None]]

INSTEAD: Final[Mapping[type[Button], Show]] = {
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
    buttons.TakeOffer: waiting.show_standing,
    buttons.WaitForAll: waiting.show_standing,
    buttons.LeaveLine: waiting.show_standing,
    buttons.ShowPass: documents.show_ticket_of_file,
    buttons.TakeCalendar: documents.show_ticket_of_file,
    buttons.PrintTicket: documents.show_ticket_of_file,
    buttons.ShowToDriver: documents.show_ticket_of_file,
    buttons.Release: tickets.show_kept,
    buttons.ReleaseRider: changing.show_what_stands,
    buttons.Undo: changing.show_what_stands,
    buttons.Move: changing.show_what_stands,
    buttons.GiveRider: gifts.show_giver,
    buttons.WithdrawGift: gifts.show_giver,
    buttons.TakeGift: gifts.show_what_link_gives,
    buttons.NeedWheelchair: wheelchairs.wheelchairs,
    buttons.RiderWheelchair: wheelchairs.wheelchairs,
    buttons.SayComing: evening.show_unanswered,
    buttons.Rate: feedback.show_said,
    buttons.AddComment: feedback.show_said,
    buttons.OwnData: welcome.privacy,
    buttons.Forget: own_data.show_left,
    buttons.ChangeName: drafts.show_draft,
    buttons.CloseDraft: drafts.show_draft,
    buttons.RosterFile: organizers.show_roster_of_file,
    buttons.PauseLine: queue.show_queue,
    buttons.SendAnnouncement: broadcasts.show_announcement,
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
