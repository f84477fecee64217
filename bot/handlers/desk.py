"""/desk and /force: somebody is seated by the crew, on one card: who and where, the word, and what comes after it."""

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import (
    ForceThem,
    LetWait,
    PastRules,
    SeatAgain,
    SeatOn,
    SeatPerson,
    SeatThem,
    SeatWheelchair,
)
from bot.context import Context
from bot.handlers.desk_seats import show_seat
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import actor, needs, refuse
from bot.handlers.questions import answer_text
from bot.rules.authority import Right
from bot.screen import Screen, send, show, strip_buttons, tapped
from bot.services import desk as services
from bot.services import meant as people
from bot.services import seating
from bot.services.authority import NoAuthority
from bot.services.desk import SeatsOf
from bot.services.drafts import move_draft
from bot.services.meant import Meant, NobodyNamed
from bot.services.seating import PutInLine, Seated, SeatingGone
from bot.services.seating_draft import Deed
from bot.services.seating_facts import Choosing, Seating
from bot.texts import seating as texts
from storage.records import Delegate

_LONGEST = 200

Outcome = Seated | PutInLine | Seating | Choosing | SeatingGone | NoAuthority | None


@needs(Right.DESK)
async def desk(update: Update, context: Context) -> None:
    """/desk VISIT NAME, /desk WHO VISIT, /desk WHO: what it would come to, or whose seats they are."""
    typed = " ".join(context.args or ())
    if not typed or len(typed) > _LONGEST:
        await send(update, context, Screen(texts.usage_desk(context.say)))
        return
    meant = await context.db.read(people.understand_desk, actor=actor(update), typed=typed, congress=context.congress)
    await _begin(update, context, Deed.DESK, meant)


@needs(Right.FORCE)
async def force(update: Update, context: Context) -> None:
    """/force WHO VISIT REASON: which rules it goes past, and the button that does it."""
    typed = " ".join(context.args or ())
    meant: Meant | NobodyNamed | NoAuthority | None = None
    if 0 < len(typed) <= _LONGEST + seating.LONGEST_REASON:
        meant = await context.db.read(
            people.understand_force, actor=actor(update), typed=typed, congress=context.congress
        )
    if meant is None or meant == NobodyNamed(typed):
        await send(update, context, Screen(texts.usage_force(context.say)))
        return
    await _begin(update, context, Deed.FORCE, meant)


async def _begin(update: Update, context: Context, deed: Deed, meant: Meant | NobodyNamed | NoAuthority) -> None:
    if isinstance(meant, NoAuthority):
        await refuse(update, context, meant)
        return
    if isinstance(meant, NobodyNamed):
        await send(update, context, Screen(texts.nobody(context.say, meant)))
        return
    several: tuple[Delegate, ...] = ()
    if meant.by_name:
        known = await _everybody(update, context, deed)
        if isinstance(known, NoAuthority):
            await refuse(update, context, known)
            return
        several = people.choose_people(known, typed=meant.by_name)
        if not several:
            await send(update, context, Screen(texts.nobody(context.say, NobodyNamed(meant.by_name))))
            return
    elif meant.name:
        known = await _everybody(update, context, deed)
        if isinstance(known, NoAuthority):
            await refuse(update, context, known)
            return
        several = people.choose_alike(known, typed=meant.name)
    if meant.visit is None:
        await _show_seats(update, context, meant, several)
        return
    assert update.effective_user is not None
    shown = await context.db.run(
        seating.begin_seating,
        actor=actor(update),
        author_id=context.delegate.id,
        deed=deed,
        meant=seating.of_person(meant, several[0]) if meant.by_name and len(several) == 1 else meant,
        people=tuple(person.id for person in several),
        key=update.update_id,
        congress=context.congress,
        now=context.now,
    )
    await _show_new(update, context, shown)


async def _everybody(update: Update, context: Context, deed: Deed) -> list[Delegate] | NoAuthority:
    """Read everybody whom this person may look for, a few hundred at a time."""
    known: list[Delegate] = []
    after = 0
    while True:
        some = await context.db.read(people.people_after, actor=actor(update), right=deed.right, after=after)
        if isinstance(some, NoAuthority):
            return some
        known += some
        if len(some) < people.AT_ONCE:
            return known
        after = some[-1].id


async def _show_seats(update: Update, context: Context, meant: Meant, several: tuple[Delegate, ...]) -> None:
    """Show the seat of a code, or the seats of who may be meant; somebody with one seat by that."""
    if meant.booking_id is not None:
        seat = await context.db.read(services.desk_seat, actor=actor(update), booking_id=meant.booking_id)
        if seat is not None:
            await show_seat(update, context, seat)
            return
    if meant.person is None and not several:
        await send(update, context, Screen(texts.nobody(context.say, NobodyNamed(meant.name or meant.number))))
        return
    ids = (meant.person.id,) if meant.person is not None else tuple(person.id for person in several)
    found = await context.db.read(services.seats_of, actor=actor(update), typed=_typed(context), people=ids)
    if isinstance(found, NoAuthority):
        await refuse(update, context, found)
        return
    seats = [ticket for _, tickets in found.people for ticket in tickets]
    if len(found.people) == 1 and len(seats) == 1:
        seat = await context.db.read(services.desk_seat, actor=actor(update), booking_id=seats[0].booking.id)
        await show_seat(update, context, seat)
        return
    await send(update, context, _seats_screen(context, found))


def _typed(context: Context) -> str:
    return " ".join(context.args or ())


def _seats_screen(context: Context, found: SeatsOf) -> Screen:
    return Screen(texts.seats_of(context.say, found), keyboards.seats_of(context.say, found))


async def take_typed(update: Update, context: Context, message: Message) -> None:
    """Take the typed words for the number, the reason or the phone that the card waits for; on a new card below."""
    draft = context.person.draft
    shown = await context.db.run(
        seating.type_in_seating,
        actor=actor(update),
        author_id=context.delegate.id,
        typed=message.text or "",
        congress=context.congress,
        now=context.now,
    )
    if shown is None or isinstance(shown, NoAuthority | SeatingGone):
        await answer_text(update, context, message)
        return
    await _show_new(update, context, shown)
    await strip_buttons(context, chat_id=message.chat.id, message_id=draft.message_id if draft else None)


async def _show_new(update: Update, context: Context, shown: seating.Looked) -> None:
    """Show it on a new card, and remember on which: what is typed next takes its place."""
    if isinstance(shown, NoAuthority):
        await refuse(update, context, shown)
        return
    message_id = await send(update, context, _screen(context, shown))
    await context.db.run(move_draft, delegate_id=context.delegate.id, message_id=message_id)


@needs(Right.DESK)
async def choose_person(update: Update, context: Context) -> None:
    """It is this person."""
    await _choose(update, context, SeatPerson.parse(tapped(update)))


@needs(Right.DESK)
async def choose_visit(update: Update, context: Context) -> None:
    """It shall be this visit."""
    await _choose(update, context, SeatOn.parse(tapped(update)))


@needs(Right.DESK)
async def choose_wheelchair(update: Update, context: Context) -> None:
    """They need a wheelchair place, or not."""
    await _choose(update, context, SeatWheelchair.parse(tapped(update)))


@needs(Right.FORCE)
async def past_rules(update: Update, context: Context) -> None:
    """Show what seating them past the rules would come to."""
    await _choose(update, context, PastRules.parse(tapped(update)))


async def _choose(
    update: Update, context: Context, button: SeatPerson | SeatOn | SeatWheelchair | PastRules | None
) -> None:
    shown = None
    if button is not None:
        shown = await context.db.run(
            seating.choose_in_seating,
            actor=actor(update),
            author_id=context.delegate.id,
            key=button.key,
            person=button.person if isinstance(button, SeatPerson) else None,
            visit=button.visit if isinstance(button, SeatOn) else None,
            wheelchair=bool(button.wanted) if isinstance(button, SeatWheelchair) else None,
            forced=isinstance(button, PastRules),
            congress=context.congress,
            now=context.now,
        )
    await _show(update, context, shown)


@needs(Right.DESK)
async def seat_them(update: Update, context: Context) -> None:
    """Sign them up as the card shows it."""
    await _seat(update, context, SeatThem.parse(tapped(update)))


@needs(Right.FORCE)
async def force_them(update: Update, context: Context) -> None:
    """Seat them past the rules that the card names."""
    await _seat(update, context, ForceThem.parse(tapped(update)))


async def _seat(update: Update, context: Context, button: SeatThem | ForceThem | None) -> None:
    done: Outcome = None
    if button is not None:
        done = await context.db.run(
            seating.seat,
            actor=actor(update),
            author_id=context.delegate.id,
            key=button.key,
            deed=Deed.FORCE if isinstance(button, ForceThem) else Deed.DESK,
            visit_version=button.visit_version,
            bus_id=button.bus,
            mask=button.rules if isinstance(button, ForceThem) else 0,
            passed=button.passed if isinstance(button, ForceThem) else 0,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    await _show(update, context, done)


@needs(Right.DESK)
async def let_wait(update: Update, context: Context) -> None:
    """Put the person of the card into the waiting list."""
    button = LetWait.parse(tapped(update))
    done: Outcome = None
    if button is not None:
        done = await context.db.run(
            seating.put_in_line,
            actor=actor(update),
            author_id=context.delegate.id,
            key=button.key,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    await _show(update, context, done)


@needs(Right.DESK)
async def show_seating(update: Update, context: Context) -> None:
    """Show what the card's word would come to now; nothing happens."""
    data = tapped(update)
    kinds = (SeatPerson, SeatOn, SeatWheelchair, SeatThem, LetWait, PastRules, ForceThem)
    button = next((found for kind in kinds if (found := kind.parse(data)) is not None), None)
    shown = None
    if button is not None:
        shown = await context.db.read(
            seating.look_at_seating,
            actor=actor(update),
            author_id=context.delegate.id,
            key=button.key,
            congress=context.congress,
            now=context.now,
        )
    await _show(update, context, shown)


async def _show(update: Update, context: Context, outcome: Outcome) -> None:
    match outcome:
        case Seated():
            context.house.sender.wake()
            await show(update, context, _screen(context, outcome), answer=texts.seated_answer(context.say))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case None:
            await answer_old_button(update, context)
        case _:
            await show(update, context, _screen(context, outcome))


def _screen(context: Context, shown: Seated | PutInLine | Seating | Choosing | SeatingGone) -> Screen:
    say, congress = context.say, context.congress
    match shown:
        case Seated():
            return Screen(texts.seated(say, shown, congress=congress), keyboards.seated(say, shown))
        case PutInLine():
            return Screen(texts.put_in_line(say, shown))
        case Seating():
            return Screen(texts.preview(say, shown, congress=congress), keyboards.seating_card(say, shown))
        case Choosing():
            return Screen(texts.choosing(say, shown), keyboards.choosing(say, shown))
        case SeatingGone():
            return Screen(texts.gone(say))


@needs(Right.DESK)
async def seat_again(update: Update, context: Context) -> None:
    """Ask which other visit it shall be for the same person."""
    button = SeatAgain.parse(tapped(update))
    shown: Outcome = None
    if button is not None:
        shown = await context.db.run(
            seating.begin_for_person,
            actor=actor(update),
            author_id=context.delegate.id,
            booking_id=button.booking,
            key=update.update_id,
            congress=context.congress,
            now=context.now,
        )
    await _show(update, context, shown)


HANDLERS = [
    CommandHandler("desk", desk, filters.UpdateType.MESSAGE),
    CommandHandler("force", force, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(choose_person, SeatPerson.pattern()),
    CallbackQueryHandler(choose_visit, SeatOn.pattern()),
    CallbackQueryHandler(choose_wheelchair, SeatWheelchair.pattern()),
    CallbackQueryHandler(past_rules, PastRules.pattern()),
    CallbackQueryHandler(seat_them, SeatThem.pattern()),
    CallbackQueryHandler(force_them, ForceThem.pattern()),
    CallbackQueryHandler(let_wait, LetWait.pattern()),
    CallbackQueryHandler(seat_again, SeatAgain.pattern()),
]
