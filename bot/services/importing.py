"""The event file leaves and comes by the chat: as it stands, and as an organizer has changed it."""

from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256

from bot.rules.authority import Right
from bot.services.authority import NoAuthority, refusal
from bot.services.drafts import DRAFT_LIFE
from bot.services.programme import carry_out, plan_programme
from bot.services.programme_changes import Comparison, moves_clocks
from bot.services.programme_now import stand
from storage import Tx, congress, drafts, log, visits
from storage.programme_file import Fault, ProgrammeFile, read_programme, write_programme
from storage.records import Congress

IMPORT = "import"
"""The draft that waits for a file."""
IMPORT_SHOWN = "import-shown"
"""The draft whose file has been compared and waits for its answer."""
LARGEST_FILE = 1024 * 1024
"""Bytes; the shipped event file has a tenth of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The event file as things stand, as TOML, and which version of the programme it is."""

    congress_id: str
    version: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A file without a fault; `digest` identifies its text."""

    file: ProgrammeFile
    digest: str


@dataclass(frozen=True, slots=True)
class NoText:
    """The file is not UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Every fault of a file, in the order of its lines."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class NothingNew:
    """Nothing in the file differs from what stands."""


@dataclass(frozen=True, slots=True)
class OtherZone:
    """The file's clocks run in another time zone than those of the running bot."""

    zone: str


@dataclass(frozen=True, slots=True)
class ImportGone:
    """The file that was shown is not kept any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the file would change. `changed` when it is not what the person was shown before."""

    comparison: Comparison
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """The file is in use. What it has changed is None for a repeat."""

    comparison: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """Where the file that was shown lies at Telegram, and what its text must still be."""

    file_id: str
    name: str
    digest: str


def export_programme(tx: Tx, *, actor: int, now: datetime) -> Export | NoAuthority:
    """Return the event file as it stands now: what organizers have changed is in it."""
    if (refused := refusal(tx, actor, Right.EXPORT)) is not None:
        return refused
    fresh = congress.read(tx)
    stored = congress.stored(tx)
    assert stored is not None
    _, standing = stand(tx, stored[1])
    at = now.astimezone(timezone(fresh.utc_offset)).strftime("%Y-%m-%d %H:%M")
    heading = f"{fresh.id}, version {fresh.version}, as it stood at {at}.\nChange it and send it to the bot."
    return Export(congress_id=fresh.id, version=fresh.version, text=write_programme(standing, heading=heading))


def understand(content: bytes, *, source: str) -> Understood | NoText | Faults:
    """Read an event file, or say everything that is wrong with it. `source` is its name, for the places."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return NoText()
    file = read_programme(text, source=source)
    if isinstance(file, ProgrammeFile):
        return Understood(file=file, digest=sha256(text.encode()).hexdigest())
    return Faults(faults=tuple(file))


def begin_import(tx: Tx, *, delegate_id: int, now: datetime) -> None:
    """Begin to wait for a file."""
    drafts.put(tx, delegate_id, kind=IMPORT, fields={}, message_id=None, expires_at=now + DRAFT_LIFE)


def show_import(
    tx: Tx, *, actor: int, delegate_id: int, understood: Understood, file_id: str, name: str, key: int, now: datetime
) -> Shown | NothingNew | OtherZone | NoAuthority:
    """Say what the file would change, and keep for an hour where it lies, under this key. It changes nothing yet."""
    if (refused := refusal(tx, actor, Right.IMPORT)) is not None:
        return refused
    compared = _compared(tx, understood)
    if isinstance(compared, Comparison) and compared.can_be_planned:
        drafts.end(tx, delegate_id)  # the act that follows keeps the file, nothing more is asked for
    if isinstance(compared, Comparison) and not compared.harms:
        drafts.put(
            tx,
            delegate_id,
            kind=IMPORT_SHOWN,
            fields={"key": key, "file": file_id, "name": name, "digest": understood.digest},
            message_id=None,
            expires_at=now + DRAFT_LIFE,
        )
    return Shown(comparison=compared) if isinstance(compared, Comparison) else compared


def kept_import(
    tx: Tx, *, actor: int, delegate_id: int, key: int, now: datetime, cause: str
) -> KeptFile | NothingNew | Imported | ImportGone | NoAuthority:
    """Return where the file that was shown lies; Imported for a repeat of the tap that has applied it."""
    if (refused := refusal(tx, actor, Right.IMPORT)) is not None:
        return refused
    if log.outcome_of(tx, cause) is not None:
        return Imported(None)
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != IMPORT_SHOWN or draft.fields["key"] != key:
        return ImportGone()
    fields, stored = draft.fields, congress.stored(tx)
    if stored is not None and stored[0] == fields["digest"]:
        return NothingNew()
    return KeptFile(file_id=fields["file"], name=fields["name"], digest=fields["digest"])


def look_again(tx: Tx, *, actor: int, understood: Understood) -> Shown | NothingNew | OtherZone | NoAuthority:
    """Say what the file would change by now."""
    if (refused := refusal(tx, actor, Right.IMPORT)) is not None:
        return refused
    compared = _compared(tx, understood)
    return Shown(comparison=compared) if isinstance(compared, Comparison) else compared


def import_programme(
    tx: Tx, *, actor: int, understood: Understood, seen: str, now: datetime, cause: str
) -> Imported | Shown | NothingNew | OtherZone | NoAuthority:
    """Apply the file, if it still does what the person has seen: the comparison with this fingerprint.

    Shown, with nothing applied, when somebody has changed something meanwhile, or when it would harm booked people.
    """
    if (refused := refusal(tx, actor, Right.IMPORT)) is not None:
        return refused
    last = congress.applied(tx)
    assert last is not None
    if log.outcome_of(tx, cause) is not None:
        return Imported(None)
    if last[0] == understood.digest:
        return NothingNew()
    document = understood.file.model_dump(mode="json")
    if moves_clocks(last[1], document):
        return OtherZone(understood.file.event.timezone)
    current = visits.lock(tx, [visit.id for visit in visits.read_all(tx)])
    plan = plan_programme(tx, last=last[1], document=document, current={visit.key: visit for visit in current.values()})
    compared = plan.comparison
    if compared.harms or compared.fingerprint != seen:
        return Shown(comparison=compared, changed=compared.fingerprint != seen)
    carry_out(tx, plan, document, digest=understood.digest, actor=actor, cause=cause, now=now)
    return Imported(compared)


def current_congress(tx: Tx) -> Congress:
    """Return the congress as the database has it now."""
    return congress.read(tx)


def _compared(tx: Tx, understood: Understood) -> Comparison | NothingNew | OtherZone:
    stored = congress.stored(tx)
    assert stored is not None
    if stored[0] == understood.digest:
        return NothingNew()
    document = understood.file.model_dump(mode="json")
    if moves_clocks(stored[1], document):
        return OtherZone(understood.file.event.timezone)
    current = {visit.key: visit for visit in visits.read_all(tx)}
    plan = plan_programme(tx, last=stored[1], document=document, current=current)
    return NothingNew() if plan.comparison.is_empty else plan.comparison
