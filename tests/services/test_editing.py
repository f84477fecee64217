"""Texts that organizers write: who may, what fits, nothing is written over unseen, event files keep their meaning."""

from typing import Any

import pytest

from bot.rules.authority import Right
from bot.rules.editing import Place, Text
from bot.services import editing, editing_facts
from bot.services.authority import NoAuthority
from bot.services.booking import Booked, book_seat
from bot.services.finding import find_named
from bot.services.history import story_of
from bot.services.importing import Export, NothingNew, Understood, export_programme, show_import, understand
from bot.services.programme import apply_programme
from storage import Tx, congress, grants, log, tables, visits
from storage.database import Database
from storage.records import Grant, Role
from tests.makers import OPEN
from tests.services.world import OWNER, Document, World, document, programme, settle, table, visit_of

NOTE = Text(Place.LIBRARY, "nab", "description")
TITLE, ABOUT, BRING = (Text(Place.VISIT, "", field) for field in ("title", "about", "bring"))
NAME, DESK = Text(Place.LIBRARY, "nab", "name"), Text(Place.CONGRESS, "", "desk")
POINT = Text(Place.POINT, "mp-main", "name")
CITY = 1  # Telegram ids of the world's people
OTHER = 2


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def propose(tx: Tx, /, who: int, text: Text, language: str, typed: str, *, key: int, actor: int = OWNER) -> Any:
    """Show a new text of nab-am, or of the congress."""
    visit_id = 0 if text.place is Place.CONGRESS else visit_of(tx, "nab-am").id
    return editing.propose_text(
        tx,
        actor=actor,
        delegate_id=who,
        visit_id=visit_id,
        text=text,
        language=language,
        typed=typed,
        key=key,
        now=OPEN,
    )


def save(tx: Tx, /, who: int, *, key: int, at: int, actor: int = OWNER) -> Any:
    return editing.save_text(tx, actor=actor, delegate_id=who, key=key, undo_key=at, now=OPEN, cause=f"update/{at}")


def undo(tx: Tx, /, *, key: int, at: int, actor: int = OWNER) -> Any:
    return editing.undo_text(tx, actor=actor, key=key, undo_key=at, now=OPEN, cause=f"update/{at}")


def write(tx: Tx, /, who: int, text: Text, language: str, typed: str, *, key: int = 1) -> Any:
    """Show and save a new text."""
    assert isinstance(propose(tx, who, text, language, typed, key=key), editing.Proposal)
    done = save(tx, who, key=key, at=key + 1)
    assert isinstance(done, editing.Saved)
    return done


def said(tx: Tx, text: Text) -> Any:
    shown = editing_facts.read_text(
        tx, actor=OWNER, visit_id=0 if text.place is Place.CONGRESS else visit_of(tx, "nab-am").id, text=text
    )
    assert isinstance(shown, editing_facts.OneText)
    return shown.words


def cards(tx: Tx) -> int:
    return sum(row.kind == "card" for row in tx.execute(tables.outbox.select()))


@pytest.mark.parametrize("text", [TITLE, NAME, DESK, POINT], ids=lambda text: text.typed)
async def test_a_text_is_saved_logged_and_taken_back(database: Database, world: World, text: Text) -> None:
    before = await database.read(said, text)
    done = await database.run(write, world.people[0], text, "kk", "  Жаңа\u202e \n мәтін ", key=5)
    assert await database.read(said, text) == {**before, "kk": "Жаңа мәтін"}
    assert (done.was, done.now) == ({"kk": before["kk"]}, {"kk": "Жаңа мәтін"})
    (line,) = await database.read(log.of_action, "text")
    assert (line.actor, line.after) == (
        OWNER,
        {"text": text.typed, "languages": ["kk"], "words": {"kk": "Жаңа мәтін"}},
    )
    assert isinstance(await database.run(save, world.people[0], key=5, at=6), editing.Saved)  # the update once more
    assert len(await database.read(log.of_action, "text")) == 1
    back = await database.run(undo, key=done.key, at=9)
    assert isinstance(back, editing.Saved)
    assert await database.read(said, text) == before
    again = await database.run(undo, key=back.key, at=10)
    assert again.now == {"kk": "Жаңа мәтін"}


async def test_the_second_of_two_writes_over_nothing_that_was_not_seen(database: Database, world: World) -> None:
    one, two, _ = world.people
    await database.run(grants.give, OTHER, Grant(Role.ORGANIZER), now=OPEN)
    before = await database.read(said, TITLE)
    await database.run(propose, one, TITLE, "ru", "Первый", key=1)
    await database.run(propose, two, TITLE, "ru", "Второй", key=2, actor=OTHER)
    await database.run(propose, world.people[2], TITLE, "kk", "Басқа", key=3)
    assert isinstance(await database.run(save, two, key=2, at=4, actor=OTHER), editing.Saved)
    late = await database.run(save, one, key=1, at=5)
    assert isinstance(late, editing.Proposal)
    assert late.shown.words is not None
    assert (late.by, late.shown.words["ru"], late.new) == ("Person 2", "Второй", {"ru": "Первый"})
    assert isinstance(await database.run(save, one, key=1, at=6), editing_facts.TextGone)  # the old button
    assert (await database.read(said, TITLE))["ru"] == "Второй"
    assert isinstance(await database.run(undo, key=5, at=7), editing_facts.TextGone)
    assert isinstance(await database.run(save, world.people[2], key=3, at=8), editing.Saved)  # another language
    assert isinstance(await database.run(save, one, key=late.key, at=9), editing.Saved)  # seen by now
    stale = await database.run(undo, key=4, at=10, actor=OTHER)
    assert isinstance(stale, editing.Meanwhile)
    assert await database.read(said, TITLE) == {**before, "ru": "Первый", "kk": "Басқа"}


async def test_without_the_comparison_the_first_text_is_lost(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what the guard compares is what keeps the other's words."""
    one, two, _ = world.people
    await database.run(propose, one, TITLE, "ru", "Первый", key=1)
    await database.run(propose, two, TITLE, "ru", "Второй", key=2)
    await database.run(save, two, key=2, at=4)
    monkeypatch.setattr(editing, "_is_unseen", lambda words, codes, seen: False)
    assert isinstance(await database.run(save, one, key=1, at=5), editing.Saved)
    assert (await database.read(said, TITLE))["ru"] == "Первый"


@pytest.mark.parametrize(
    ("text", "typed", "length", "most"),
    [
        (TITLE, "x" * 151, 151, 150),
        (NOTE, "x" * 401, 401, 400),
        (TITLE, " \u200b\u202e ", 0, 0),
        (DESK, "\n\n", 0, 0),
    ],
)
async def test_what_the_event_file_could_not_have_is_refused_with_its_limit(
    database: Database, world: World, text: Text, typed: str, length: int, most: int
) -> None:
    refused = await database.run(propose, world.people[0], text, "en", typed, key=1)
    assert isinstance(refused, editing.BadText)
    assert (refused.length, refused.most, refused.language) == (length, most, "en")


async def test_a_text_that_nobody_has_written_is_written_in_all_languages(database: Database, world: World) -> None:
    def forget_it(tx: Tx) -> None:
        visits.set_words(tx, visit_of(tx, "nab-am").id, "bring", None)

    await database.run(forget_it)
    who = world.people[0]
    refused = await database.run(propose, who, BRING, "kk", "Қолшатыр", key=1)
    assert isinstance(refused, editing.BadText)
    assert refused.missing == ("en", "ru")
    done = await database.run(write, who, BRING, "", "en: An umbrella\nkk: Қолшатыр\nru: Зонт", key=2)
    assert (done.was, done.now) == (None, {"en": "An umbrella", "kk": "Қолшатыр", "ru": "Зонт"})
    back = await database.run(undo, key=done.key, at=9)
    assert back.now is None
    assert await database.read(said, BRING) is None


async def test_a_citys_team_writes_its_visits_and_libraries_alone(database: Database, world: World) -> None:
    await database.run(grants.give, CITY, Grant(Role.CITY, "astana"), now=OPEN)
    await database.run(grants.give, OTHER, Grant(Role.CITY, "almaty"), now=OPEN)
    who = world.people[0]
    for text in (TITLE, NAME):
        assert isinstance(await database.run(propose, who, text, "en", "X", key=1, actor=CITY), editing.Proposal)
        assert isinstance(await database.run(propose, who, text, "en", "X", key=1, actor=OTHER), NoAuthority)
    for text in (POINT, DESK):
        assert isinstance(await database.run(propose, who, text, "en", "X", key=1, actor=CITY), NoAuthority)
    await database.run(propose, who, TITLE, "en", "X", key=1, actor=CITY)
    held = await database.read(grants.everybody)
    await database.run(grants.take_back, next(each.id for each in held if each.telegram_id == CITY))
    assert isinstance(await database.run(save, who, key=1, at=2, actor=CITY), NoAuthority)
    assert (await database.read(said, TITLE))["en"] != "X"
    assert isinstance(await database.run(undo, key=2, at=3, actor=CITY), NoAuthority)


async def test_tickets_that_show_it_are_renewed_and_others_are_not(database: Database, world: World) -> None:
    def book(tx: Tx) -> None:
        visit = visit_of(tx, "nab-am")
        booked = book_seat(
            tx,
            delegate_id=world.people[1],
            visit_id=visit.id,
            visit_version=visit.version,
            congress=world.congress,
            now=OPEN,
            cause="book",
        )
        assert isinstance(booked, Booked)

    await database.run(book)
    version = (await database.read(visit_of, "nab-am")).version
    for number, (text, shown) in enumerate([(ABOUT, 0), (NAME, 0), (DESK, 0), (TITLE, 1)]):
        typed = "\n".join(f"{code}: New {number}" for code in ("en", "kk", "ru"))
        await database.run(write, world.people[0], text, "", typed, key=10 * (number + 1))
        assert await database.read(cards) == shown, text
    assert (await database.read(visit_of, "nab-am")).version == version  # nobody is moved by a word


async def test_a_visit_is_found_by_its_new_names_in_any_script(database: Database, world: World) -> None:
    def finds(tx: Tx, typed: str) -> list[str]:
        found = find_named(tx, typed=typed, delegate_id=world.people[0], congress=congress.read(tx), now=OPEN)
        return [] if found is None else [visit.key for visit in found.visits]

    assert "nab-am" not in await database.read(finds, "Quasarium")
    await database.run(write, world.people[0], NAME, "ru", "Квазариум", key=1)
    assert "nab-am" in await database.read(finds, "Quazarium")
    await database.run(write, world.people[0], TITLE, "en", "Zeppelinfeld", key=11)
    assert await database.read(finds, "Цеппелинфельд") == ["nab-am"]


async def test_why_tells_of_the_texts_of_a_visit_and_of_its_libraries(database: Database, world: World) -> None:
    await database.run(write, world.people[0], NAME, "en", "New name", key=1)
    await database.run(write, world.people[0], TITLE, "en", "New title", key=11)

    def texts_in(tx: Tx, name: str) -> list[Any]:
        story = story_of(tx, actor=OWNER, name=name, congress=congress.read(tx), now=OPEN)
        assert story is not None
        assert not isinstance(story, NoAuthority)
        lines = [fact.entry.line for fact in story.facts if hasattr(fact, "entry")]
        return [line.after["text"] for line in lines if line.action == "text"]

    assert await database.read(texts_in, "nab-am") == ["nab/name", "title"]
    assert await database.read(texts_in, "aitu-walk") == []


# The event file.


def exported(tx: Tx) -> str:
    given = export_programme(tx, actor=OWNER, now=OPEN)
    assert isinstance(given, Export)
    return given.text


def shown(tx: Tx, who: int, text: str) -> Any:
    understood = understand(text.encode(), source="event.toml")
    assert isinstance(understood, Understood), understood
    return show_import(
        tx, actor=OWNER, delegate_id=who, understood=understood, file_id="f", name="event.toml", key=1, now=OPEN
    )


def bring(tx: Tx, of: Document, digest: str) -> Any:
    return apply_programme(tx, file=programme(of), digest=digest, now=OPEN)


async def test_an_export_has_the_new_texts_and_changes_nothing_when_it_comes_back(
    database: Database, world: World
) -> None:
    who = world.people[0]
    for number, text in enumerate((TITLE, NAME, DESK, POINT)):
        await database.run(write, who, text, "kk", f'Жаңа "{number}" <b>', key=10 * (number + 1))
    file = await database.read(exported)
    assert all(f'Жаңа "{number}" <b>'.replace('"', '\\"') in file for number in range(4))
    assert isinstance(await database.run(shown, who, file), NothingNew)


async def test_a_file_that_says_as_the_last_one_did_keeps_the_new_texts(database: Database, world: World) -> None:
    who = world.people[0]
    for number, text in enumerate((TITLE, NAME, DESK)):
        await database.run(write, who, text, "kk", f"Жаңа {number}", key=10 * (number + 1))
    changed = document()
    table(changed, "visits", "nab-am")["title"]["ru"] = "Из файла"
    table(changed, "libraries", "nab")["name"]["ru"] = "Из файла"
    table(changed, "buses", "B01")["plate"] = "777 ABC 01"
    for digest in ("second", "third"):
        await database.run(bring, changed, digest)
        title, name, desk = [await database.read(said, text) for text in (TITLE, NAME, DESK)]
        assert (title["kk"], title["ru"]) == ("Жаңа 0", "Из файла")
        assert (name["kk"], name["ru"]) == ("Жаңа 1", "Из файла")
        assert desk["kk"] == "Жаңа 2"


async def test_a_file_that_says_otherwise_is_named_and_obeyed(database: Database, world: World) -> None:
    who = world.people[0]
    old = await database.read(exported)
    before = await database.read(said, TITLE)
    for number, text in enumerate((TITLE, NAME, DESK)):
        await database.run(write, who, text, "kk", f"Жаңа {number}", key=10 * (number + 1))
    assert isinstance(await database.run(shown, who, old), NothingNew)
    changed = document()
    table(changed, "visits", "nab-am")["title"]["kk"] = "Файлдан"
    table(changed, "libraries", "nab")["name"]["kk"] = "Файлдан"
    file = (await database.read(exported)).replace("Жаңа 0", "Файлдан").replace("Жаңа 2", "Файлдан")
    compared = (await database.run(shown, who, file)).comparison
    assert compared.words == ("nab-am",)
    assert compared.sections == ("contacts",)
    assert compared.rewritten == ("nab-am title kk", "contacts desk kk")
    await database.run(bring, changed, "second")
    title, name, desk = [await database.read(said, text) for text in (TITLE, NAME, DESK)]
    assert (title["kk"], name["kk"], desk["kk"]) == ("Файлдан", "Файлдан", "Жаңа 2")
    assert title["en"] == before["en"]
    assert (await database.read(congress.texts)).keys() == {"contacts/desk"}


async def test_gaps_come_first(database: Database, world: World) -> None:
    def copy_it(tx: Tx) -> None:
        visit = visit_of(tx, "karaganda-day")
        visits.set_words(tx, visit.id, "about", dict.fromkeys(("en", "kk", "ru"), "Only in English."))

    await database.run(copy_it)
    found = await database.read(editing_facts.read_gaps, actor=OWNER)
    assert isinstance(found, editing_facts.Gaps)
    first, missing = found.visits[0]
    assert (first.key, missing) == ("karaganda-day", 2)
    assert found.congress == 0
    await database.run(grants.give, OTHER, Grant(Role.CITY, "almaty"), now=OPEN)
    theirs = await database.read(editing_facts.read_gaps, actor=OTHER)
    assert isinstance(theirs, editing_facts.Gaps)
    assert {visit.city for visit, _ in theirs.visits} == {"almaty"}
    assert theirs.congress is None
    assert isinstance(await database.read(editing_facts.read_gaps, actor=3), NoAuthority)


def test_the_right_is_called_as_its_command() -> None:
    assert Right("texts") is Right.TEXTS
