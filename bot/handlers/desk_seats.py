"""A seat at the desk, on its card: printed, brought to a phone, taken back; who has no Telegram is forgotten."""

import secrets

from telegram import InputFile, Update
from telegram.ext import CallbackQueryHandler

from bot import keyboards
from bot.buttons import AskTakeBack, ForgetAtDesk, LinkToPhone, PrintSlip, SeatAgain, ShowDeskSeat, TakeBack
from bot.context import Context
from bot.documents import paper_ticket, qr
from bot.documents.making import made
from bot.handlers.documents import pass_link
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import actor, needs, refuse
from bot.language import SOURCE, Language
from bot.rules.authority import Right
from bot.rules.links import GIFT_BYTES, gift_link
from bot.screen import Screen, answer_tap, send_file, send_photo, show, tapped
from bot.services import desk as services
from bot.services.authority import NoAuthority
from bot.services.booking import Refused
from bot.services.desk import DeskSeat, ForgottenAtDesk, TakenBack
from bot.services.desk_links import PhoneLink, link_to_phone
from bot.services.gifts import NotGiving
from bot.texts import refusals
from bot.texts import seating as texts


@needs(Right.DESK)
async def show_desk_seat(update: Update, context: Context) -> None:
    """Show a seat with what the desk can do about it."""
    button = next(
        (
            found
            for kind in (ShowDeskSeat, PrintSlip, LinkToPhone, SeatAgain, TakeBack, ForgetAtDesk)
            if (found := kind.parse(tapped(update)))
        ),
        None,
    )
    await show_seat(update, context, await _seat_of(update, context, None if button is None else button.booking))


async def _seat_of(update: Update, context: Context, booking_id: int | None) -> DeskSeat | NoAuthority | None:
    if booking_id is None:
        return None
    return await context.db.read(services.desk_seat, actor=actor(update), booking_id=booking_id)


async def show_seat(update: Update, context: Context, seat: DeskSeat | NoAuthority | None) -> None:
    """Show the card of a seat; None is an old button."""
    match seat:
        case DeskSeat():
            text = texts.desk_seat(context.say, seat, congress=context.congress)
            await show(update, context, Screen(text, keyboards.desk_seat(context.say, seat)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case None:
            await answer_old_button(update, context)


@needs(Right.DESK)
async def print_slip(update: Update, context: Context) -> None:
    """Send the seat's slip as a page to be printed: in its person's language first, then in the others."""
    query, button = update.callback_query, PrintSlip.parse(tapped(update))
    seat = await _seat_of(update, context, None if button is None else button.booking)
    if not isinstance(seat, DeskSeat) or seat.is_ended or query is None:
        await show_seat(update, context, seat)
        return
    await answer_tap(query)
    first, *others = _languages(context, seat.person.language)
    page = await made(
        paper_ticket.paper_ticket,
        first,
        others,
        seat.ticket,
        link=pass_link(context, seat.ticket),
        congress=context.congress,
        now=context.now,
    )
    file = InputFile(page, filename=paper_ticket.file_name(seat.ticket))
    caption = texts.slip_caption(context.say, seat)
    await send_file(update, context, file, caption=caption)


def _languages(context: Context, own: str | None) -> list[Language]:
    languages = context.house.languages
    codes = dict.fromkeys((own or SOURCE, *context.congress.languages))
    return [languages[code] for code in codes if code in languages]


@needs(Right.DESK)
async def to_phone(update: Update, context: Context) -> None:
    """Send the QR code and the link with which the seat comes to its person's own phone."""
    query, button, token = update.callback_query, LinkToPhone.parse(tapped(update)), secrets.token_urlsafe(GIFT_BYTES)
    done = None
    if button is not None:
        done = await context.db.run(
            link_to_phone,
            actor=actor(update),
            booking_id=button.booking,
            token=token,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    assert query is not None
    match done:
        case PhoneLink():
            await answer_tap(query)
            url = gift_link(token, username=context.bot.username)
            picture = await made(qr.qr_png, url)
            caption = texts.phone_link(context.say, done, url=url, congress=context.congress)
            await send_photo(update, context, picture, caption=caption)
        case NotGiving():
            why = refusals.refusal_answer(context.say, done.refusal, congress=context.congress)
            await answer_tap(query, why, alert=True)
        case _:
            await show_seat(update, context, done)


@needs(Right.DESK)
async def ask_take_back(update: Update, context: Context) -> None:
    """Ask before the seat is taken back."""
    button = AskTakeBack.parse(tapped(update))
    seat = await _seat_of(update, context, None if button is None else button.booking)
    if isinstance(seat, DeskSeat) and seat.may_take_back and not seat.is_ended:
        screen = Screen(texts.ask_take_back(context.say, seat), keyboards.ask_take_back(context.say, seat))
        await show(update, context, screen)
    else:
        await show_seat(update, context, seat)


@needs(Right.DESK)
async def take_back(update: Update, context: Context) -> None:
    """Take the seat back: it is free for others in the same instant."""
    button = TakeBack.parse(tapped(update))
    done = None
    if button is not None:
        done = await context.db.run(
            services.take_back,
            actor=actor(update),
            booking_id=button.booking,
            version=button.version,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    match done:
        case TakenBack(seat=seat):
            context.house.sender.wake()
            await show(
                update, context, Screen(texts.taken_back(context.say, seat), keyboards.taken_back(context.say, seat))
            )
        case DeskSeat() | Refused():
            await show(update, context, Screen(texts.not_taken_back(context.say, done, congress=context.congress)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case None:
            await answer_old_button(update, context)


@needs(Right.DESK)
async def forget_at_desk(update: Update, context: Context) -> None:
    """Delete what is kept of somebody without Telegram, on their wish."""
    button = ForgetAtDesk.parse(tapped(update))
    done = None
    if button is not None:
        done = await context.db.run(
            services.forget_at_desk,
            actor=actor(update),
            booking_id=button.booking,
            version=button.version,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    if isinstance(done, ForgottenAtDesk):
        context.house.sender.wake()
        await show(update, context, Screen(texts.forgotten(context.say, done)))
    else:
        await show_seat(update, context, done)


HANDLERS = [
    CallbackQueryHandler(show_desk_seat, ShowDeskSeat.pattern()),
    CallbackQueryHandler(print_slip, PrintSlip.pattern()),
    CallbackQueryHandler(to_phone, LinkToPhone.pattern()),
    CallbackQueryHandler(ask_take_back, AskTakeBack.pattern()),
    CallbackQueryHandler(take_back, TakeBack.pattern()),
    CallbackQueryHandler(forget_at_desk, ForgetAtDesk.pattern()),
]
