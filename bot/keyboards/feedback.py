"""After a visit: the scores in one row, and a line of words."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import Row, button, markup
from bot.language import Language
from bot.rules.feedback import SCORES
from bot.services.feedback import Said
from bot.texts import labels


def feedback(say: Language, shown: Said) -> InlineKeyboardMarkup:
    """One tap is the score, the one given is marked; then a comment can be added."""
    given = None if shown.said is None else shown.said.score
    row = [
        button(labels.score(score, chosen=score == given), buttons.Rate(shown.booking_id, score)) for score in SCORES
    ]
    rows: list[Row] = [row]
    if shown.said is not None:
        rows.append([button(labels.add_comment(say), buttons.AddComment(shown.booking_id))])
        rows.append([button(labels.menu(say), buttons.Menu())])
    return markup(rows)
