"""Paper: A4 pages with letters that hold Kazakh, and QR codes drawn as they are, sharp at any size.

fpdf2 and segno are loaded with the first page, not with the bot: together they take a third of a second.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = "Roboto"
MARGIN = 15.0
"""Millimetres, as every length on a page."""


def blank_paper(*, across: bool = False) -> "FPDF":
    """Return a document of A4 pages without any page, its letters loaded: Roboto, plain and bold."""
    import font_roboto
    from fpdf import FPDF

    paper = FPDF(orientation="landscape" if across else "portrait", format="A4")
    paper.set_margin(MARGIN)
    paper.set_auto_page_break(auto=False)
    for style, file in (("", font_roboto.Roboto), ("B", font_roboto.RobotoBold)):
        paper.add_font(FONT, style, file)
    return paper


def has_letters(paper: "FPDF", text: str) -> bool:
    """Say whether all of the text can be printed: Arabic or Chinese cannot."""
    paper.set_font(FONT, "", 10)
    glyphs = getattr(paper.current_font, "cmap", {})
    return all(ord(letter) in glyphs for letter in text)


def draw_qr(paper: "FPDF", content: str, *, x: float, y: float, size: float) -> None:
    """Draw the QR code of this text on the current page: a square of `size`, its quiet zone of 4 modules included."""
    import segno

    rows = segno.make(content, error="m", micro=False).matrix_iter(border=4)
    modules = [list(row) for row in rows]
    width = size / len(modules)
    paper.set_fill_color(0)
    for down, row in enumerate(modules):
        for across, dark in enumerate(row):
            if dark:
                paper.rect(x + across * width, y + down * width, width, width, style="F")
