"""What people may be called."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules.naming import LONGEST_NAME, clean_name

RIGHT_TO_LEFT_OVERRIDE = "\u202e"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Emma Müller", "Emma Müller"),
        ("  Айгерім\n\t Серікқызы ", "Айгерім Серікқызы"),
        ('<b>&"_* \\', '<b>&"_* \\'),  # markup stays as typed: it is escaped where it is shown
        (f"Bob {RIGHT_TO_LEFT_OVERRIDE}nimda", "Bob nimda"),
        ("A\u200bnna\ufeff", "Anna"),
        ("A\x00nna", "Anna"),
        ("line\u2028break", "line break"),
        ("tab\tstop", "tab stop"),
        (FAMILY, FAMILY),  # the joiners inside an emoji stay
        ("محمد", "محمد"),
        ("e\u0301va", "éva"),  # one letter, however it was typed
        ("e\u200b\u0301va", "éva"),  # also when what kept it apart is dropped
        ("7", "7"),
        ("x" * 70, "x" * 64),
        ("x" * 63 + " y", "x" * 63),
        ("\ud800", None),  # half an emoji
        ("", None),
        (" \n ", None),
        ("\u200d\u200c", None),
        ("...!?", None),
        ("\u3164", None),  # a letter that nobody can see, popular for empty names
        ("\u115f\u1160\uffa0\u2800", None),
    ],
)
def test_a_name_is_what_a_badge_can_show(typed: str, name: str | None) -> None:
    assert clean_name(typed) == name


@given(st.text(max_size=90))
@example("e" * 63 + "\u200be\u0301")
def test_a_clean_name_is_one_visible_line_and_stays_as_it_is(typed: str) -> None:
    name = clean_name(typed)
    if name is None:
        return
    assert 1 <= len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert name.splitlines() == [name]
    assert not any(unicodedata.bidirectional(letter) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
                   for letter in name)  # fmt: skip
    name.encode()  # a database takes it
    assert clean_name(name) == name
