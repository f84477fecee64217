"""Lists that can be trusted: the chat, every kind of file and the numbers agree, whatever people are called."""

import re
import zipfile
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from bot.documents.sheet import Sheet
from bot.handlers.rosters import FORMS
from bot.language import load_languages
from bot.services.rosters import ListKind
from tests.house import OPEN, Running
from tests.journeys.scenes import LANGUAGES, answered, callbacks, logged, screen_after, tickets, visit_of, words_of
from tests.journeys.test_changing import book_party
from tests.journeys.test_names import DANGEROUS_IN_A_SHEET, csv_of
from tests.phone import Message, Phone
from tests.scanner import text_of

KAZAKH = "Әйгерім Ғұмарқызы Ңұрланқызы Өтеген Үкі Һ"
"""41 letters, every one that only Kazakh has."""
_CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


async def file_of(phone: Phone, form: str, *, list_: Message | None = None) -> tuple[Message, bytes]:
    """Press one of the buttons of files on the newest list; return what comes and what is in it."""
    await phone.look()
    newest = phone.messages[-1]
    await phone.tap(f"file:{form}:", message=list_)
    came = await phone.wait_for(lambda seen: seen.document is not None, newer_than=newest)
    assert came.document is not None
    return came, await phone.download(came.document)


def cells_of(workbook: bytes) -> list[list[str]]:
    """Read the first sheet as text, a row a list; a formula or a link is not allowed anywhere."""
    with zipfile.ZipFile(BytesIO(workbook)) as parts:
        names = parts.namelist()
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        strings = [
            "".join(piece.text or "" for piece in item.iter(f"{_CELL}t"))
            for item in ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        ]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not any("rels" in name and "sheet" in name for name in names)
    rows = []
    for row in ElementTree.fromstring(sheet).iter(f"{_CELL}row"):
        rows.append([strings[int(cell.findtext(f"{_CELL}v", ""))] for cell in row.iter(f"{_CELL}c")])
    return rows


def names_in(rows: list[list[str]]) -> list[str]:
    """The second cell of each row that begins with a number."""
    return [row[1] for row in rows if row and row[0].isdigit()]


def numbers_on_paper(pdf: bytes) -> list[int]:
    """The numbers of the rows of a printed list, in their order.

    The number of pages stands after "of "; a ticket's code has five signs, and once in a while all are digits.
    """
    lines = text_of(pdf).split("\n")
    return [
        int(line) for before, line in pairwise(lines) if line.isdigit() and len(line) < 5 and not before.endswith(" ")
    ]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_every_list_of_a_visit_names_the_same_riders(quick_house: Running, code: str) -> None:
    """Peers' acceptance tests 22 and 27: the printed total is the rows, in letters that are printed."""
    say = words_of(quick_house, code)
    owner = await quick_house.organizer(language=code)
    await book_party(quick_house, await quick_house.delegate(KAZAKH), "nab-am", "Zoë Ünal", "Łukasz Ő")
    for dangerous in DANGEROUS_IN_A_SHEET[:2]:
        await quick_house.book(await quick_house.delegate(dangerous), "nab-am")
    visit = await visit_of(quick_house, "nab-am")
    people = [KAZAKH, "Zoë Ünal", "Łukasz Ő", *DANGEROUS_IN_A_SHEET[:2]]
    total = say.ngettext("{n} person", "{n} people", 5).format(n=5)

    shown = await answered(owner, "/roster nab-am")
    assert [line.split(". ", 1)[1] for line in shown.text.split("\n") if re.match(r"\d+\. ", line)] == people
    assert total in shown.text
    assert say.gettext("not given out yet") in shown.text
    rows = await csv_of(owner)
    assert [row[1].removeprefix("'") for row in rows[1:]] == people
    came, workbook = await file_of(owner, "xlsx")
    assert names_in(cells_of(workbook)) == people
    assert [total] in cells_of(workbook)
    assert total in came.text
    came, pdf = await file_of(owner, "pdf")
    printed = text_of(pdf)
    assert numbers_on_paper(pdf) == [1, 2, 3, 4, 5]
    assert total in printed
    for word in " ".join(people).split():
        assert word in printed, word
    assert came.document is not None
    assert came.document.file_name == "roster-nab-am-v1.pdf"
    stats = say.gettext("Taken {taken} of {offered}, free {free}, held back {held}")
    told = await answered(owner, "/stats")
    assert visit.seats_taken == 5
    assert stats.format(taken=5, offered=90, free=85 - visit.held_back, held=visit.held_back) in told.text
    again = await answered(owner, "/roster nab-am")
    assert say.gettext("Version {version}").format(version=1) in again.text
    assert say.gettext("not given out yet") not in again.text


async def test_a_new_version_says_on_top_what_it_replaces_and_what_is_different(house: Running) -> None:
    say = words_of(house, "en")
    owner = await house.organizer()
    ann, ben = await house.delegate("Ann"), await house.delegate("Ben")
    await house.book(ann, "nab-am")
    await answered(owner, "/roster B01")
    first, _ = await file_of(owner, "pdf")
    assert first.document is not None
    assert first.document.file_name == "roster-B01-v1.pdf"
    await house.book(ben, "nab-am")
    (seat,) = await tickets(house, ann)
    card = await answered(ann, "/my")
    await ann.forge(f"give:{seat.booking.id}:{seat.booking.version}", card.message_id)
    shown = await answered(owner, "/roster B01")
    assert say.gettext("Joined: {names}").format(names="Ben") in shown.text
    assert say.gettext("Gone: {names}").format(names="Ann") in shown.text
    second, pdf = await file_of(owner, "pdf")
    assert second.document is not None
    assert second.document.file_name == "roster-B01-v2.pdf"
    printed = text_of(pdf).replace("\n", " ")
    assert "Version 2, replaces version 1" in printed
    assert "Joined: Ben" in printed
    assert "Gone: Ann" in printed
    assert numbers_on_paper(pdf) == [1]
    _, csv = await file_of(owner, "csv", list_=shown)
    assert "Version 2, replaces version 1" in csv.decode("utf-8-sig")
    assert [(line.after["form"], line.after["version"]) for line in await logged(house, "list")] == [
        ("pdf", 1),
        ("pdf", 2),
        ("csv", 2),
    ]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_city_its_waiting_list_and_its_access_needs(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner = await quick_house.organizer(language=code)
    await quick_house.book(await quick_house.delegate("Ann"), "nab-am")
    await quick_house.book(await quick_house.delegate("Ben"), "aitu-walk")
    city = await answered(owner, "/roster astana")
    assert say.ngettext("{n} person", "{n} people", 2).format(n=2) in city.text
    assert "nab-am · B01" in city.text
    waiting = await screen_after(owner, "roster:waiting:astana:0", message=city)
    assert say.gettext("Nobody waits.") in waiting.text
    needs = await screen_after(owner, "roster:access:astana:0", message=waiting)
    assert say.gettext("Nobody needs a wheelchair place.") in needs.text
    came, workbook = await file_of(owner, "xlsx")
    assert came.document is not None
    assert came.document.file_name == "access-astana-v1.xlsx"
    assert names_in(cells_of(workbook)) == []
    back = await screen_after(owner, "roster:riders:astana:0", message=needs)
    assert back.text.split("\n")[1:2] == city.text.split("\n")[1:2]
    bus = await answered(owner, "/roster B01")
    assert not any(data.startswith(f"roster:{ListKind.WAITING}") for data in callbacks(bus))
    usage = await answered(owner, "/roster")
    assert "/roster astana" in usage.text


def test_a_long_list_has_its_head_on_every_page_and_all_forms_hold_every_row() -> None:
    """Names of 64 letters without a space, which break anywhere; 200 rows on several pages."""
    say = load_languages("Asia/Almaty")["kk"]
    names = [("Ж" * 64, KAZAKH, "李小明", "=1+1")[each % 4] for each in range(200)]
    sheet = Sheet(
        say=say,
        title="Жолаушылар тізімі",
        above=("Astana", "10:00", "Нұсқа: 4", "200 адам"),
        columns=("№", "Аты-жөні", "Код"),
        rows=tuple((str(number), name, "K7PW2") for number, name in enumerate(names, 1)),
        name="roster-astana-v4",
        made_at=OPEN,
    )
    pdf = FORMS["pdf"](sheet)
    printed = text_of(pdf)
    pages = pdf.count(b"/Type /Page\n")
    assert pages > 5
    assert numbers_on_paper(pdf) == list(range(1, 201))
    assert printed.count("Нұсқа: 4") == printed.count("roster-astana-v4") == pages
    assert printed.replace("\n", "").count("Ж") >= 64 * 50
    assert names_in(cells_of(FORMS["xlsx"](sheet))) == names
    assert FORMS["csv"](sheet).decode("utf-8-sig").count("K7PW2") == 200
