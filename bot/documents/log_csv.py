"""The log as CSV."""

from bot.documents.table_csv import table_csv
from bot.language import Language
from bot.services.logbook import LogPage
from bot.texts.log import log_cells, log_columns


def log_csv(say: Language, page: LogPage) -> bytes:
    """Return the log, a line a row."""
    return table_csv(log_columns(say), log_cells(say, page))
