"""Seats that their holders give to a colleague by a link: the link's digest, for whom, until when."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.records import Gift
from storage.tables import gifts

GIVEN_AWAY = "given to a colleague"
"""Why a booking ended whose seat a colleague has taken: the seat was never free."""
_OPEN, _TAKEN, _WITHDRAWN = "open", "taken", "withdrawn"


def add(
    tx: Connection,
    *,
    token: str,
    booking_id: int,
    rider_id: int,
    delegate_id: int,
    name: str,
    ends_at: datetime,
    now: datetime,
) -> Gift:
    """Write down a gift; other open links for this seat are void from now on."""
    tx.execute(update(gifts).where(gifts.c.rider_id == rider_id, gifts.c.state == _OPEN).values(state=_WITHDRAWN))
    row = insert(gifts).values(
        digest=_digest(token),
        booking_id=booking_id,
        rider_id=rider_id,
        delegate_id=delegate_id,
        name=name,
        made_at=now,
        ends_at=ends_at,
    )
    return _gift(tx.execute(row.returning(*gifts.c)).one())


def renew(tx: Connection, gift_id: int, *, token: str) -> Gift | None:
    """Give an open gift another link: the former one was never shown."""
    row = tx.execute(
        update(gifts)
        .where(gifts.c.id == gift_id, gifts.c.state == _OPEN)
        .values(digest=_digest(token))
        .returning(*gifts.c)
    ).one_or_none()
    return None if row is None else _gift(row)


def by_token(tx: Connection, token: str) -> Gift | None:
    """Return the gift that a link leads to, whatever became of it; or None."""
    row = tx.execute(select(gifts).where(gifts.c.digest == _digest(token))).one_or_none()
    return None if row is None else _gift(row)


def read(tx: Connection, gift_id: int) -> Gift | None:
    """Return one gift, or None."""
    row = tx.execute(select(gifts).where(gifts.c.id == gift_id)).one_or_none()
    return None if row is None else _gift(row)


def open_of(tx: Connection, booking_id: int, *, now: datetime) -> tuple[Gift, ...]:
    """Return the gifts of a booking's seats that can still be taken."""
    query = select(gifts).where(gifts.c.booking_id == booking_id, gifts.c.state == _OPEN, gifts.c.ends_at > now)
    return tuple(_gift(row) for row in tx.execute(query.order_by(gifts.c.id)))


def end(tx: Connection, gift_id: int, *, taken: bool) -> None:
    """Let the link lead nowhere from now on: it was taken, or taken back."""
    tx.execute(update(gifts).where(gifts.c.id == gift_id).values(state=_TAKEN if taken else _WITHDRAWN))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _gift(row: Any) -> Gift:
    return Gift(
        id=row.id,
        booking_id=row.booking_id,
        rider_id=row.rider_id,
        delegate_id=row.delegate_id,
        name=row.name,
        ends_at=row.ends_at,
        is_open=row.state == _OPEN,
    )
