"""Looking for a visit by free hours, city, theme, language, kind, steps, free seats. The buttons hold it all."""

from dataclasses import replace

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler

from bot import keyboards
from bot.buttons import ChooseValue, Find, Narrow, ShowFound, TypeGap
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.visits import show_visit
from bot.rules.filtering import Filters, Which
from bot.rules.gaps import Gap
from bot.rules.packing import pack, unpack
from bot.screen import Screen, send, show, strip_buttons, tapped
from bot.services.drafts import end_draft
from bot.services.finding import HOURS, Found, begin_hours, find
from bot.texts import finding as texts
from bot.texts import welcome
from storage.records import Draft

PAGE = 5
"""Visits on one page of what was found: each has more lines than in a plain list."""


async def narrow(update: Update, context: Context) -> None:
    """Show the filters."""
    button = Narrow.parse(tapped(update))
    await _show_panel(update, context, button.filters if button else "")


async def _show_panel(update: Update, context: Context, packed: str) -> None:
    """Show these filters; those of another programme, or forged ones, begin anew."""
    filters = unpack(packed, context.congress)
    answer = None if filters is not None else welcome.old_button_answer(context.say)
    found = await _find(context, filters or Filters())
    text = texts.panel(context.say, found, congress=context.congress)
    keyboard = keyboards.filters(context.say, found, congress=context.congress)
    await show(update, context, Screen(text, keyboard), answer=answer)


async def choose(update: Update, context: Context) -> None:
    """Show what one filter can be set to."""
    button = ChooseValue.parse(tapped(update))
    filters = None if button is None else unpack(button.filters, context.congress)
    if button is None or filters is None or button.which not in list(Which):
        await _show_panel(update, context, "")
        return
    found, which = await _find(context, filters), Which(button.which)
    text = texts.choose(context.say, which, congress=context.congress)
    keyboard = keyboards.filter_values(context.say, found, which, congress=context.congress)
    await show(update, context, Screen(text, keyboard))


async def results(update: Update, context: Context) -> None:
    """Show a page of what fits, or the nearest."""
    button = Find.parse(tapped(update))
    filters = None if button is None else unpack(button.filters, context.congress)
    if button is None or filters is None:
        await _show_panel(update, context, "")
        return
    await show(update, context, await _results(context, filters, page=button.page))


async def _results(context: Context, filters: Filters, *, page: int) -> Screen:
    found = await _find(context, filters)
    matches = found.fitting or found.nearest
    last_page = max(0, (len(matches) - 1) // PAGE)
    page = min(page, last_page)
    shown = matches[page * PAGE : (page + 1) * PAGE]
    say, congress = context.say, context.congress
    return Screen(
        texts.results(say, found, shown, congress=congress, now=context.now),
        keyboards.found_visits(say, found, shown, page=page, last_page=last_page, congress=congress),
    )


async def _find(context: Context, filters: Filters) -> Found:
    return await context.db.read(
        find, filters=filters, delegate_id=context.delegate.id, congress=context.congress, now=context.now
    )


async def found_visit(update: Update, context: Context) -> None:
    """Show the card of a visit that was found; back leads to where it was found."""
    button = ShowFound.parse(tapped(update))
    if button is None or unpack(button.filters, context.congress) is None:
        await _show_panel(update, context, "")
        return
    back = Find(button.filters, button.page)
    if not await show_visit(update, context, visit_id=button.visit, way_back=back):
        await answer_old_button(update, context)


async def type_hours(update: Update, context: Context) -> None:
    """Ask for hours to be typed; the other filters wait for them."""
    button = TypeGap.parse(tapped(update))
    if button is None or unpack(button.filters, context.congress) is None:
        await _show_panel(update, context, "")
        return
    card = update.effective_message
    await context.db.run(
        begin_hours,
        delegate_id=context.delegate.id,
        filters=button.filters,
        message_id=card.message_id if card else None,
        now=context.now,
    )
    keyboard = keyboards.ask_hours(context.say, packed=button.filters)
    await show(update, context, Screen(texts.ask_hours(context.say), keyboard))


async def show_filters_of_hours(update: Update, context: Context) -> None:
    """Show the filters beside which hours were to be typed."""
    button = TypeGap.parse(tapped(update))
    await _show_panel(update, context, button.filters if button else "")


async def show_gap(update: Update, context: Context, message: Message, gap: Gap) -> None:
    """Show what fits the typed hours, and the other filters where they waited for hours; on a new card below."""
    draft = _draft_of_hours(context)
    filters = replace(_filters_of(draft, context), gap=gap)
    await send(update, context, await _results(context, filters, page=0))
    if draft is not None:
        await context.db.run(end_draft, delegate_id=context.delegate.id)
        await strip_buttons(context, chat_id=message.chat.id, message_id=draft.message_id)


async def show_bad_hours(update: Update, context: Context) -> None:
    """Say that the hours cannot be read, with examples; what waits for hours goes on waiting."""
    packed = pack(_filters_of(_draft_of_hours(context), context), context.congress)
    keyboard = keyboards.ask_hours(context.say, packed=packed)
    await send(update, context, Screen(texts.bad_hours(context.say), keyboard))


def _draft_of_hours(context: Context) -> Draft | None:
    draft = context.person.draft
    return draft if draft is not None and draft.kind == HOURS else None


def _filters_of(draft: Draft | None, context: Context) -> Filters:
    """The filters that wait for hours; none in particular where nothing waits, or the programme has changed."""
    kept = None if draft is None else unpack(draft.fields["filters"], context.congress)
    return kept or Filters()


HANDLERS = [
    CallbackQueryHandler(narrow, Narrow.pattern()),
    CallbackQueryHandler(choose, ChooseValue.pattern()),
    CallbackQueryHandler(results, Find.pattern()),
    CallbackQueryHandler(found_visit, ShowFound.pattern()),
    CallbackQueryHandler(type_hours, TypeGap.pattern()),
]
