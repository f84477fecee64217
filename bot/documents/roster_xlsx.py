"""A roster as an Excel workbook: every cell is text, so no name becomes a formula, a number or a link."""

from io import BytesIO

from bot.documents.sheet import NAME_COLUMN, Sheet

_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "in_memory": True}
_WIDTHS = (6, 34)
"""Characters: of the number, of the name; other columns are as wide as their heading or their longest cell."""
_WIDEST = 30


def roster_xlsx(sheet: Sheet) -> bytes:
    """Return the list on one sheet: what it is above, then the columns, which stay in sight, and a rider a row.

    Printed, it is as wide as the paper, with the columns and the page's number on each page.
    """
    import xlsxwriter

    content = BytesIO()
    with xlsxwriter.Workbook(content, _TEXT_ONLY) as book:
        book.set_properties({"title": sheet.title, "created": sheet.made_at.replace(tzinfo=None)})
        bold, large = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 14})
        heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF4"}
        )
        cell = book.add_format({"text_wrap": True, "valign": "top"})
        page = book.add_worksheet(sheet.title[:31])
        page.write_string(0, 0, sheet.title, large)
        for down, line in enumerate(sheet.above, 1):
            page.write_string(down, 0, line, bold if down <= 1 else None)
        top = len(sheet.above) + 2
        for across, column in enumerate(sheet.columns):
            page.write_string(top, across, column, heading)
            page.set_column(across, across, _width(sheet, across))
        for down, row in enumerate(sheet.rows, top + 1):
            for across, text in enumerate(row):
                page.write_string(down, across, text, cell)
        page.freeze_panes(top + 1, NAME_COLUMN + 1)
        page.autofilter(top, 0, top + max(1, len(sheet.rows)), len(sheet.columns) - 1)
        page.repeat_rows(top)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L{sheet.name}&R&P / &N")
    return content.getvalue()


def _width(sheet: Sheet, across: int) -> float:
    if across < len(_WIDTHS):
        return _WIDTHS[across]
    words = max(sheet.columns[across].split(), key=len)
    return min(_WIDEST, max([len(words) + 4, *(len(row[across]) + 2 for row in sheet.rows)]))
