"""PTB's own request over httpx against ours: the same Bot, the same calls, the same simulator."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import BaseRequest, HTTPXRequest

from bot.transport import Transport
from tests.benchmarks.compare import Job, Prepare, compare, table
from tests.benchmarks.simulated import TOKEN, Phones, simulator

AT_ONCE = (1, 8, 32)
JOBS = 320  # a run; each worker of 32 does ten
PHONES = range(1001, 1033)
CARD = "\n".join(
    [
        "<b>Library visits, Saturday 22 August</b>",
        *(f"09:{quarter:02} <b>National Library</b>: {quarter} seats left" for quarter in range(0, 60, 10)),
    ]
)
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton(f"National Library, 09:{quarter:02}", callback_data=f"visit:{quarter}:1")]
        for quarter in range(0, 60, 20)
    ]
)
BUTTON = "visit:20:1"


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give the tables of one run: a sendMessage, and a tap, at 1, 8 and 32 at once."""
    async with AsyncExitStack() as stack:
        phones = await stack.enter_async_context(simulator())
        for phone in PHONES:
            await phones.add(phone)
        # The pool that ApplicationBuilder gives to HTTPXRequest.
        stock = await _bot(stack, phones, HTTPXRequest(connection_pool_size=256))
        ours = await _bot(stack, phones, Transport())
        cards = {phone: (await stock.send_message(phone, CARD, reply_markup=KEYBOARD)).id for phone in PHONES}
        sending: dict[str, Prepare] = {"stock": _sending(stock), "ours": _sending(ours)}
        tapping: dict[str, Prepare] = {
            "stock": _tapping(stock, phones, cards),
            "ours": _tapping(ours, phones, cards),
        }
        for title, contenders in [
            ("one sendMessage", sending),
            ("one tap (answerCallbackQuery + editMessageText)", tapping),
        ]:
            measured = {
                at_once: await compare(contenders, jobs=JOBS, at_once=at_once, rounds=rounds) for at_once in AT_ONCE
            }
            yield table(title, measured)


async def _bot(stack: AsyncExitStack, phones: Phones, request: BaseRequest) -> Bot:
    await stack.enter_async_context(request)
    return Bot(TOKEN, base_url=f"{phones.root}/bot", request=request, get_updates_request=request)


def _sending(bot: Bot) -> Prepare:
    async def prepare(jobs: int) -> Sequence[Job]:
        def send(phone: int) -> Job:
            return lambda: bot.send_message(phone, CARD, parse_mode="HTML", reply_markup=KEYBOARD)

        return [send(phone) for phone in itertools.islice(itertools.cycle(PHONES), jobs)]

    return prepare


# Telegram refuses an edit that changes nothing: every card bears a number of its own.
_numbers = itertools.count()


def _tapping(bot: Bot, phones: Phones, cards: dict[int, int]) -> Prepare:
    async def prepare(jobs: int) -> Sequence[Job]:
        def answer(phone: int, query: str) -> Job:
            async def tap() -> None:
                await bot.answer_callback_query(query, text="Booked: bus B01, boards 08:40")
                await bot.edit_message_text(
                    f"{CARD}\n{next(_numbers)}",
                    chat_id=phone,
                    message_id=cards[phone],
                    parse_mode="HTML",
                    reply_markup=KEYBOARD,
                )

            return tap

        turns = itertools.islice(itertools.cycle(PHONES), jobs)
        return [answer(phone, await phones.tap(phone, message_id=cards[phone], data=BUTTON)) for phone in turns]

    return prepare
