"""What who asks for the past taps: which person is meant, and earlier lines of the log."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import button, markup
from bot.language import Language
from bot.rules.logbook import Filters
from bot.services.history import Known
from bot.services.logbook import LogPage
from bot.texts import history, labels

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def known(say: Language, several: Sequence[Known]) -> InlineKeyboardMarkup:
    """A button for each person who may be meant."""
    return markup([[button(history.known_label(say, each), buttons.WhyOf(each.booking_id))] for each in several])


def log_page(say: Language, page: LogPage) -> InlineKeyboardMarkup | None:
    """Show the lines before, where there are any."""
    if page.earlier is None:
        return None
    filters = page.filters
    since = 0 if filters.since is None else (filters.since - _EPOCH) // _MINUTE
    about = filters.about.replace("visit:", "v").replace("bus:", "b")
    earlier = buttons.EarlierLog(page.earlier, since, filters.who, filters.what, about)
    return markup([[button(labels.earlier_page(say), earlier)]])


def filters_of(pressed: buttons.EarlierLog) -> Filters | None:
    """Return what the button asks of the log; None for one that is forged."""
    kind, number = pressed.about[:1], pressed.about[1:]
    about = {"v": f"visit:{number}", "b": f"bus:{number}", "": ""}.get(kind)
    since = _EPOCH + pressed.since * _MINUTE if pressed.since else None
    filters = Filters(who=pressed.who, what=pressed.what, about=about or "", since=since)
    return filters if about is not None and filters.is_known else None
