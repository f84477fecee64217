"""What an act came to for each person, as a table."""

from collections.abc import Sequence

from bot.language import Language
from bot.services.act_results import ActResult, ResultRow
from bot.texts.acts import WORDINGS
from bot.texts.history import stands, what_became
from bot.texts.markup import plain
from bot.texts.undelivered import kind_name
from storage.records import MessageState


def result_columns(say: Language) -> Sequence[str]:
    """Head the columns of the file."""
    return (
        # Translators: the head of a column: the code of a person's ticket.
        say.gettext("Ticket code"),
        say.gettext("Name"),
        say.gettext("People"),
        # Translators: the head of a column: what the message to a person was about.
        say.gettext("Message"),
        # Translators: the head of a column: whether the message has arrived.
        say.gettext("Delivery"),
        # Translators: the head of a column: the visit where a seat is held for somebody who has lost theirs.
        say.gettext("Instead"),
        # Translators: the head of a column: how that stands: taken, offered until when, waiting, ended.
        say.gettext("Stands"),
    )


def result_cells(say: Language, result: ActResult) -> Sequence[Sequence[str]]:
    """Return the rows of the file; plain text."""
    return [_cells(say, row) for row in result.rows]


def caption(say: Language, result: ActResult) -> str:
    """Say what the file is about."""
    shown = result.shown
    return "\n".join(
        [
            f"<b>{WORDINGS[shown.act.kind].done(say, shown.act)}</b>",
            *WORDINGS[shown.act.kind].what(say, shown.visit, shown.act)[:1],
            say.ngettext("{n} person in the file", "{n} people in the file", len(result.rows)).format(
                n=len(result.rows)
            ),
        ]
    )


def _cells(say: Language, row: ResultRow) -> Sequence[str]:
    booking, message, follows = row.booking, row.message, row.follows
    state = MessageState.UNREACHABLE if message is None else message.state
    return (
        "" if booking is None else booking.code,
        row.name,
        "" if booking is None else str(booking.party),
        "" if message is None else plain(kind_name(say, message.kind)),
        plain(what_became(say, state, error=None if message is None else message.error)),
        "" if row.visit is None else say.words(row.visit.title),
        "" if follows is None or row.visit is None else stands(say, follows, row.visit),
    )
