"""A roster as CSV."""

from bot.documents.sheet import Sheet
from bot.documents.table_csv import table_csv


def roster_csv(sheet: Sheet) -> bytes:
    """Return the list, one rider a row; above the columns what the list is."""
    return table_csv(sheet.columns, sheet.rows, above=(sheet.title, *sheet.above))
