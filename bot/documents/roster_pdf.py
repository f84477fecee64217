"""A roster on paper: A4 across, the heading on every page, names wrapped rather than cut, a box to tick."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.documents.paper import FONT, MARGIN, blank_paper, has_letters
from bot.documents.sheet import NAME_COLUMN, Sheet
from bot.texts import roster_files as texts

if TYPE_CHECKING:
    from fpdf import FPDF

_BOX = 8.0
_NUMBER = 10.0
_LINE = 5.0
_FOOT = 10.0
_SIZE = 10.0
_SMALL = 8.0
_NAME_SHARE = 2.6
"""The name's column is so many times as wide as another."""
_LINE_FOR_WORD = "_" * 10
_PAGES = "{nb}"
"""fpdf2 puts the number of pages here at the end."""


def roster_pdf(sheet: Sheet) -> bytes:
    """Return the list as PDF. What it is and what is different stand on top; version and time on every page."""
    pdf = blank_paper(across=True)
    pdf.set_creation_date(sheet.made_at)
    pdf.set_title(sheet.title)
    pdf.alias_nb_pages(_PAGES)
    _Printer(pdf, sheet).print()
    return bytes(pdf.output())


class _Printer:
    """Prints one sheet, row by row, and begins a page where a row does not fit any more."""

    def __init__(self, pdf: "FPDF", sheet: Sheet) -> None:
        self._pdf = pdf
        self._sheet = sheet
        others = len(sheet.columns) - 2
        room = pdf.w - 2 * MARGIN - _BOX - _NUMBER
        other = room / (others + _NAME_SHARE)
        self._widths = [_NUMBER, other * _NAME_SHARE, *[other] * others]
        self._page = 0
        self._lacks_letters = False

    def print(self) -> None:
        """Print all."""
        self._begin_page()
        for row in self._sheet.rows:
            self._row(row)
        if self._lacks_letters:
            self._text(texts.missing_letters(self._sheet.say), size=_SMALL)

    def _begin_page(self) -> None:
        pdf, sheet = self._pdf, self._sheet
        pdf.add_page()
        self._page += 1
        what, moment, version, count, *more = sheet.above
        if self._page == 1:
            self._text(f"{sheet.title} · {what}", size=14, style="B")
            self._text(f"{moment} · {version} · {count}", size=_SIZE, style="B")
            for line in more:
                self._text(line, size=_SIZE)
        else:
            self._text(f"{sheet.title} · {what} · {moment} · {version} · {count}", size=_SMALL, style="B")
        pdf.ln(2)
        at = pdf.get_y()
        pdf.set_font(FONT, "", _SMALL)
        pdf.set_xy(MARGIN, pdf.h - MARGIN)
        pdf.cell(pdf.w - 2 * MARGIN, 4, texts.page_line(sheet.say, page=self._page, pages=_PAGES), align="R")
        pdf.set_xy(MARGIN, pdf.h - MARGIN)
        pdf.cell(pdf.w - 2 * MARGIN, 4, sheet.name)
        pdf.set_xy(MARGIN, at)
        self._cells(sheet.columns, size=_SMALL, style="B", box=False)

    def _row(self, row: Sequence[str]) -> None:
        name = row[NAME_COLUMN]
        if not has_letters(self._pdf, name):
            self._lacks_letters = True
            row = [*row[:NAME_COLUMN], self._legible(name), *row[NAME_COLUMN + 1 :]]
        self._cells(row, size=_SIZE, style="", box=True)

    def _cells(self, row: Sequence[str], *, size: float, style: str, box: bool) -> None:
        pdf = self._pdf
        pdf.set_font(FONT, style, size)
        wrapped = [self._wrapped(text, width) for text, width in zip(row, self._widths, strict=True)]
        height = max(map(len, wrapped)) * _LINE + 1
        if box and pdf.get_y() + height > pdf.h - MARGIN - _FOOT / 2:
            self._begin_page()
            pdf.set_font(FONT, style, size)
        top, left = pdf.get_y(), MARGIN + _BOX
        if box:
            pdf.rect(MARGIN + 1, top + 1.2, 3.6, 3.6)
        for lines, width in zip(wrapped, self._widths, strict=True):
            for down, line in enumerate(lines):
                pdf.set_xy(left, top + 0.5 + down * _LINE)
                pdf.cell(width, _LINE, line)
            left += width
        pdf.set_draw_color(190)
        pdf.line(MARGIN, top + height, pdf.w - MARGIN, top + height)
        pdf.set_draw_color(0)
        pdf.set_xy(MARGIN, top + height)

    def _wrapped(self, text: str, width: float) -> list[str]:
        if self._pdf.get_string_width(text) <= width - 2 * self._pdf.c_margin:
            return [text]
        lines = self._pdf.multi_cell(width, _LINE, text, dry_run=True, output="LINES", align="L")
        assert isinstance(lines, list)
        return [str(line) for line in lines]

    def _text(self, text: str, *, size: float, style: str = "") -> None:
        text = self._legible(text)
        self._pdf.set_font(FONT, style, size)
        self._pdf.multi_cell(0, size * 0.48, text, align="L", new_x="LMARGIN", new_y="NEXT")

    def _legible(self, text: str) -> str:
        """Return the text with a line in place of each word whose letters the font has not."""
        words = text.replace("→", "–").split(" ")
        return " ".join(word if has_letters(self._pdf, word) else _LINE_FOR_WORD for word in words)
