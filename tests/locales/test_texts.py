"""Everything the bot can say, said: in every language, of every count, of people and places with hostile names."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import storage.visits
from bot.language import LANGUAGES, Language, Languages, load_languages
from bot.rules.logbook import WORDS
from bot.services.calendar import CalendarFile
from bot.services.entries import Doer, Entry
from bot.services.programme import Applied, apply_programme
from bot.services.visits import VisitCard
from bot.simulator.markup import read_html
from bot.texts import calendar, driver, log, messages, organizers, paper, passes, tickets, visits, welcome
from storage.database import Database
from storage.records import Congress, Library, LogLine, Visit
from tests.locales.sayings import CAPTION, CAPTIONS, MESSAGE, functions, plain_limit, said
from tests.locales.world import a_world, everywhere
from tests.makers import OPEN, a_bus, a_congress, a_ticket, a_visit, shipped_programme

LINE, PARAGRAPH, PAGE = 150, 400, 3500
"""The caps of the event file (storage/programme_file/values.py)."""
OUR_TAGS = {"b", "i", "code", "blockquote"}
HOSTILE = {
    "markup": '<b>&"_*`</i>&amp;',
    "emoji": "🧑🏽‍🚀" * 9,
    "right to left": "\u200fفاطمة\u200e الزهراء",
    "turned around": "\u202eevil\u2066name",
    "longest": "Ж" * 64,
    "one letter": "Ы",
}


@pytest.fixture(scope="module")
def congress() -> Congress:
    return a_congress()


@pytest.fixture(scope="module")
def languages(congress: Congress) -> Languages:
    return load_languages(congress.zone)


@pytest.fixture(scope="module")
def shipped_visits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Visit, ...]:
    """The visits of the shipped event file, as the database hands them out."""
    return asyncio.run(_shipped_visits(tmp_path_factory.mktemp("shipped") / "visits.sqlite"))


async def _shipped_visits(path: Path) -> tuple[Visit, ...]:
    database = await Database.open(f"sqlite:///{path}")
    try:
        outcome = await database.run(apply_programme, file=shipped_programme(), digest="shipped", now=OPEN)
        assert outcome == Applied(first=True)
        return await database.read(storage.visits.read_all)
    finally:
        await database.close()


@pytest.fixture(params=LANGUAGES)
def say(request: pytest.FixtureRequest, languages: Languages) -> Language:
    return languages[request.param]


def length(text: str) -> int:
    """Return the length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def shown(html: str) -> str:
    """Return what the reader sees of Telegram's HTML; bot.simulator refuses what Telegram refuses."""
    assert set(re.findall(r"</?([a-z-]+)[^>]*>", html)) <= OUR_TAGS, html
    return read_html(html).text


def check(function: str, text: str) -> None:
    limit = plain_limit(function)
    visible = shown(text) if limit is None else text
    assert length(visible) <= (limit or (CAPTION if function in CAPTIONS else MESSAGE)), (function, visible)
    assert not re.search(r"\{\w*\}", visible), (function, visible)
    assert visible.count("\u2068") == visible.count("\u2069"), (function, visible)


@pytest.mark.parametrize("n", [1, 2, 5, 21])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_everything_can_be_said_of_anything(say: Language, text: str, n: int) -> None:
    world = a_world(n=n, text=text)
    spoken = {name: set(said(function, say, world)) for name, function in functions().items()}

    assert [name for name, texts in spoken.items() if not texts] == []
    for name, texts in spoken.items():
        for each in texts:
            check(name, each)


def test_names_read_as_they_were_typed(say: Language) -> None:
    typed = HOSTILE["markup"]
    world = a_world(n=1, text=typed)

    for name in ("companions.renamed", "messages.announcement", "tickets.ticket", "visits.card", "welcome.greeting"):
        for each in said(functions()[name], say, world):
            assert typed in shown(each), name


def test_every_shipped_visit_fits_its_messages(
    say: Language, congress: Congress, shipped_visits: tuple[Visit, ...]
) -> None:
    for visit in shipped_visits:
        ticket = a_ticket(visit, *("Ж" * 64,) * congress.rules.party_size)
        for html in (
            visits.card(say, _card(visit), congress=congress, now=OPEN),
            visits.libraries(say, visit, congress=congress),
            tickets.ticket(say, ticket, congress=congress),
            messages.evening_reminder(say, ticket, congress=congress),
        ):
            assert length(shown(html)) <= MESSAGE, visit.key


def test_a_page_of_shipped_visits_fits_a_message(
    say: Language, congress: Congress, shipped_visits: tuple[Visit, ...]
) -> None:
    for city in congress.cities.values():
        there = [visit for visit in shipped_visits if visit.city == city.id]
        html = visits.visit_list(say, city, there, held=(), congress=congress, now=OPEN)
        assert length(shown(html)) <= MESSAGE


def test_a_visit_with_every_text_at_its_cap_fits_its_messages(say: Language, congress: Congress) -> None:
    """Four stops, five buses, every tag; the event file allows no longer texts."""
    line, paragraph = everywhere("&" * LINE), everywhere("&" * PARAGRAPH)
    full = replace(
        congress,
        libraries={key: _longest(library) for key, library in congress.libraries.items()},
        kinds=dict.fromkeys(congress.kinds, line),
        tags=dict.fromkeys(congress.tags, line),
        meeting_points={key: replace(point, name=line) for key, point in congress.meeting_points.items()},
    )
    buses = [a_bus(id=each, label="B" * 12, bay="&" * 20) for each in range(5)]
    texts: dict[str, Any] = {"title": line, "about": paragraph, "bring": paragraph, "payment": paragraph}
    visit = a_visit(
        *buses, stops=tuple(congress.libraries)[:4], tags=tuple(congress.tags), price_eur=9999, tentative=True, **texts
    )
    ticket = a_ticket(visit, *("&" * 64,) * congress.rules.party_size)

    for html in (
        visits.card(say, _card(visit), congress=full, now=OPEN),
        visits.libraries(say, visit, congress=full),
        visits.visit_list(say, full.cities["astana"], [visit] * 8, held=(), congress=full, now=OPEN),
        tickets.ticket(say, ticket, congress=full),
        messages.evening_reminder(say, ticket, congress=full),
        messages.moved(say, ticket, was=OPEN, overlapping=[visit, visit], congress=full),
    ):
        assert length(shown(html)) <= MESSAGE
    plea = driver.plea(say, ticket, congress=full, now=OPEN)
    for caption in (
        driver.caption(say, [plea, plea]),
        calendar.caption(say, CalendarFile(ticket=ticket, sequence=1)),
        paper.caption(say, ticket),
        passes.qr_pass(say, ticket),
    ):
        assert length(shown(caption)) <= CAPTION


def test_the_privacy_notice_fits_a_message(say: Language, congress: Congress) -> None:
    longest = replace(congress, privacy=replace(congress.privacy, policy=everywhere("&" * PAGE)))

    for each in (congress, longest):
        assert length(shown(welcome.privacy(say, each))) <= MESSAGE


def test_the_numbers_of_many_visits_come_in_several_messages(say: Language, congress: Congress) -> None:
    visit = a_visit(*(a_bus(id=each) for each in range(4)), title=everywhere("&" * LINE))
    pages = organizers.stats(say, [visit] * 40, congress=congress, now=OPEN)

    assert all(length(shown(page)) <= MESSAGE for page in pages)
    assert sum(shown(page).count(visit.key) for page in pages) == 40


def test_the_language_is_confirmed_in_itself(languages: Languages) -> None:
    assert {code: welcome.language_set_answer(say) for code, say in languages.items()} == {
        "en": "From now on I write in English.",
        "kk": "Енді Сізге қазақша жазамын.",
        "ru": "Теперь я пишу по-русски.",
    }


def _card(visit: Visit) -> VisitCard:
    booking = a_ticket(visit).booking
    return VisitCard(visit=visit, refusal=None, own=booking)


def _longest(library: Library) -> Library:
    line, paragraph = everywhere("&" * LINE), everywhere("&" * PARAGRAPH)
    return replace(library, name=line, short=line, address=line, description=paragraph)


def test_every_act_of_the_log_has_words_of_its_own(say: Language) -> None:
    """A new act that is not worded in texts/log.py would be told as "something else"."""
    line = LogLine(id=1, at=OPEN, actor=None, action="", subject="", before={}, after={})
    said_of_acts = {
        action: log.deed(say, Entry(line=replace(line, action=action), who=Doer.BOT, kind="", what=""))
        for action in frozenset[str]().union(*WORDS.values())
    }
    assert [action for action, words in said_of_acts.items() if words == log.other_deed(say)] == []
    assert log.deed(say, Entry(line=line, who=Doer.BOT, kind="", what="")) == log.other_deed(say)
