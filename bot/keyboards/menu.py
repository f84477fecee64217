"""The first screens and the way from anywhere: language, notice, main menu, a group's link."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import button, markup
from bot.language import LANGUAGES, Language
from bot.rules.links import group_link
from bot.texts import labels, welcome


def picker(*, then: str) -> InlineKeyboardMarkup:
    """The three languages, for somebody whose phone speaks none of them."""
    return markup([button(name, buttons.PickLanguage(code, then))] for code, name in LANGUAGES.items())


def notice(say: Language, *, then: str) -> InlineKeyboardMarkup:
    """Agree, or read the notice in another language."""
    others = [button(name, buttons.PickLanguage(code, then)) for code, name in LANGUAGES.items() if code != say.code]
    return markup([[button(welcome.agree_label(say), buttons.Agree(say.code, then))], others])


def languages(say: Language) -> InlineKeyboardMarkup:
    """The three languages, for somebody who changes theirs, and the way back."""
    rows = [[button(name, buttons.SetLanguage(code))] for code, name in LANGUAGES.items()]
    return markup([*rows, [button(labels.menu(say), buttons.Menu())]])


def menu(say: Language) -> InlineKeyboardMarkup:
    """The main menu."""
    return markup(
        [
            [button(labels.visits(say), buttons.Cities())],
            [button(labels.own(say), buttons.Own())],
            [button(labels.wheelchairs(say), buttons.ShowWheelchairs())],
            [button(labels.language(say), buttons.ChooseLanguage())],
        ]
    )


def stopped(say: Language) -> InlineKeyboardMarkup:
    """Get every message again, or the menu."""
    return markup([[button(labels.hear_all(say), buttons.HearAll())], [button(labels.menu(say), buttons.Menu())]])


def private_chat(say: Language, *, username: str) -> InlineKeyboardMarkup:
    """From a group into the private chat."""
    link = InlineKeyboardButton(labels.open_private_chat(say), url=group_link(username))
    return markup([[link]])


def close(say: Language) -> InlineKeyboardMarkup:
    """Stop what is being typed."""
    return markup([[button(labels.stop_typing(say), buttons.CloseDraft())]])


def privacy(say: Language) -> InlineKeyboardMarkup:
    """Under the policy: what one may do about one's own data."""
    return markup(
        [
            [button(labels.own_data(say), buttons.OwnData())],
            [button(labels.ask_forget(say), buttons.AskForget())],
            [button(labels.menu(say), buttons.Menu())],
        ]
    )


def ask_forget(say: Language, *, key: int) -> InlineKeyboardMarkup:
    """Delete everything or nothing; the way to see it first."""
    return markup(
        [
            [button(labels.forget(say), buttons.Forget(key))],
            [button(labels.own_data(say), buttons.OwnData())],
            [button(labels.forget_nothing(say), buttons.Menu())],
        ]
    )
