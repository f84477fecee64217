"""The ticket on paper: one A4 page a booking, in Roboto, which has the Kazakh letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.documents.paper import FONT, MARGIN, blank_paper, draw_qr, has_letters
from bot.language import Language
from bot.services.booking import Ticket
from bot.texts import paper as texts
from storage.records import Congress

if TYPE_CHECKING:
    from fpdf import FPDF

_QR = 60.0  # millimetres, its quiet zone with it
_BY_HAND = "_" * 30
"""In place of a name in letters that the font has not, such as Arabic or Chinese: it is written by hand."""


def paper_ticket(
    say: Language, others: Sequence[Language], shown: Ticket, *, link: str, congress: Congress, now: datetime
) -> bytes:
    """Return the page as PDF: the facts in each of these languages, the code, who travels, and the pass as QR."""
    pdf = blank_paper()
    pdf.set_creation_date(now)
    pdf.set_title(say.words(shown.visit.title))
    pdf.set_auto_page_break(True, margin=MARGIN)
    pdf.add_page()
    ticket, code, travellers = texts.headings(say, shown)
    draw_qr(pdf, link, x=pdf.w - MARGIN - _QR, y=MARGIN, size=_QR)
    _write(pdf, f"{say.words(congress.name)} · {ticket}", size=10, beside_code=True)
    _write_facts(pdf, texts.facts(say, shown, congress=congress), size=13, beside_code=True)
    pdf.set_y(max(pdf.get_y(), MARGIN + _QR) + 4)
    _write(pdf, code, size=10)
    _write(pdf, shown.booking.code, size=34, style="B")
    _write(pdf, travellers, size=10)
    for rider in shown.booking.riders:
        _write(pdf, rider.name if has_letters(pdf, rider.name) else _BY_HAND, size=13, style="B")
    for other in others:
        pdf.ln(4)
        _write_facts(pdf, texts.facts(other, shown, congress=congress), size=11)
    pdf.ln(4)
    for line in texts.small_print(say, congress=congress, now=now):
        _write(pdf, line, size=9)
    return bytes(pdf.output())


def file_name(shown: Ticket) -> str:
    """Return such as ticket-nab-am.pdf."""
    return f"ticket-{shown.visit.key}.pdf"


def _write_facts(pdf: "FPDF", facts: Sequence[str], *, size: float, beside_code: bool = False) -> None:
    title, *rest = facts
    _write(pdf, title, size=size + 3, style="B", beside_code=beside_code)
    for line in rest:
        _write(pdf, line, size=size, beside_code=beside_code)


def _write(pdf: "FPDF", text: str, *, size: float, style: str = "", beside_code: bool = False) -> None:
    pdf.set_font(FONT, style, size)
    width = pdf.epw - _QR - 6 if beside_code else pdf.epw
    pdf.multi_cell(width, size * 0.48, text, align="L", new_x="LMARGIN", new_y="NEXT")
