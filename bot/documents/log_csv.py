"""The log as CSV: a line a row, safe to open in a spreadsheet as the rosters are."""

import csv
from io import StringIO

from bot.documents.roster_csv import harmless
from bot.language import Language
from bot.services.logbook import LogPage
from bot.texts.log import log_cells, log_columns


def log_csv(say: Language, page: LogPage) -> bytes:
    """Return the lines under their columns, with a byte order mark so that Excel reads it as UTF-8."""
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(log_columns(say))
    for row in log_cells(say, page):
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")
