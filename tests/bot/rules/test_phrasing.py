"""The phrasebook's grammar: what fills which gap, what does not, and that what is kept reads back the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.phrasing import (
    EXAMPLES,
    LONGEST_BAY,
    LONGEST_PLACE,
    MOST_MINUTES,
    MOST_PHRASES,
    PHRASES,
    BadGap,
    Gap,
    Saying,
    TooMuch,
    UnknownPhrase,
    example_of,
    is_phrased,
    read_phrases,
    written,
)

HOUR = 60
BUSES = {"b01": "B01", "b02": "B02"}


@pytest.mark.parametrize("key", PHRASES)
def test_the_example_of_each_phrase_is_one_that_works(key: str) -> None:
    found = read_phrases(example_of(key), buses={value.lower(): value for value in EXAMPLES.values()})
    assert found == (Saying(key, tuple(EXAMPLES[gap] for gap in PHRASES[key])),)


@pytest.mark.parametrize(
    ("text", "sayings"),
    [
        ("#id", (Saying("id"),)),
        ("#LATE b01 15", (Saying("late", ("B01", "15")),)),
        ("#late b01 015  #id\n#hat", (Saying("late", ("B01", "15")), Saying("id"), Saying("hat"))),
        ("#come 9.05 the hall, door 2", (Saying("come", ("09:05", "the hall, door 2")),)),
        ("#meet Gate #3 on the left", (Saying("meet", ("Gate",)), None)),
        ("#late B01 1", (Saying("late", ("B01", "1")),)),
        ("#late B01 240", (Saying("late", ("B01", "240")),)),
        ("#here B01 " + "x" * 12, (Saying("here", ("B01", "x" * 12)),)),
        ("#meet " + "x" * 60, (Saying("meet", ("x" * 60,)),)),
        ("#id " * 6, (Saying("id"),) * 6),
        ("#call +7 7172 000 000", (Saying("call", ("+7 7172 000 000",)),)),
    ],
)
def test_words_fill_gaps_in_order_and_the_last_takes_the_rest(text: str, sayings: tuple[Saying | None, ...]) -> None:
    found = read_phrases(text, buses=BUSES)
    if None in sayings:
        assert found == UnknownPhrase("3")  # a mark within a place would begin another phrase: it is named
    else:
        assert found == sayings


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("#nonsense", UnknownPhrase("nonsense", ("nophotos", "nolunch"))),
        ("#lunc", UnknownPhrase("lunc", ("lunch", "nolunch", "lunchat"))),
        ("#", UnknownPhrase("")),
        ("#late", BadGap("late", Gap.BUS)),
        ("#late B01", BadGap("late", Gap.MINUTES)),
        ("#late B99 15", BadGap("late", Gap.BUS, "B99")),
        ("#late B01 soon", BadGap("late", Gap.MINUTES, "soon")),
        ("#late B01 0", BadGap("late", Gap.MINUTES, "0")),
        ("#late B01 ²", BadGap("late", Gap.MINUTES, "²")),
        ("#late B01 ٣", BadGap("late", Gap.MINUTES, "٣")),
        ("#here B01", BadGap("here", Gap.BAY)),
        ("#meet", BadGap("meet", Gap.PLACE)),
        ("#late B01 241", BadGap("late", Gap.MINUTES, "241")),
        ("#late B01 15 minutes", TooMuch("late", "minutes")),
        ("#id please", TooMuch("id", "please")),
        ("#leaves B01 24:00", BadGap("leaves", Gap.TIME, "24:00")),
        ("#call me", BadGap("call", Gap.PHONE, "me")),
        ("#here B01 " + "x" * 13, BadGap("here", Gap.BAY, "x" * 13)),
        ("#meet " + "x" * (LONGEST_PLACE + 1), BadGap("meet", Gap.PLACE, "x" * (LONGEST_PLACE + 1))),
        ("#id " * (MOST_PHRASES + 1), TooMuch("id", "")),
    ],
)
def test_what_does_not_fit_is_named(text: str, wrong: UnknownPhrase | BadGap | TooMuch) -> None:
    found = read_phrases(text, buses=BUSES)
    if isinstance(wrong, UnknownPhrase):
        assert isinstance(found, UnknownPhrase)
        assert found.key == wrong.key
        assert set(wrong.near) <= set(found.near)
    else:
        assert found == wrong


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("u", ()),
        ("la", ("late", "lastcall", "umbrella")),
        ("comb", ("coach", "cool", "comedown", "come")),
        ("rella", ("return", "umbrella")),
        ("xyz", ()),
    ],
)
def test_near_are_those_that_begin_alike_or_have_it_within_and_one_letter_is_too_little(
    key: str, near: tuple[str, ...]
) -> None:
    found = read_phrases(f"#{key}")
    assert isinstance(found, UnknownPhrase)
    assert sorted(found.near) == sorted(near)


def test_a_missing_bus_is_missed_where_any_label_is_right_too() -> None:
    assert read_phrases("#late") == BadGap("late", Gap.BUS)
    assert read_phrases("#late B99 15") == (Saying("late", ("B99", "15")),)


def test_what_fills_the_gaps_is_known_by_their_names_and_each_gap_is_filled() -> None:
    assert Saying("late", ("B01", "15")).named() == {"bus": "B01", "minutes": "15"}
    assert Saying("id").named() == {}
    with pytest.raises(ValueError, match="shorter"):
        Saying("late", ("B01",)).named()


def test_the_limits_are_those_that_fit_a_phone() -> None:
    assert (MOST_PHRASES, LONGEST_PLACE, LONGEST_BAY, MOST_MINUTES) == (6, 60, 12, 4 * HOUR)


def test_only_what_begins_with_the_mark_names_phrases() -> None:
    assert is_phrased("#id")
    assert not is_phrased("Bring your #id")


gaps = {
    Gap.BUS: st.sampled_from(["B01", "B02"]),
    Gap.BAY: st.from_regex(r"[A-Z]{1,3}", fullmatch=True),
    Gap.MINUTES: st.integers(1, 240).map(str),
    Gap.TIME: st.sampled_from(["00:00", "09:05", "23:59"]),
    Gap.PHONE: st.sampled_from(["112", "+7 (7172) 00-00"]),
    Gap.PLACE: st.from_regex(r"[A-Za-zӘәҚқЁё0-9,.-]{1,20}( [A-Za-z0-9]{1,10}){0,3}", fullmatch=True),
}
some = st.sampled_from(sorted(PHRASES)).flatmap(
    lambda key: st.tuples(*(gaps[gap] for gap in PHRASES[key])).map(lambda values: Saying(key, values))
)


@given(st.lists(some, min_size=1, max_size=MOST_PHRASES))
def test_what_is_kept_reads_back_the_same(sayings: list[Saying]) -> None:
    assert read_phrases(written(sayings), buses=BUSES) == tuple(sayings)
    assert read_phrases(written(sayings)) == tuple(sayings)
