"""Free hours as people type them, in three languages; what is none, and what was meant as some."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import LANGUAGES, load_languages
from bot.rules.gaps import DAY, Gap, NoGap, read_gap
from bot.texts.finding import hours_examples
from tests.makers import a_congress


def at(written: str) -> int:
    hour, minute = written.split(":")
    return int(hour) * 60 + int(minute)


TEN, ONE, HALF_PAST_ONE, FIVE = at("10:00"), at("13:00"), at("13:30"), at("17:00")
UNTIL_HALF_PAST_ONE = Gap(TEN, HALF_PAST_ONE)
UNDERSTOOD = {
    # any language
    "10-13:30": UNTIL_HALF_PAST_ONE,
    "10:00–13:30": UNTIL_HALF_PAST_ONE,
    "10.00 - 13.30": UNTIL_HALF_PAST_ONE,
    "1000-1330": UNTIL_HALF_PAST_ONE,
    "9-9:30": Gap(at("9:00"), at("9:30")),
    "0-24": Gap(0, DAY),
    "9-7:55": Gap(at("9:00"), at("19:55")),
    "6-7:30": Gap(at("6:00"), at("7:30")),
    "7-7": Gap(at("7:00"), at("19:00")),
    "12-5": Gap(at("12:00"), FIVE),
    # English
    "10 to 13:30": UNTIL_HALF_PAST_ONE,
    "free 10 to 13": Gap(TEN, ONE),
    "I’m free from 10 to 13:30": UNTIL_HALF_PAST_ONE,
    "between 10 and 13": Gap(TEN, ONE),
    "10am-1:30pm": UNTIL_HALF_PAST_ONE,
    "10 a.m. to 1:30 p.m.": UNTIL_HALF_PAST_ONE,
    "10-1:30": UNTIL_HALF_PAST_ONE,
    "9 to 5": Gap(at("9:00"), FIVE),
    "2-4pm": Gap(at("14:00"), at("16:00")),
    "10-13:30 pm": UNTIL_HALF_PAST_ONE,
    "0-12pm": Gap(0, at("12:00")),
    "after 14": Gap(since=at("14:00")),
    "from 9 o'clock": Gap(since=at("9:00")),
    "back by 13:00": Gap(until=ONE),
    "until 5 pm": Gap(until=FIVE),
    "until 9 pm": Gap(until=at("21:00")),
    "until 23:59": Gap(until=DAY - 1),
    "until 0:01": Gap(until=1),
    "free after 14 tomorrow": Gap(since=at("14:00")),
    "tomorrow 10:00-13:30": UNTIL_HALF_PAST_ONE,
    "free 10-11, this pm at the airport by 17": Gap(TEN, at("11:00"), FIVE),
    "I'm free 10-13:30 and must be at the airport at 17": Gap(TEN, HALF_PAST_ONE, FIVE),
    "free 10-13, airport by 17": Gap(TEN, ONE, FIVE),
    "my flight is at 17:00": Gap(due=FIVE),
    "I have some free time 10:00-13:30 tomorrow": UNTIL_HALF_PAST_ONE,
    # Russian
    "с 10 до 13:30": UNTIL_HALF_PAST_ONE,
    "свободен с 10 до 13": Gap(TEN, ONE),
    "я свободна с 10:00 по 13:30": UNTIL_HALF_PAST_ONE,
    "между 10 и 13": Gap(TEN, ONE),
    "с 2 до 5 дня": Gap(at("14:00"), FIVE),
    "после 14": Gap(since=at("14:00")),
    "до 17": Gap(until=FIVE),
    "с 10 до 13, в 17 нужно быть в аэропорту": Gap(TEN, ONE, FIVE),
    "самолет в 17": Gap(due=FIVE),
    "рейс в 17, свободна 10-13": Gap(TEN, ONE, FIVE),
    # Kazakh
    "10-нан 13:30-ға дейін": UNTIL_HALF_PAST_ONE,
    "10:00-ден 13:00-ге дейін боспын": Gap(TEN, ONE),
    "10 нан 13 ке дейін": Gap(TEN, ONE),
    "сағат 10-нан 13-ке дейін": Gap(TEN, ONE),
    "10 мен 13 арасы": Gap(TEN, ONE),
    "10-13:30 аралығында боспын": UNTIL_HALF_PAST_ONE,
    "14-тен кейін": Gap(since=at("14:00")),
    "14 кейін": Gap(since=at("14:00")),
    "кейін 14": Gap(since=at("14:00")),
    "14-ке дейін боспын, кейін рейс 17-де": Gap(until=at("14:00"), due=FIVE),
    "17-ге дейін": Gap(until=FIVE),
    "17-де әуежайда болуым керек": Gap(due=FIVE),
    "10-13:30, 17-де әуежайда болуым керек": Gap(TEN, HALF_PAST_ONE, FIVE),
}
MEANT = [
    *("13-10", "10-10", "25-30", "10:75-12", "10-24:30", "10-13-15", "10:30", "from 10 from 11", "free at 17", "10 13"),
    *("10:60-13", "9 to 8", "after 24", "until 0", "pm 5", "10, airport at 17", "must be free from 10 and from 11"),
    *("10-13-17 airport", "must be at the airport at 17-18"),
    *("с 13 до 10", "до 25", "13-тен 10-ға дейін", "10-13, 9-де әуежайда болуым керек"),
]
"""Times, and nothing that can be kept."""
OTHERWISE = [
    *(
        "",
        " ",
        "hello",
        "6",
        "10",
        "No. 6",
        "№6",
        "Public library 6",
        "6 балалар кітапханасы",
        "библиотека 6",
        "1-2 libraries",
        "- 6",
    ),
    *("free", "свободна", "does the bus leave after 17:00", "is the bus back by 13:00"),
    *("+7 7172 000 000", "7172 000 000", "when does the 10:30 bus leave", "is there a bus at 17:00", "🙂", "10" * 100),
    *("'; DROP TABLE visits; --", "<b>10</b>", "B01", "nab-am", "10/13", "x" * 4096),
]


@pytest.mark.parametrize(("typed", "gap"), UNDERSTOOD.items())
def test_hours_are_understood(typed: str, gap: Gap) -> None:
    assert read_gap(typed) == gap
    assert read_gap(f"  {typed.upper()}! ") == gap


@pytest.mark.parametrize("typed", MEANT)
def test_hours_that_make_no_gap_are_told_from_other_texts(typed: str) -> None:
    assert read_gap(typed) == NoGap()


@pytest.mark.parametrize("typed", OTHERWISE)
def test_another_text_is_not_about_hours(typed: str) -> None:
    assert read_gap(typed) is None


def test_a_long_text_is_not_about_hours() -> None:
    longest = "10-13:30" + "." * 112
    assert read_gap(longest) == UNTIL_HALF_PAST_ONE
    assert read_gap(longest + ".") is None


@given(st.integers(0, DAY - 2), st.integers(1, DAY))
def test_every_gap_written_in_full_is_read(since: int, until: int) -> None:
    typed = f"{since // 60:02}:{since % 60:02}-{until // 60:02}:{until % 60:02}"
    found = read_gap(typed)
    if since < until:
        assert found == Gap(since, until)
    else:  # "10:00-01:30" is half past one in the afternoon
        assert found in (NoGap(), Gap(since, until + DAY // 2))


@given(st.text(max_size=60) | st.from_regex(r"[0-9 :.\-апдоfrt]{0,20}", fullmatch=True))
def test_whatever_is_typed_gives_a_possible_gap_or_none(typed: str) -> None:
    found = read_gap(typed)
    assert not isinstance(found, Gap) or (found.is_possible and found != Gap())


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_examples_that_people_are_shown_are_understood(code: str) -> None:
    say = load_languages(a_congress().zone)[code]
    assert [read_gap(example) for example in hours_examples(say)] == [
        UNTIL_HALF_PAST_ONE,
        UNTIL_HALF_PAST_ONE,
        Gap(TEN, HALF_PAST_ONE, FIVE),
    ]
