"""The bot's own library, python-telegram-bot, takes the stand-in for Telegram."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from bot.simulator import Simulator
from tests.phone import Answer, Phone, Telegram
from tests.simulator.conftest import TOKEN, Dial

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Book", callback_data="book:1")]])


def library_bot(simulator: Simulator) -> Bot:
    return Bot(TOKEN, base_url=f"{simulator.url}/bot", base_file_url=f"{simulator.url}/file/bot")


async def test_a_bot_written_with_it_talks_to_a_phone(simulator: Simulator, dial: Dial) -> None:
    async def start(update: Any, context: ContextTypes.DEFAULT_TYPE) -> None:
        await update.message.reply_html("<b>Welcome</b>", reply_markup=KEYS)

    async def book(update: Any, context: ContextTypes.DEFAULT_TYPE) -> None:
        await update.callback_query.answer("Booked")
        await update.callback_query.edit_message_text("See you there")

    application = Application.builder().bot(library_bot(simulator)).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(book))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=5)
        phone = await dial()
        await phone.send("/start")
        await phone.wait_for("Welcome")
        assert await phone.tap("Book") == Answer(text="Booked", show_alert=False)
        assert (await phone.wait_for("See you there")).edited
        await application.updater.stop()
        await application.stop()


async def test_every_answer_is_one_it_can_read(simulator: Simulator, aliya: Phone) -> None:
    async with library_bot(simulator) as bot:
        assert (await bot.get_me()).username == simulator.world.profile.username
        sent = await bot.send_message(7, "<i>x</i>", parse_mode="HTML", reply_markup=KEYS)
        assert sent.text_html == "<i>x</i>"
        await bot.edit_message_reply_markup(7, sent.message_id)
        document = await bot.send_document(7, InputFile(b"BEGIN:VCALENDAR", filename="visit.ics"), caption="Ticket")
        assert document.document is not None
        file = await bot.get_file(document.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"BEGIN:VCALENDAR"
        venue = await bot.send_venue(7, 51.1, 71.4, "Library", "Dostyk 11")
        assert venue.venue is not None
        assert (await bot.get_chat(7)).first_name == "Aliya"
        await bot.set_my_commands([BotCommand("start", "Begin")], language_code="ru")
        assert await bot.get_my_commands(language_code="ru") == (BotCommand("start", "Begin"),)
        await bot.set_my_description("x")
        assert (await bot.get_my_description()).description == "x"
        assert (await bot.get_webhook_info()).url == ""
        assert await bot.pin_chat_message(7, sent.message_id)
        assert await bot.delete_message(7, sent.message_id)


async def test_it_raises_what_it_raises_for_telegram(
    simulator: Simulator, telegram: Telegram, aliya: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # without it the library warns of its own next version
    async with library_bot(simulator) as bot:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(99, "x")
        await telegram.fault("sendMessage", "429", retry_after=7)
        with pytest.raises(RetryAfter) as asked:
            await bot.send_message(7, "x")
        assert asked.value.retry_after == timedelta(seconds=7)
        await telegram.fault("sendMessage", "lost")
        with pytest.raises(NetworkError):
            await bot.send_message(7, "x")
        await telegram.fault("sendMessage", "partial_json")
        with pytest.raises(NetworkError):
            await bot.send_message(7, "x")
        await telegram.fault("sendMessage", "hang")
        with pytest.raises(TimedOut):
            await bot.send_message(7, "x", read_timeout=0.05)
        await aliya.block()
        with pytest.raises(Forbidden, match="blocked"):
            await bot.send_message(7, "x")


async def test_fifty_taps_at_once_are_answered_each(simulator: Simulator, dial: Dial) -> None:
    phones = [await dial(phone_id) for phone_id in range(1, 51)]
    async with library_bot(simulator) as bot:
        for phone in phones:
            await bot.send_message(phone.id, "Visit", reply_markup=KEYS)
        tapping = [asyncio.create_task(phone.tap("Book")) for phone in phones]
        offset = 0
        answered = 0
        while answered < len(phones):
            for update in await bot.get_updates(offset=offset, timeout=5):
                offset = update.update_id + 1
                assert update.callback_query is not None
                await update.callback_query.answer(f"Seat of {update.callback_query.from_user.id}")
                answered += 1
        assert [(await tap).text for tap in tapping] == [f"Seat of {phone.id}" for phone in phones]
