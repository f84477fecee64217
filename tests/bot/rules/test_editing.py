"""Texts that organizers write: what each is called, where it stands, what counts as missing."""

from dataclasses import replace

import pytest

from bot.rules.editing import Place, Text, gaps, named, texts_of_congress, texts_of_visit, with_words, words_now
from bot.rules.naming import several_lines
from tests.makers import a_congress, a_visit

ALL = ("en", "kk", "ru")
TITLE, ABOUT = Text(Place.VISIT, "", "title"), Text(Place.VISIT, "", "about")


@pytest.mark.parametrize(
    ("text", "words", "missing"),
    [
        (ABOUT, None, ()),
        (ABOUT, {"en": "One", "kk": "Бір", "ru": "Один"}, ()),
        (ABOUT, {"en": "One", "kk": "One", "ru": "Один"}, ("kk",)),
        (ABOUT, {"en": "One", "kk": "", "ru": "Один"}, ("kk",)),
        (ABOUT, {"en": "One"}, ("kk", "ru")),
        (TITLE, {"en": "10:00", "kk": "10:00", "ru": "10:00"}, ()),
        (ABOUT, {"en": "Room 5", "kk": "Room 5", "ru": "Комната 5"}, ("kk",)),
        (Text(Place.LIBRARY, "aitu", "name"), dict.fromkeys(ALL, "Astana IT University"), ()),
    ],
)
def test_a_copy_of_another_language_is_no_translation(
    text: Text, words: dict[str, str] | None, missing: tuple[str, ...]
) -> None:
    assert gaps(text, words, ALL) == missing


def test_each_text_has_a_name_of_its_own_and_says_what_is_written() -> None:
    congress, visit = a_congress(), replace(a_visit(), price_eur=5)
    for subject, texts in ((visit, texts_of_visit(visit)), (None, texts_of_congress(congress))):
        assert len({text.typed for text in texts}) == len({text.path for text in texts}) == len(texts)
        for text in texts:
            assert named(text.typed.upper(), texts) == text
            changed, whole = with_words(text, {"en": "New"}, subject, congress)
            assert words_now(text, changed, whole) == {"en": "New"}
            others = [each for each in texts if each != text]
            assert [words_now(each, changed, whole) for each in others] == [
                words_now(each, subject, congress) for each in others
            ]
    assert named("notes", texts_of_visit(visit)) == ABOUT
    assert named("policy", texts_of_congress(congress)) is None


@pytest.mark.parametrize(
    ("text", "path", "one_line", "on_tickets"),
    [
        (TITLE, "visits/title", True, True),
        (ABOUT, "visits/about", False, False),
        (Text(Place.VISIT, "", "bring"), "visits/bring", False, True),
        (Text(Place.VISIT, "", "payment"), "visits/payment", False, True),
        (Text(Place.POINT, "mp-main", "name"), "meeting_points/mp-main/name", True, True),
        (Text(Place.LIBRARY, "nab", "description"), "libraries/nab/description", False, False),
        (Text(Place.LIBRARY, "nab", "name"), "libraries/nab/name", True, False),
        (Text(Place.CONGRESS, "", "name"), "event/name", True, False),
        (Text(Place.CONGRESS, "", "sample_note"), "event/sample_note", False, False),
        (Text(Place.CONGRESS, "", "hours"), "contacts/hours", True, False),
    ],
)
def test_where_a_text_stands_how_it_is_written_and_whether_a_ticket_shows_it(
    text: Text, path: str, one_line: bool, on_tickets: bool
) -> None:
    assert (text.path, text.is_one_line, text.is_on_tickets) == (path, one_line, on_tickets)


def test_how_to_pay_is_a_text_of_a_visit_that_costs_something() -> None:
    free, paid = (
        [text.field for text in texts_of_visit(replace(a_visit(), price_eur=price)) if text.place is Place.VISIT]
        for price in (0, 5)
    )
    assert free == ["title", "about", "bring"]
    assert paid == ["title", "about", "bring", "payment"]


def test_the_note_about_samples_is_a_text_where_there_is_one() -> None:
    without, with_it = (
        [text.field for text in texts_of_congress(replace(a_congress(), sample_note=note))]
        for note in (None, {"en": "A sample."})
    )
    assert without == ["name", "desk", "place", "hours"]
    assert with_it == ["name", "sample_note", "desk", "place", "hours"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" One \r\n\n\n two\u202e\u200b ", "One\n\ntwo"),
        ("\u200b\n \u2066", None),
        ("<b>&", "<b>&"),
        ("ספרייה", "ספרייה"),
    ],
)
def test_a_paragraph_keeps_its_lines_and_nothing_that_turns_them_around(typed: str, kept: str | None) -> None:
    assert several_lines(typed) == kept
