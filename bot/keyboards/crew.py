"""What who gives out roles taps: a role to take back, and whether to."""

from telegram import InlineKeyboardMarkup

from bot import buttons
from bot.keyboards.layout import button, markup
from bot.language import Language
from bot.services.crew import Member
from bot.texts import crew as texts


def crew(say: Language, members: tuple[Member, ...]) -> InlineKeyboardMarkup:
    """A button for each role that the reader may take back, with its number in the list."""
    return markup(
        [
            [button(texts.revoke_label(say, member, number=number), buttons.AskRevoke(member.held.id))]
            for number, member in enumerate(members, start=1)
            if member.revocable
        ]
    )


def ask_revoke(say: Language, member: Member) -> InlineKeyboardMarkup:
    """Take the role back, or leave it."""
    return markup(
        [
            [button(texts.revoke_now_label(say), buttons.Revoke(member.held.id))],
            [button(texts.keep_label(say), buttons.ShowCrew())],
        ]
    )
