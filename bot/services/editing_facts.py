"""The texts of the programme as organizers read them: what each says, who may write it, and what is missing."""

from dataclasses import dataclass

from bot.rules.authority import EVERYTHING, Right, Subject
from bot.rules.editing import CONGRESS, Place, Text, gaps, texts_of_congress, texts_of_visit, words_now
from bot.services.authority import NoAuthority, refusal, refusal_for, visits_of
from bot.services.organizers import UnknownName
from storage import Tx, congress, visits
from storage.records import Congress, Visit, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The visits that somebody may write the texts of, with the languages that each lacks words in, the worst first."""

    visits: tuple[tuple[Visit, int], ...]
    congress: int | None
    """So many are missing of the congress's own texts; None for who may not write those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Every text of a visit, or of the congress, with the facts they are shown with."""

    visit: Visit | None
    texts: tuple[Text, ...]
    congress: Congress

    @property
    def name(self) -> str:
        return CONGRESS if self.visit is None else self.visit.key


@dataclass(frozen=True, slots=True, kw_only=True)
class OneText:
    """A text, what it says, and on how many visits."""

    visit: Visit | None
    text: Text
    words: Words | None
    congress: Congress
    visits: int

    @property
    def name(self) -> str:
        return CONGRESS if self.visit is None else self.visit.key


@dataclass(frozen=True, slots=True)
class TextGone:
    """Nothing is being written any more, or the text is not in the programme any more."""


@dataclass(frozen=True, slots=True)
class UnknownText:
    """There is no such text; these are there."""

    typed: str
    known: tuple[str, ...]
    name: str


def read_gaps(tx: Tx, *, actor: int) -> Gaps | NoAuthority:
    """Return the visits that this person may write texts of, those that lack translations first."""
    fresh = congress.read(tx)
    theirs = visits_of(tx, actor, Right.TEXTS, visits.read_all(tx))
    if isinstance(theirs, NoAuthority):
        return theirs
    counted = [(visit, _missing(texts_of_visit(visit), visit, fresh)) for visit in theirs]
    whole = refusal_for(tx, actor, Right.TEXTS, EVERYTHING, name=CONGRESS) is None
    return Gaps(
        visits=tuple(sorted(counted, key=lambda each: -each[1])),
        congress=_missing(texts_of_congress(fresh), None, fresh) if whole else None,
    )


def read_texts(tx: Tx, *, actor: int, name: str) -> Texts | NoAuthority | UnknownName:
    """Return every text of a visit, or of the congress."""
    visit = _subject(tx, actor, name)
    if isinstance(visit, NoAuthority | UnknownName):
        return visit
    fresh = congress.read(tx)
    found = texts_of_congress(fresh) if visit is None else texts_of_visit(visit)
    return Texts(visit=visit, texts=found, congress=fresh)


def read_text(tx: Tx, *, actor: int, visit_id: int, text: Text) -> OneText | NoAuthority | TextGone:
    """Return one text of a visit (0: of the congress), where this person may write it."""
    visit = visits.read(tx, visit_id) if visit_id else None
    if visit_id and visit is None:
        return TextGone()
    fresh = congress.read(tx)
    if text not in (texts_of_congress(fresh) if visit is None else texts_of_visit(visit)):
        return TextGone()
    return _refused(tx, actor, visit, text, fresh) or _one(tx, visit, text, fresh)


def _subject(tx: Tx, actor: int, name: str) -> Visit | NoAuthority | UnknownName | None:
    """Return the visit that is meant; None is the congress."""
    if (refused := refusal(tx, actor, Right.TEXTS)) is not None:
        return refused
    if name.lower() == CONGRESS:
        return refusal_for(tx, actor, Right.TEXTS, EVERYTHING, name=CONGRESS)
    visit_id = visits.by_key(tx, name)
    visit = None if visit_id is None else visits.read(tx, visit_id)
    return UnknownName(name) if visit is None else refusal(tx, actor, Right.TEXTS, visit=visit) or visit


def _refused(tx: Tx, actor: int, visit: Visit | None, text: Text, fresh: Congress) -> NoAuthority | None:
    """A city's team writes its visits and its libraries; meeting points and the congress are everybody's."""
    match text.place:
        case Place.VISIT:
            assert visit is not None
            return refusal(tx, actor, Right.TEXTS, visit=visit)
        case Place.LIBRARY:
            city = fresh.libraries[text.id].city
            return refusal_for(tx, actor, Right.TEXTS, Subject(city=city), name=text.typed)
        case Place.POINT:
            return refusal_for(tx, actor, Right.TEXTS, EVERYTHING, name=text.typed)
        case Place.CONGRESS:
            return refusal_for(tx, actor, Right.TEXTS, EVERYTHING, name=CONGRESS)


def _one(tx: Tx, visit: Visit | None, text: Text, fresh: Congress) -> OneText:
    return OneText(
        visit=visit,
        text=text,
        words=words_now(text, visit, fresh),
        congress=fresh,
        visits=len(shown_on(tx, visit, text)),
    )


def shown_on(tx: Tx, visit: Visit | None, text: Text) -> tuple[Visit, ...]:
    """Return the visits on which people read the text; none of the congress's own."""
    if text.place is Place.VISIT:
        return () if visit is None else (visit,)
    if text.place is Place.CONGRESS:
        return ()
    return tuple(each for each in visits.read_all(tx) if text in texts_of_visit(each))


def _missing(texts: tuple[Text, ...], visit: Visit | None, fresh: Congress) -> int:
    return sum(len(gaps(text, words_now(text, visit, fresh), fresh.languages)) for text in texts)
