"""Choosing: cities, a city's visits, one visit's card, its libraries, its pin."""

from telegram import Message, Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import Button, Cities, Find, ShowFound, ShowLibraries, ShowMap, ShowVisit, Similar, Visits
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.screen import Screen, answer_tap, show, tapped
from bot.services.visits import Choice, choice, find_visit, listed_visit, similar_visits, visit_card
from bot.texts import visits as texts
from storage.records import Visit


async def cities(update: Update, context: Context) -> None:
    """Show the cities; a congress with one city goes straight to its visits."""
    found = await context.db.look_up(choice, delegate_id=context.delegate.id)
    there = {visit.city for visit in found.visits}
    if len(there) == 1:
        await _show_list(update, context, there.pop(), 0, found)
        return
    keyboard = keyboards.cities(context.say, context.congress, found.visits)
    await show(update, context, Screen(texts.cities(context.say, context.congress), keyboard))


async def visits_of_city(update: Update, context: Context) -> None:
    """Show a page of a city's visits."""
    button = Visits.parse(tapped(update))
    if button is None or button.city not in context.congress.cities:
        await answer_old_button(update, context)
        return
    found = await context.db.look_up(choice, delegate_id=context.delegate.id)
    await _show_list(update, context, button.city, button.page, found)


async def _show_list(update: Update, context: Context, city: str, page: int, found: Choice) -> None:
    there = [visit for visit in found.visits if visit.city == city]
    last_page = max(0, (len(there) - 1) // keyboards.PAGE)
    page = min(page, last_page)
    shown = there[page * keyboards.PAGE : (page + 1) * keyboards.PAGE]
    text = texts.visit_list(
        context.say,
        context.congress.cities[city],
        shown,
        held=found.held,
        congress=context.congress,
        now=context.now,
    )
    keyboard = keyboards.visit_list(
        context.say, context.congress, city=city, visits=shown, page=page, last_page=last_page
    )
    await show(update, context, Screen(text, keyboard))


async def visit(update: Update, context: Context) -> None:
    """Show a visit's card."""
    button = ShowVisit.parse(tapped(update))
    if button is None or not await show_visit(update, context, visit_id=button.visit):
        await answer_old_button(update, context)


async def show_visit(
    update: Update, context: Context, *, visit_id: int, answer: str | None = None, way_back: Button | None = None
) -> bool:
    """Show the visit's card, fresh; False when there is none of this id. Back leads to its city, or where said."""
    shown = await context.db.look_up(
        visit_card,
        visit_id=visit_id,
        delegate_id=context.delegate.id,
        congress=context.congress,
        now=context.now,
    )
    if shown is None:
        return False
    text = texts.card(context.say, shown, congress=context.congress, now=context.now)
    keyboard = keyboards.card(
        context.say,
        shown,
        party_size=context.congress.rules.party_size,
        username=context.bot.username,
        way_back=way_back,
    )
    await show(update, context, Screen(text, keyboard), answer=answer)
    return True


async def show_visit_by_key(update: Update, context: Context, *, key: str) -> bool:
    """Show the card of the visit that a deep link names; False when there is none."""
    found = await context.db.read(find_visit, key=key)
    return found is not None and await show_visit(update, context, visit_id=found.id)


async def libraries(update: Update, context: Context) -> None:
    """Tell about the libraries of a visit."""
    button = ShowLibraries.parse(tapped(update))
    found = None if button is None else await _find(context, button.visit)
    if found is None:
        await answer_old_button(update, context)
        return
    text = texts.libraries(context.say, found, congress=context.congress)
    await show(update, context, Screen(text, keyboards.back_to(context.say, way_to(update, found.id))))


async def meeting_point(update: Update, context: Context) -> None:
    """Send the meeting point's pin with its name and whose map data it is."""
    query = update.callback_query
    button = ShowMap.parse(tapped(update))
    found = None if button is None else await _find(context, button.visit)
    if query is None or found is None:
        await answer_old_button(update, context)
        return
    point = context.congress.meeting_points[found.meeting_point]
    await answer_tap(query)
    try:
        await context.bot.send_venue(
            query.from_user.id,
            latitude=point.latitude,
            longitude=point.longitude,
            title=context.say.words(point.name),
            address=texts.pin_note(context.say, context.congress, verified=point.verified),
        )
    except Forbidden:
        return  # blocked since the tap: nobody sees it
    except TelegramError:
        await show_visit(update, context, visit_id=found.id)
        raise


async def show_visit_of_pin(update: Update, context: Context) -> None:
    """Show the card of the visit whose pin was asked for."""
    button = ShowMap.parse(tapped(update))
    if button is None or not await show_visit(update, context, visit_id=button.visit):
        await answer_old_button(update, context)


async def similar(update: Update, context: Context) -> None:
    """Show what comes nearest to a visit that cannot be had."""
    button = Similar.parse(tapped(update))
    found = (
        None
        if button is None
        else await context.db.read(
            similar_visits,
            visit_id=button.visit,
            delegate_id=context.delegate.id,
            congress=context.congress,
            now=context.now,
        )
    )
    if found is None:
        await answer_old_button(update, context)
        return
    wanted, others = found
    text = texts.similar(context.say, wanted, others, congress=context.congress, now=context.now)
    keyboard = keyboards.alternatives(context.say, others, way_back=way_to(update, wanted.id))
    await show(update, context, Screen(text, keyboard))


def way_to(update: Update, visit_id: int) -> Button:
    """Return the button that shows the visit's card as the tapped card did: with the way back to what was found."""
    message = update.callback_query.message if update.callback_query else None
    keyboard = message.reply_markup if isinstance(message, Message) else None
    for row in keyboard.inline_keyboard if keyboard else ():
        for button in row:
            found = Find.parse(button.callback_data if isinstance(button.callback_data, str) else None)
            if found is not None:
                return ShowFound(visit_id, found.filters, found.page)
    return ShowVisit(visit_id)


async def _find(context: Context, visit_id: int) -> Visit | None:
    return await context.db.read(listed_visit, visit_id=visit_id)


HANDLERS = [
    CommandHandler("visits", cities, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(cities, Cities.pattern()),
    CallbackQueryHandler(visits_of_city, Visits.pattern()),
    CallbackQueryHandler(visit, ShowVisit.pattern()),
    CallbackQueryHandler(libraries, ShowLibraries.pattern()),
    CallbackQueryHandler(meeting_point, ShowMap.pattern()),
    CallbackQueryHandler(similar, Similar.pattern()),
]
