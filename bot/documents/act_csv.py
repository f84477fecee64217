"""What an act came to as CSV: a line a person, safe to open in a spreadsheet as the rosters are."""

import csv
from io import StringIO

from bot.documents.roster_csv import harmless
from bot.language import Language
from bot.services.act_results import ActResult
from bot.texts.act_results import result_cells, result_columns


def act_csv(say: Language, result: ActResult) -> bytes:
    """Return the people under their columns, with a byte order mark so that Excel reads it as UTF-8."""
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(result_columns(say))
    for row in result_cells(say, result):
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")
