"""Texts that organizers write: choose a text, choose a language, save, take back."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import buttons
from bot.buttons import UpdateId
from bot.keyboards.layout import Row, button, markup
from bot.language import LANGUAGES, Language
from bot.rules.editing import CONGRESS
from bot.services.editing import Proposal, Saved
from bot.services.editing_facts import Gaps, OneText, Texts
from bot.texts import editing as texts
from bot.texts import labels

_MOST = 12


def text_gaps(say: Language, shown: Gaps) -> InlineKeyboardMarkup:
    """The visits, those that lack translations first, then the congress."""
    keys = [
        button(texts.gap_label(say, visit.key, n), buttons.ShowTexts(visit.key)) for visit, n in shown.visits[:_MOST]
    ]
    if shown.congress is not None:
        keys.append(button(texts.gap_label(say, CONGRESS, shown.congress), buttons.ShowTexts(CONGRESS)))
    return markup(_pairs(keys))


def all_texts(say: Language, shown: Texts) -> InlineKeyboardMarkup:
    """One button a text."""
    visit_id = 0 if shown.visit is None else shown.visit.id
    keys = [
        button(
            texts.title(say, text, congress=shown.congress),
            buttons.ShowText(visit_id, text.place, text.id, text.field),
        )
        for text in shown.texts
    ]
    return markup(_pairs(keys))


def one_text(say: Language, shown: OneText) -> InlineKeyboardMarkup:
    """Write it in one language, where it says something, or in all of them; back to the others."""
    visit_id, text = 0 if shown.visit is None else shown.visit.id, shown.text

    def write(label: str, code: str) -> Row:
        return [button(label, buttons.WriteText(visit_id, text.place, text.id, text.field, code))]

    spoken = [] if shown.words is None else [code for code in shown.congress.languages if code in LANGUAGES]
    rows = [write(f"✏️ {LANGUAGES[code]}", code) for code in spoken]
    return markup([*rows, write(labels.write_all_languages(say), ""), [_all(say, shown)]])


def proposed_text(say: Language, shown: Proposal) -> InlineKeyboardMarkup:
    """Save what is shown, or leave the text as it is."""
    save = button(labels.save_text(say), buttons.SaveText(UpdateId(shown.key)))
    return markup([[save, button(labels.leave_as_it_is(say), buttons.CloseDraft())]])


def saved_text(say: Language, done: Saved) -> InlineKeyboardMarkup:
    """Take it back, or go on to another text."""
    return markup([[button(labels.undo_text(say), buttons.UndoText(UpdateId(done.key)))], [_all(say, done.shown)]])


def _all(say: Language, shown: OneText) -> InlineKeyboardButton:
    return button(labels.all_texts(say), buttons.ShowTexts(shown.name))


def _pairs(keys: Row) -> list[Row]:
    return [keys[at : at + 2] for at in range(0, len(keys), 2)]
