"""A button of an old card, or a forged one: answered kindly, the menu shown, nothing done."""

from telegram import Update

from bot import keyboards
from bot.context import Context
from bot.screen import Screen, show
from bot.texts import welcome


async def answer_old_button(update: Update, context: Context) -> None:
    """Say that the button is from before and show where to go on."""
    screen = Screen(welcome.menu(context.say, context.congress), keyboards.menu(context.say))
    await show(update, context, screen, answer=welcome.old_button_answer(context.say))
