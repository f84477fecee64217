"""A visit beside one's own agenda: signed up, in the way of another seat, or how much time lies between."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from bot.language import Language
from bot.rules.agenda import Fits, OwnSeat, relation
from bot.rules.booking import Clash, Clashes
from storage.records import BookingState, Congress, HeldSeat, Visit


def duration(say: Language, lasts: timedelta) -> str:
    """Return such as "50 min" or "1 h 20 min"; never rounded to hours."""
    hours, minutes = divmod(int(lasts.total_seconds()) // 60, 60)
    if not hours:
        return say.gettext("{m} min").format(m=minutes)
    if not minutes:
        return say.gettext("{h} h").format(h=hours)
    return say.gettext("{h} h {m} min").format(h=hours, m=minutes)


def beside_own_seats(say: Language, visit: Visit, held: Sequence[HeldSeat], *, congress: Congress) -> list[str]:
    """Say in a line how the visit goes with the reader's seats; nothing to a reader who has none."""
    found = relation(visit, held, rules=congress.rules)
    match found:
        case None:
            return []
        case OwnSeat(booking):
            if booking.state is BookingState.OFFERED:
                return ["🎉 " + say.gettext("A seat is kept for you")]
            return ["✅ " + say.gettext("You are signed up")]
        case Clashes(reason, seats):
            return ["⚠️ " + _clash(say, reason).format(time=say.clock(seats[0].visit.leaves_at))]
        case Fits(seat, between, is_after):
            fits = (
                # Translators: the visit shown begins so long after the reader's own visit has ended.
                say.gettext("Fits: {duration} after your {time} visit")
                if is_after
                else say.gettext("Fits: {duration} before your {time} visit")
            )
            return ["👌 " + fits.format(duration=duration(say, between), time=say.clock(seat.visit.leaves_at))]
        case _:
            assert_never(found)


def _clash(say: Language, reason: Clash) -> str:
    match reason:
        case Clash.OVERLAP:
            return say.gettext("Clashes with your {time} visit")
        case Clash.OTHER_CITY:
            return say.gettext("Your {time} visit is in another city")
        case Clash.DAY_LIMIT:
            return say.gettext("Too much for one day beside your {time} visit")
