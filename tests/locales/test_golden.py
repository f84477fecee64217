"""What comes by itself reads as in golden/, to the letter, so that a change of wording is seen in review.

After a wanted change: python -m tests.locales.test_golden
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.language import LANGUAGES, Language, load_languages
from bot.texts import messages, tickets
from storage.records import MeetingPoint
from tests.makers import LEAVES, a_bus, a_congress, a_ticket, a_visit

FOLDER = Path(__file__).with_name("golden")
POINT = MeetingPoint(
    id="mp-main",
    name={
        "en": "Congress Center, main entrance",
        "kk": "Конгресс-орталық, бас кіреберіс",
        "ru": "Конгресс-центр, главный вход",
    },
    latitude=51.088,
    longitude=71.419,
    verified=False,
)


def letters(say: Language) -> dict[str, str]:
    """Each message by its name: two people on bus B03, an identity document needed, the visit not yet confirmed."""
    congress = replace(a_congress(), meeting_points={POINT.id: POINT})
    visit = a_visit(a_bus(), tentative=True)
    later = a_visit(
        id=18,
        mode="walk",
        title={"en": "Children's library", "kk": "Балалар кітапханасы", "ru": "Детская библиотека"},
        leaves_at=LEAVES + timedelta(hours=2),
    )
    ticket = a_ticket(visit, "Aigerim Omarova", "فاطمة الزهراء")
    return {
        "ticket": tickets.ticket(say, ticket, congress=congress),
        "evening": messages.evening_reminder(say, ticket, congress=congress),
        "departure": messages.departure_reminder(say, ticket, congress=congress),
        "moved": messages.moved(
            say, ticket, was=LEAVES - timedelta(minutes=15), overlapping=[later], congress=congress
        ),
    }


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["ticket", "evening", "departure", "moved"])
def test_what_comes_by_itself_reads_as_agreed(name: str, code: str) -> None:
    say = load_languages("Asia/Almaty")[code]

    assert letters(say)[name] + "\n" == (FOLDER / f"{name}.{code}.txt").read_text(encoding="utf-8")


def write() -> None:
    """Write every message anew."""
    for code, say in load_languages("Asia/Almaty").items():
        for name, text in letters(say).items():
            (FOLDER / f"{name}.{code}.txt").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
