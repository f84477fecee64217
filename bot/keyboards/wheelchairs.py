"""Who needs a wheelchair place."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import button, markup
from bot.language import Language
from bot.services.wheelchairs import Places
from bot.texts import labels
from bot.texts import wheelchairs as texts


def wheelchairs(say: Language, shown: Places) -> InlineKeyboardMarkup:
    """A switch for the person, and one for each companion on each ticket."""
    own = button(labels.need_wheelchair(say, chosen=shown.needed), buttons.NeedWheelchair(int(not shown.needed)))
    companions = [
        [
            button(
                texts.rider_label(
                    say, rider=rider.name, time=say.clock(ticket.visit.leaves_at), chosen=rider.wheelchair
                ),
                buttons.RiderWheelchair(rider.id, int(not rider.wheelchair)),
            )
        ]
        for ticket in shown.tickets
        for rider in ticket.booking.riders
        if not rider.is_owner
    ]
    return markup(
        [[own], *companions, [button(labels.own(say), buttons.Own()), button(labels.menu(say), buttons.Menu())]]
    )
