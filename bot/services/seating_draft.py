"""What the desk has typed and tapped of somebody to be seated, as it waits for its word: one draft a crew member."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.rules.authority import Right
from bot.services.drafts import DRAFT_LIFE
from storage import Tx, drafts

SEATING: Final = "seating"
"""The kind of the draft."""


class Deed(StrEnum):
    """How somebody is seated; what the log calls it."""

    DESK = "desk"
    FORCE = "force"

    @property
    def right(self) -> Right:
        return Right.DESK if self is Deed.DESK else Right.FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatingDraft:
    """Whom, where and how: what is not known yet is empty. `people` are those whom the card lets choose."""

    key: int
    deed: Deed
    visit_id: int | None = None
    delegate_id: int | None = None
    name: str = ""
    by_name: str = ""
    people: tuple[int, ...] = ()
    language: str | None = None
    wheelchair: bool = False
    number: str = ""
    contact: str = ""
    reason: str = ""
    message_id: int | None = None

    @property
    def fields(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "deed": self.deed.value,
            "visit": self.visit_id,
            "delegate": self.delegate_id,
            "name": self.name,
            "by_name": self.by_name,
            "people": list(self.people),
            "language": self.language,
            "wheelchair": self.wheelchair,
            "number": self.number,
            "contact": self.contact,
            "reason": self.reason,
        }


def keep_seating(tx: Tx, author_id: int, draft: SeatingDraft, *, now: datetime) -> None:
    """Keep it for an hour, in the place of whatever the crew member had begun."""
    expires_at = now + DRAFT_LIFE
    drafts.put(tx, author_id, kind=SEATING, fields=draft.fields, message_id=draft.message_id, expires_at=expires_at)


def read_seating(tx: Tx, author_id: int, *, key: int | None, now: datetime) -> SeatingDraft | None:
    """The crew member's draft of this key, or of any; None when it is older than an hour or has had its word."""
    kept = drafts.read(tx, author_id, now=now)
    if kept is None or kept.kind != SEATING or key not in (None, kept.fields["key"]):
        return None
    fields = kept.fields
    return SeatingDraft(
        key=fields["key"],
        deed=Deed(fields["deed"]),
        visit_id=fields["visit"],
        delegate_id=fields["delegate"],
        name=fields["name"],
        by_name=fields["by_name"],
        people=tuple(fields["people"]),
        language=fields["language"],
        wheelchair=fields["wheelchair"],
        number=fields["number"],
        contact=fields["contact"],
        reason=fields["reason"],
        message_id=kept.message_id,
    )
