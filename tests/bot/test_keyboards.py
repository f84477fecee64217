"""A keyboard says of itself, in fewer steps, what python-telegram-bot would say of it."""

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import button, markup, share

ROWS = [
    [button("Sign up: just me", buttons.Book(17, 3, 1)), button("Тіркелу", buttons.ShowVisit(17))],
    [],
    [share("Tell a colleague", link="https://t.me/visits_bot?start=v_nab-am", words="Come & see «Ұлы дала»")],
]


def test_a_keyboard_is_told_as_the_librarys_own() -> None:
    own = InlineKeyboardMarkup([row for row in ROWS if row])
    assert markup(ROWS).to_dict() == own.to_dict()
    assert markup(ROWS) == own


def test_a_button_of_another_kind_is_not_lost_in_silence() -> None:
    strange = markup([[InlineKeyboardButton("Pay", pay=True)]])
    with pytest.raises(AssertionError):
        strange.to_dict()
