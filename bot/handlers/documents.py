"""What leaves a ticket as a file or a picture, each a message of its own: the ticket stays as it is."""

from telegram import InputFile, Update
from telegram.ext import CallbackQueryHandler

from bot.buttons import PrintTicket, ShowPass, ShowToDriver, TakeCalendar
from bot.context import Context
from bot.documents import calendar_file, driver_card, paper_ticket, qr
from bot.documents.making import made
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.tickets import own_ticket
from bot.language import SOURCE, Language
from bot.rules import links
from bot.rules.passes import make_pass
from bot.screen import answer_tap, send_file, send_photo, tapped
from bot.services.booking import Ticket
from bot.services.calendar import give_calendar
from bot.texts import calendar, driver, paper, passes


async def qr_pass(update: Update, context: Context) -> None:
    """Send the QR pass of a ticket."""
    shown = await _ticket(update, context, ShowPass)
    if shown is None:
        return
    picture = await made(qr.qr_png, pass_link(context, shown))
    await send_photo(update, context, picture, caption=passes.qr_pass(context.say, shown))


async def to_driver(update: Update, context: Context) -> None:
    """Send the picture that asks for the way."""
    shown = await _ticket(update, context, ShowToDriver)
    if shown is None:
        return
    pleas = [
        driver.plea(say, shown, congress=context.congress, now=context.now) for say in _languages_of_the_place(context)
    ]
    picture = await made(driver_card.driver_card, pleas)
    await send_photo(update, context, picture, caption=driver.caption(context.say, pleas))


async def on_paper(update: Update, context: Context) -> None:
    """Send the ticket as a page to be printed."""
    shown = await _ticket(update, context, PrintTicket)
    if shown is None:
        return
    say, congress = context.say, context.congress
    others = [language for language in _languages_of_the_place(context) if language.code != say.code]
    page = await made(
        paper_ticket.paper_ticket,
        say,
        others,
        shown,
        link=pass_link(context, shown),
        congress=congress,
        now=context.now,
    )
    file = InputFile(page, filename=paper_ticket.file_name(shown))
    await send_file(update, context, file, caption=paper.caption(say, shown))


async def to_calendar(update: Update, context: Context) -> None:
    """Send the calendar file of a seat, or the one that takes a seat given back out of the calendar."""
    query = update.callback_query
    button = TakeCalendar.parse(tapped(update))
    found = (
        None
        if button is None
        else await context.db.run(
            give_calendar, booking_id=button.booking, delegate_id=context.delegate.id, now=context.now
        )
    )
    if query is None or found is None:
        await answer_old_button(update, context)
        return
    await answer_tap(query)
    content = await made(calendar_file.calendar_file, context.say, found, congress=context.congress, now=context.now)
    file = InputFile(content, filename=calendar_file.file_name(found))
    await send_file(update, context, file, caption=calendar.caption(context.say, found))


def pass_link(context: Context, shown: Ticket) -> str:
    """Return the link that opens the bot with the ticket's pass."""
    signed = make_pass(shown.booking, key=context.house.pass_keys[0], now=context.now)
    return links.pass_link(signed, username=context.bot.username)


def _languages_of_the_place(context: Context) -> list[Language]:
    """Return those of the congress but for English: what drivers and guards read."""
    languages = context.house.languages
    return [languages[code] for code in context.congress.languages if code in languages and code != SOURCE]


async def _ticket(update: Update, context: Context, kind: type[ShowPass | PrintTicket | ShowToDriver]) -> Ticket | None:
    """Return the person's ticket and stop the button's spinner; what is not theirs is answered as an old button."""
    query = update.callback_query
    button = kind.parse(tapped(update))
    shown = await own_ticket(update, context, None if button is None else button.booking)
    if shown is not None and query is not None:
        await answer_tap(query)
    return shown


HANDLERS = [
    CallbackQueryHandler(qr_pass, ShowPass.pattern()),
    CallbackQueryHandler(to_driver, ShowToDriver.pattern()),
    CallbackQueryHandler(on_paper, PrintTicket.pattern()),
    CallbackQueryHandler(to_calendar, TakeCalendar.pattern()),
]
