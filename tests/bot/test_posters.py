"""Posters: a page a visit, every letter printed, each code read back as the visit's own link."""

import re
import zlib
from dataclasses import replace
from typing import Any

import pytest
import segno

from bot.documents.posters import posters
from bot.language import load_languages
from bot.rules.links import visit_link
from tests.makers import LEAVES, a_congress, a_visit

CONGRESS = a_congress()
LANGUAGES = load_languages(CONGRESS.zone)
KAZAKH = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі"


def pages(pdf: bytes) -> list[str]:
    """Return what each page draws, as the PDF's operators."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    drawn = []
    for stream in streams:
        try:
            text = zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue
        if " re" in text and "BT" in text:
            drawn.append(text)
    return drawn


def modules(page: str) -> set[tuple[int, int]]:
    """Return the dark modules of the code on a page, counted from its first row and column."""
    rectangles = [tuple(map(float, found)) for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) -?([\d.]+) re", page)]
    left, top = min(each[0] for each in rectangles), max(each[1] for each in rectangles)
    width = rectangles[0][2]
    return {(round((top - y) / width), round((x - left) / width)) for x, y, _, _ in rectangles}


def code_of(link: str) -> set[tuple[int, int]]:
    matrix = segno.make(link, error="m", micro=False).matrix
    return {(down, across) for down, row in enumerate(matrix) for across, dark in enumerate(row) if dark}


def test_each_visit_has_a_page_with_its_own_code() -> None:
    visits = [a_visit(id=number, key=key) for number, key in enumerate(("nab-am", "nu-pm", "x" * 24))]
    pdf = posters(visits, languages=LANGUAGES, congress=CONGRESS, username="visits_bot")
    assert pdf.startswith(b"%PDF-")
    drawn = pages(pdf)
    links = [visit_link(visit, username="visits_bot") for visit in visits]
    assert [modules(page) for page in drawn] == [code_of(link) for link in links]
    assert code_of(links[0]) != code_of(links[1])  # or the line above would prove nothing


@pytest.mark.parametrize("title", ["Ж" * 150, KAZAKH, '<b>&"_*`</b>', "🙂 فاطمة"])
def test_every_title_is_printed_and_three_languages_stay_above_the_code(
    title: str, caplog: pytest.LogCaptureFixture
) -> None:
    words = dict.fromkeys(LANGUAGES, title)
    points = {key: replace(point, name=words) for key, point in CONGRESS.meeting_points.items()}
    congress: Any = replace(CONGRESS, meeting_points=points)
    pdf = posters([a_visit(title=words)], languages=LANGUAGES, congress=congress, username="visits_bot")
    (page,) = pages(pdf)
    tops = [float(y) for y in re.findall(r"BT [\d.]+ ([\d.]+) Td", page)]
    code_top = max(float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+) [\d.]+ -?[\d.]+ re", page))
    above = [y for y in tops if y > code_top - 5]
    assert len(above) >= 9, "three languages of a title, a time and a place"
    assert all(y > 20 for y in tops), "everything stands on the paper"
    missing = [record for record in caplog.records if "missing" in record.getMessage().lower()]
    assert bool(missing) is ("🙂" in title)


def test_times_are_the_congresss() -> None:
    from bot.texts import posters as texts

    visit = a_visit(leaves_at=LEAVES)
    assert [texts.facts(say, visit, congress=CONGRESS)[0] for say in LANGUAGES.values()] == [
        "Friday, 22 August, 13:45–18:00 (Astana time, UTC+5)",
        "22 тамыз, жұма, 13:45–18:00 (Астана уақыты, UTC+5)",
        "пятница, 22 августа, 13:45–18:00 (UTC+5, время г. Астана)",
    ]
