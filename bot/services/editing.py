"""Organizers write the texts of the programme: what is said in each language, a new text shown, saved, taken back.

A text of a visit stands in the visit's row, every other one beside the event file (`congress.texts`). Nobody writes
over what they have not seen: what the text said rides with the draft, and is compared under the lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.authority import Right
from bot.rules.editing import Place, Text, with_words
from bot.rules.naming import one_line, several_lines
from bot.rules.wording import texts_of
from bot.services.authority import NoAuthority, refusal
from bot.services.cards import renew_visit
from bot.services.drafts import DRAFT_LIFE
from bot.services.editing_facts import OneText, TextGone, read_text, shown_on
from bot.services.entries import Doer, entries_of
from bot.services.programme import PROGRAMME
from storage import Tx, congress, drafts, log, visits
from storage.programme_file import EmptyText, LongText, checked_text
from storage.records import Congress, Visit, Words
from storage.turns import take_turn

WRITE = "text"
"""The draft that waits for a new text."""
WRITTEN = "text-shown"
"""The draft whose new text has been shown and waits to be saved."""
EDITED = "text"
"""What the log calls it."""
_LOGGED = 80
"""So much of a text is kept in its line of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A new text is waited for: in this language, or in all of them where it is empty."""

    shown: OneText
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A new text as it was written and what it would take the place of. Nothing is saved yet."""

    shown: OneText
    new: Words
    key: int
    by: str | Doer | None = None
    """Who has changed it since it was shown: what it says now is another text."""

    @property
    def seen(self) -> tuple[Visit | None, Congress]:
        """Return visit and congress as people will see them."""
        words = {**(self.shown.words or {}), **self.new}
        return with_words(self.shown.text, words, self.shown.visit, self.shown.congress)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadText:
    """The words cannot stand there: empty or too long (in this language), or not in each language."""

    shown: OneText
    language: str
    length: int = 0
    most: int = 0
    """So long it is and may be, where it is too long."""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SameText:
    """That is what the text says already."""

    shown: OneText


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The text says this from now on. `was` is None where it said nothing; `key` takes it back."""

    shown: OneText
    was: Words | None
    now: Words | None
    key: int
    renewed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """It was not taken back: somebody has changed it since."""

    shown: OneText
    by: str | Doer


def ask_text(
    tx: Tx, *, actor: int, delegate_id: int, visit_id: int, text: Text, language: str, now: datetime
) -> Asked | NoAuthority | TextGone:
    """Begin to wait for the new text in this language, or in all of them (empty): where it says nothing yet."""
    shown = read_text(tx, actor=actor, visit_id=visit_id, text=text)
    if not isinstance(shown, OneText):
        return shown
    language = _wait_for(tx, delegate_id, shown, language, now=now)
    return Asked(shown=shown, language=language)


def propose_typed(
    tx: Tx, *, actor: int, delegate_id: int, typed: str, key: int, now: datetime
) -> Proposal | BadText | SameText | NoAuthority | TextGone:
    """Take the words for the text that is waited for, and show what they would change."""
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind not in (WRITE, WRITTEN):
        return TextGone()
    return propose_text(
        tx,
        actor=actor,
        delegate_id=delegate_id,
        visit_id=draft.fields["visit"],
        text=_text(draft.fields["text"]),
        language=draft.fields["language"],
        typed=typed,
        key=key,
        now=now,
    )


def propose_text(
    tx: Tx,
    *,
    actor: int,
    delegate_id: int,
    visit_id: int,
    text: Text,
    language: str,
    typed: str,
    key: int,
    now: datetime,
) -> Proposal | BadText | SameText | NoAuthority | TextGone:
    """Keep the new text for an hour, under this key, to be saved as it is shown; in all languages where none is named.

    Refused where the event file could not have it: empty, too long, or missing in a language.
    """
    shown = read_text(tx, actor=actor, visit_id=visit_id, text=text)
    if not isinstance(shown, OneText):
        return shown
    new = _new_words(shown, language, typed)
    if isinstance(new, BadText):
        _wait_for(tx, delegate_id, shown, language, now=now)
        return new
    if new == _only(shown.words, new):
        return SameText(shown=shown)
    drafts.put(
        tx,
        delegate_id,
        kind=WRITTEN,
        fields={
            **_which(shown),
            "language": language,
            "new": new,
            "was": _only(shown.words, new),
            "key": key,
        },
        message_id=None,
        expires_at=now + DRAFT_LIFE,
    )
    return Proposal(shown=shown, new=new, key=key)


def proposal_of(tx: Tx, *, actor: int, delegate_id: int, key: int, now: datetime) -> Proposal | NoAuthority | TextGone:
    """Return the new text that waits under this key, beside what the text says now; nothing is saved."""
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != WRITTEN or draft.fields["key"] != key:
        return TextGone()
    fields = draft.fields
    shown = read_text(tx, actor=actor, visit_id=fields["visit"], text=_text(fields["text"]))
    return Proposal(shown=shown, new=fields["new"], key=key) if isinstance(shown, OneText) else shown


def save_text(
    tx: Tx, *, actor: int, delegate_id: int, key: int, undo_key: int, now: datetime, cause: str
) -> Saved | Proposal | NoAuthority | TextGone:
    """Let the text say what waits under this key, if it still says what its writer has seen.

    Else a Proposal with who has changed it, to be saved anew under `undo_key` over what it says now: a second tap on
    the same button writes over nothing. A repeat of `cause` changes nothing.
    """
    done = log.outcome_of(tx, cause)
    if done is not None:
        return _repeated(tx, actor, done)
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != WRITTEN or draft.fields["key"] != key:
        return TextGone()
    fields = draft.fields
    text, new = _text(fields["text"]), fields["new"]
    _lock(tx, fields["visit"], text)
    shown = read_text(tx, actor=actor, visit_id=fields["visit"], text=text)
    if not isinstance(shown, OneText):
        return shown
    if _is_unseen(shown.words, new, fields["was"]):
        kept = {**fields, "was": _only(shown.words, new), "key": undo_key}
        drafts.put(tx, delegate_id, kind=WRITTEN, fields=kept, message_id=draft.message_id, expires_at=now + DRAFT_LIFE)
        return Proposal(shown=shown, new=new, key=undo_key, by=_last_writer(tx, shown))
    drafts.end(tx, delegate_id)
    return _write(
        tx, shown, {**(shown.words or {}), **new}, codes=tuple(new), actor=actor, key=undo_key, now=now, cause=cause
    )


def undo_text(
    tx: Tx, *, actor: int, key: int, undo_key: int, now: datetime, cause: str
) -> Saved | Meanwhile | NoAuthority | TextGone:
    """Let the text say again what it said before the save of this key, if nobody has changed it since."""
    if (refused := refusal(tx, actor, Right.TEXTS)) is not None:
        return refused
    done = log.outcome_of(tx, cause)
    if done is not None:
        return _repeated(tx, actor, done)
    saved = _edit(tx, key)
    if saved is None:
        return TextGone()
    text = _text(saved["text"])
    _lock(tx, saved["visit"], text)
    shown = read_text(tx, actor=actor, visit_id=saved["visit"], text=text)
    if not isinstance(shown, OneText):
        return shown
    codes = saved["codes"]
    now_said, was = shown.words, saved["was"]
    if _is_unseen(now_said, codes, _only(saved["now"], codes)):
        return Meanwhile(shown=shown, by=_last_writer(tx, shown))
    others = {code: said for code, said in (now_said or {}).items() if code not in codes}
    back = None if was is None else {**others, **_only(was, codes)}
    return _write(tx, shown, back, codes=tuple(codes), actor=actor, key=undo_key, now=now, cause=cause)


def text_of_save(tx: Tx, *, actor: int, key: int) -> OneText | NoAuthority | TextGone:
    """Return the text that was saved under this key, as it is now."""
    saved = _edit(tx, key)
    if saved is None:
        return TextGone()
    return read_text(tx, actor=actor, visit_id=saved["visit"], text=_text(saved["text"]))


def _text(fields: list[str]) -> Text:
    place, key, field = fields
    return Text(Place(place), key, field)


def _only(words: Words | None, codes: Mapping[str, Any] | list[str]) -> dict[str, str]:
    return {} if words is None else {code: words[code] for code in codes if code in words}


def _wait_for(tx: Tx, delegate_id: int, shown: OneText, language: str, *, now: datetime) -> str:
    """Let what the person types next be this text; return in which language, nothing for all of them."""
    if shown.words is None or language not in shown.congress.languages:
        language = ""
    fields = {**_which(shown), "language": language}
    drafts.put(tx, delegate_id, kind=WRITE, fields=fields, message_id=None, expires_at=now + DRAFT_LIFE)
    return language


def _which(shown: OneText) -> dict[str, Any]:
    text = shown.text
    return {"visit": 0 if shown.visit is None else shown.visit.id, "text": [text.place, text.id, text.field]}


def _is_unseen(words: Words | None, codes: Mapping[str, Any] | list[str], seen: Mapping[str, str]) -> bool:
    """Say whether the text says something else by now, in one of these languages, than its writer has seen."""
    return _only(words, codes) != seen


def _new_words(shown: OneText, language: str, typed: str) -> dict[str, str] | BadText:
    """Return the words in each language that was written, as the event file would keep them."""
    written = {language: typed} if language else texts_of(typed)
    if not language or shown.words is None:
        missing = tuple(code for code in shown.congress.languages if code not in written)
        if missing:
            return BadText(shown=shown, language=language, missing=missing)
    new = {}
    for code in written if language else shown.congress.languages:
        tidied = one_line(written[code], longest=len(typed)) if shown.text.is_one_line else several_lines(written[code])
        checked = checked_text(shown.text.section, shown.text.field, tidied or "")
        match checked:
            case LongText(length, most):
                return BadText(shown=shown, language=code, length=length, most=most)
            case EmptyText():
                return BadText(shown=shown, language=code)
            case kept:
                new[code] = kept
    return new


def _lock(tx: Tx, visit_id: int, text: Text) -> None:
    if text.place is Place.VISIT:
        visits.lock(tx, [visit_id])
    else:
        take_turn(tx)  # an import has it too


def _write(
    tx: Tx,
    shown: OneText,
    words: Words | None,
    *,
    codes: tuple[str, ...],
    actor: int,
    key: int,
    now: datetime,
    cause: str,
) -> Saved:
    text, visit, was = shown.text, shown.visit, shown.words
    if text.place is Place.VISIT:
        assert visit is not None
        visits.set_words(tx, visit.id, text.field, words)
    else:
        assert words is not None
        congress.put_text(tx, text.path, words)
    renewed = [each for each in shown_on(tx, visit, text) if each.seats_taken] if text.is_on_tickets else []
    for each in renewed:
        renew_visit(tx, each, now=now)
    log.write(
        tx,
        at=now,
        actor=actor,
        action=EDITED,
        subject=_logged_as(shown),
        before=_logged(text, was, codes),
        after=_logged(text, words, codes),
        outcome={
            **_which(shown),
            "codes": list(codes),
            "key": key,
            "was": None if was is None else dict(was),
            "now": None if words is None else dict(words),
        },
        cause=cause,
    )
    after, fresh = with_words(text, words, visit, congress.read(tx))
    return Saved(
        shown=OneText(visit=after, text=text, words=words, congress=fresh, visits=shown.visits),
        was=None if was is None else _only(was, list(codes)),
        now=None if words is None else _only(words, list(codes)),
        key=key,
        renewed=sum(each.seats_taken for each in renewed),
    )


def _logged_as(shown: OneText) -> str:
    """Return what a line of the log is about: the visit, or the text itself where several visits show it."""
    if shown.text.place is Place.VISIT:
        assert shown.visit is not None
        return f"visit:{shown.visit.id}"
    return f"{EDITED}:{shown.text.path}"


def _logged(text: Text, words: Words | None, codes: tuple[str, ...]) -> dict[str, Any]:
    said = {code: each[:_LOGGED] for code, each in _only(words, list(codes)).items()}
    return {"text": text.typed, "languages": list(codes), "words": said}


def _last_writer(tx: Tx, shown: OneText) -> str | Doer:
    """Return who has changed the text last: by hand, or with an event file."""
    by_hand = [line for line in log.about(tx, [_logged_as(shown)]) if line.action == EDITED]
    lines = [line for line in by_hand if line.after.get("text") == shown.text.typed]
    lines += log.of_action(tx, PROGRAMME)
    newest = max(lines, key=lambda line: line.id)
    return entries_of(tx, [newest])[0].who


def _edit(tx: Tx, key: int) -> Mapping[str, Any] | None:
    """Return what the save of this update did; None for an update that saved no text."""
    outcome = log.outcome_of(tx, f"update/{key}")
    return outcome if isinstance(outcome, Mapping) and {"text", "codes", "was", "now"} <= outcome.keys() else None


def _repeated(tx: Tx, actor: int, done: Any) -> Saved | NoAuthority | TextGone:
    shown = read_text(tx, actor=actor, visit_id=done["visit"], text=_text(done["text"]))
    if not isinstance(shown, OneText):
        return shown
    codes = done["codes"]
    return Saved(
        shown=shown,
        was=None if done["was"] is None else _only(done["was"], codes),
        now=None if done["now"] is None else _only(done["now"], codes),
        key=done["key"],
        renewed=0,
    )
