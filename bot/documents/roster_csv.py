"""A roster as CSV: UTF-8 that Excel opens, and no cell that a spreadsheet takes for a formula."""

import csv
from io import StringIO

from bot.documents.sheet import Sheet

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
"""OWASP ASVS 5, 1.2.10, and the carriage return."""


def roster_csv(sheet: Sheet) -> bytes:
    """Return the list, one rider a row, with a byte order mark so that Excel reads it as UTF-8.

    Above the columns what the list is, a line a row, and an empty row.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for line in (sheet.title, *sheet.above):
        writer.writerow([harmless(line)])
    writer.writerow([])
    writer.writerow(sheet.columns)
    for row in sheet.rows:
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Return the text with an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
