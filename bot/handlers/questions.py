"""Whatever somebody writes: free hours, a plain question, a library's name; else a short hint. Nothing is booked."""

from telegram import Message, Update

from bot import keyboards
from bot.context import Context
from bot.handlers.fallback import unknown_text
from bot.handlers.finding import show_bad_hours, show_gap
from bot.rules.agenda import is_over
from bot.rules.gaps import NoGap, read_gap
from bot.rules.questions import Question, read_question
from bot.screen import Screen, send
from bot.services.booking import tickets_of
from bot.services.finding import HOURS, find_named
from bot.texts import finding, questions


async def answer_text(update: Update, context: Context, message: Message) -> None:
    """Answer free text."""
    typed = message.text or ""
    gap = read_gap(typed)
    question = None if gap is not None else read_question(typed)
    draft = context.person.draft
    if isinstance(gap, NoGap):
        await show_bad_hours(update, context)
    elif gap is not None:
        await show_gap(update, context, message, gap)
    elif question is not None:
        await _answer(update, context, question)
    elif draft is not None and draft.kind == HOURS:
        await show_bad_hours(update, context)
    else:
        await _show_named(update, context, typed)


async def _answer(update: Update, context: Context, question: Question) -> None:
    everything = await context.db.read(tickets_of, delegate_id=context.delegate.id)
    tickets = [ticket for ticket in everything if not is_over(ticket.visit, now=context.now)]
    text = questions.answer(context.say, question, tickets, congress=context.congress)
    await send(update, context, Screen(text, keyboards.answer(context.say, question, tickets)))


async def _show_named(update: Update, context: Context, typed: str) -> None:
    found = await context.db.read(
        find_named, typed=typed, delegate_id=context.delegate.id, congress=context.congress, now=context.now
    )
    if found is None:
        await unknown_text(update, context)
        return
    text = finding.named(context.say, found, congress=context.congress, now=context.now)
    await send(update, context, Screen(text, keyboards.named(context.say, found.visits)))
