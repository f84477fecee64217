"""The list of registered people: brought by organizers as a file; a delegate says whose number is theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot.rules.authority import Right
from bot.rules.registered import (
    MOST_WRONG_NUMBERS,
    WRONG_NUMBERS_FOR,
    Difference,
    ListFault,
    PeopleList,
    difference,
    read_people,
)
from bot.services.authority import NoAuthority, refusal
from bot.services.drafts import DRAFT_LIFE
from bot.services.importing import ImportGone, KeptFile
from bot.services.listed import row_of_number
from storage import Tx, delegates, drafts, log, registered
from storage.turns import take_turn

LIST_SHOWN = "people-shown"
"""The draft whose list has been compared and waits for its answer."""
NUMBER = "number"
"""The draft that expects a registration number."""
WRONG_NUMBER = "wrong number"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodList:
    """A list without a fault; `digest` identifies its file."""

    people: PeopleList
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownList:
    """What the list would change. `changed` when it is not what the person was shown before."""

    difference: Difference
    people: int
    """How many stand on the new list."""
    ignored: tuple[str, ...] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class SameList:
    """Everybody stands as the list says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImported:
    """The list is in use, with so many people on it; what it changed, in numbers."""

    people: int
    new: int
    changed: int
    gone: int


@dataclass(frozen=True, slots=True)
class NumberIsYours:
    """The number belongs to this person, from now or from before."""

    number: str


@dataclass(frozen=True, slots=True)
class NumberRefused:
    """Nobody free has this number: it is not listed, or another account has it. `left` tries are left today."""

    left: int
    taken: bool


@dataclass(frozen=True, slots=True)
class TooManyNumbers:
    """This person has said too many wrong numbers today."""


def understand_list(content: bytes) -> UnderstoodList | tuple[ListFault, ...]:
    """Read a list, or say everything that is wrong with it."""
    read = read_people(content)
    return UnderstoodList(people=read, digest=sha256(content).hexdigest()) if isinstance(read, PeopleList) else read


def show_list(
    tx: Tx,
    *,
    actor: int,
    delegate_id: int,
    understood: UnderstoodList,
    file_id: str,
    name: str,
    key: int,
    now: datetime,
) -> ShownList | SameList | NoAuthority:
    """Say what the list would change, and keep for an hour where its file lies. It changes nothing yet."""
    if (refused := refusal(tx, actor, Right.IMPORT)) is not None:
        return refused
    shown = _shown(tx, understood)
    if isinstance(shown, ShownList):
        fields = {"key": key, "file": file_id, "name": name, "digest": understood.digest}
        drafts.put(tx, delegate_id, kind=LIST_SHOWN, fields=fields, message_id=None, expires_at=now + DRAFT_LIFE)
    return shown


def kept_list(
    tx: Tx, *, actor: int, delegate_id: int, key: int, now: datetime, cause: str
) -> KeptFile | ListImported | ImportGone | NoAuthority:
    """Return where the list that was shown lies; ListImported for a repeat of the tap that has applied it."""
    if (refused := refusal(tx, actor, Right.IMPORT)) is not None:
        return refused
    if (done := log.outcome_of(tx, cause)) is not None:
        return ListImported(**done)
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != LIST_SHOWN or draft.fields["key"] != key:
        return ImportGone()
    return KeptFile(file_id=draft.fields["file"], name=draft.fields["name"], digest=draft.fields["digest"])


def look_again_at_list(tx: Tx, *, actor: int, understood: UnderstoodList) -> ShownList | SameList | NoAuthority:
    """Say what the list would change by now."""
    return refusal(tx, actor, Right.IMPORT) or _shown(tx, understood)


def import_list(
    tx: Tx, *, actor: int, understood: UnderstoodList, seen: str, now: datetime, cause: str
) -> ListImported | ShownList | SameList | NoAuthority:
    """Put this list in the place of the one that stands, if it still does what the person has seen.

    Whoever has said their number keeps it as long as it is listed; their seats are nobody's concern here.
    """
    if (refused := refusal(tx, actor, Right.IMPORT)) is not None:
        return refused
    take_turn(tx)  # of two lists at once the second is compared with the first
    if (outcome := log.outcome_of(tx, cause)) is not None:
        return ListImported(**outcome)
    shown = _shown(tx, understood)
    if isinstance(shown, SameList):
        return shown
    found = shown.difference
    if found.fingerprint != seen:
        return ShownList(difference=found, people=shown.people, ignored=shown.ignored, changed=True)
    registered.remove(tx, (row.id for row in found.gone))
    for row, person in found.changed:
        registered.change(tx, row.id, person)
    registered.add(tx, found.new, now=now)
    done = {"people": shown.people, "new": len(found.new), "changed": len(found.changed), "gone": len(found.gone)}
    log.write(
        tx, at=now, actor=actor, action="people list", subject="registered:", after=done, outcome=done, cause=cause
    )
    return ListImported(**done)


def begin_number(tx: Tx, *, delegate_id: int, now: datetime) -> None:
    """Begin to ask for the registration number."""
    drafts.put(tx, delegate_id, kind=NUMBER, fields={}, message_id=None, expires_at=now + DRAFT_LIFE)


def say_number(
    tx: Tx, *, delegate_id: int, typed: str, now: datetime, cause: str
) -> NumberIsYours | NumberRefused | TooManyNumbers:
    """Make a listed number this person's, or say that it is not; who has one keeps it. One account has a number.

    After five wrong ones in a day nothing is looked up any more. A repeat of `cause` answers the same.
    """
    person = delegates.lock(tx, delegate_id)
    own = registered.of_delegate(tx, delegate_id)
    if own is not None:
        return NumberIsYours(own.person.number)
    done: Mapping[str, Any] | None = log.outcome_of(tx, cause)
    if done is not None and "left" in done:
        return NumberRefused(left=done["left"], taken=done["taken"])
    assert person.telegram_id is not None
    wrong = log.count(tx, action=WRONG_NUMBER, actor=person.telegram_id, since=now - WRONG_NUMBERS_FOR)
    if wrong >= MOST_WRONG_NUMBERS:
        return TooManyNumbers()
    subject = f"delegate:{delegate_id}"
    row = row_of_number(tx, typed, lock=True)
    if row is None or not registered.join(tx, row.id, delegate_id=delegate_id, now=now):
        refused = NumberRefused(left=MOST_WRONG_NUMBERS - wrong - 1, taken=row is not None)
        outcome = {"left": refused.left, "taken": refused.taken}
        log.write(
            tx, at=now, actor=person.telegram_id, action=WRONG_NUMBER, subject=subject, outcome=outcome, cause=cause
        )
        return refused
    delegates.change(tx, delegate_id, registration=row.person.number)
    drafts.end(tx, delegate_id)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="number",
        subject=subject,
        outcome={"registered": row.id},
        cause=cause,
    )
    return NumberIsYours(row.person.number)


def _shown(tx: Tx, understood: UnderstoodList) -> ShownList | SameList:
    found = difference(registered.read_all(tx), understood.people)
    if found.is_empty:
        return SameList()
    return ShownList(difference=found, people=len(understood.people.people), ignored=understood.people.ignored)
