"""Posters to print: one A4 page a visit, in three languages, with a QR code that opens the visit in the bot."""

from collections.abc import Iterable

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from bot.documents.paper import FONT, MARGIN, blank_paper, draw_qr
from bot.language import Language, Languages
from bot.rules.links import visit_link
from bot.texts import posters as texts
from storage.records import Congress, Visit

_QR = 95.0
_QR_TOP = 165.0
_LONG_TITLE = 60
"""Characters; longer titles are set smaller, so that three languages stay above the code."""


def posters(visits: Iterable[Visit], *, languages: Languages, congress: Congress, username: str) -> bytes:
    """Return a PDF with a page for each of these visits."""
    paper = blank_paper()
    paper.set_title(congress.name["en"])
    for visit in visits:
        paper.add_page()
        for say in languages.values():
            _tell(paper, say, visit, congress)
        link = visit_link(visit, username=username)
        draw_qr(paper, link, x=(paper.w - _QR) / 2, y=_QR_TOP, size=_QR)
        paper.set_y(_QR_TOP + _QR)
        _line(paper, link.removeprefix("https://"), size=12, style="B", align="C")
        for say in languages.values():
            _line(paper, texts.scan(say), size=11, align="C")
    return bytes(paper.output())


def _tell(paper: FPDF, say: Language, visit: Visit, congress: Congress) -> None:
    title = texts.title(say, visit)
    _line(paper, title, size=15 if len(title) > _LONG_TITLE else 20, style="B")
    for fact in texts.facts(say, visit, congress=congress):
        _line(paper, fact, size=12)
    paper.ln(5)


def _line(paper: FPDF, text: str, *, size: float, style: str = "", align: str = "L") -> None:
    paper.set_font(FONT, style, size)
    paper.multi_cell(paper.w - 2 * MARGIN, size * 0.45, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
