"""Cards: on which message a person sees a ticket, so that it can be edited as its facts change. One a booking."""

from typing import Any

from sqlalchemy import Connection, Insert, Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared
from storage.tables import cards

_TICKET = "ticket"
_PLACE = ("delegate_id", "kind", "subject")
_STANDS = {
    dialect: new.on_conflict_do_update(index_elements=_PLACE, set_={"message_id": new.excluded.message_id})
    for dialect, new in (("postgresql", postgresql.insert(cards)), ("sqlite", sqlite.insert(cards)))
}
_PUT = {dialect: Prepared(new) for dialect, new in _STANDS.items()}


def read(tx: Connection, *, delegate_id: int, booking_id: int) -> int | None:
    """Return the message on which the person sees this ticket; None where none is known."""
    found: int | None = tx.scalar(select(cards.c.message_id).where(*_of(delegate_id, booking_id)))
    return found


def put(tx: Connection, *, delegate_id: int, booking_id: int, message_id: int) -> None:
    """Remember that the ticket stands on this message from now on."""
    _PUT[tx.dialect.name].do(tx, delegate_id=delegate_id, kind=_TICKET, subject=booking_id, message_id=message_id)


def putting(tickets: Select[Any]) -> Insert:
    """Return PostgreSQL's statement that does what `put` does for all of these: delegate, kind, booking, message."""
    return _STANDS["postgresql"].from_select([*_PLACE, "message_id"], tickets)


def replace(tx: Connection, *, delegate_id: int, booking_id: int, gone: int, message_id: int) -> None:
    """Let a new message take the place of one that is gone; a card that stands elsewhere by now stays there."""
    tx.execute(
        update(cards).where(*_of(delegate_id, booking_id), cards.c.message_id == gone).values(message_id=message_id)
    )


def leave(tx: Connection, *, delegate_id: int, message_id: int, but: int | None = None) -> None:
    """Forget what tickets stood on this message: it shows something else now. `but` is a booking that stays."""
    others = delete(cards).where(cards.c.delegate_id == delegate_id, cards.c.message_id == message_id)
    tx.execute(others if but is None else others.where(cards.c.subject != but))


def _of(delegate_id: int, booking_id: int) -> tuple[Any, ...]:
    return cards.c.delegate_id == delegate_id, cards.c.kind == _TICKET, cards.c.subject == booking_id
