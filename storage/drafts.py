"""Half-typed input: one draft a person, gone after its hour."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.records import Draft
from storage.tables import drafts


def read(tx: Connection, delegate_id: int, *, now: datetime) -> Draft | None:
    """Return the person's draft unless it has expired."""
    row = tx.execute(select(drafts).where(drafts.c.delegate_id == delegate_id)).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    return Draft(
        delegate_id=row.delegate_id,
        kind=row.kind,
        fields=row.fields,
        message_id=row.message_id,
        expires_at=row.expires_at,
    )


def put(
    tx: Connection,
    delegate_id: int,
    *,
    kind: str,
    fields: Mapping[str, Any],
    message_id: int | None,
    expires_at: datetime,
) -> None:
    """Begin or continue a draft; what the person had begun before is dropped."""
    end(tx, delegate_id)
    tx.execute(
        insert(drafts).values(
            delegate_id=delegate_id, kind=kind, fields=dict(fields), message_id=message_id, expires_at=expires_at
        )
    )


def move(tx: Connection, delegate_id: int, *, message_id: int | None) -> None:
    """Set the message on which the draft is shown."""
    tx.execute(update(drafts).where(drafts.c.delegate_id == delegate_id).values(message_id=message_id))


def delete_expired(tx: Connection, *, now: datetime) -> int:
    """Delete what people had begun to type and left; return how many drafts."""
    return tx.execute(delete(drafts).where(drafts.c.expires_at <= now)).rowcount


def end(tx: Connection, delegate_id: int) -> bool:
    """Drop the person's draft; say whether there was one."""
    return bool(tx.execute(delete(drafts).where(drafts.c.delegate_id == delegate_id)).rowcount)
