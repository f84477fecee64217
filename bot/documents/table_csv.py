"""A table as CSV: UTF-8 that Excel opens, and no cell that a spreadsheet takes for a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
"""OWASP ASVS 5, 1.2.10, and the carriage return."""


def table_csv(columns: Sequence[str], rows: Iterable[Sequence[str]], *, above: Sequence[str] = ()) -> bytes:
    """Return the rows under their columns, with a byte order mark so that Excel reads it as UTF-8.

    What is to stand `above` the columns is a line a row, and an empty row.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for line in above:
        writer.writerow([_harmless(line)])
    if above:
        writer.writerow([])
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Return the text with an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
