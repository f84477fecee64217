"""What an act came to as CSV."""

from bot.documents.table_csv import table_csv
from bot.language import Language
from bot.services.act_results import ActResult
from bot.texts.act_results import result_cells, result_columns


def act_csv(say: Language, result: ActResult) -> bytes:
    """Return whom the act touched, a person a row."""
    return table_csv(result_columns(say), result_cells(say, result))
