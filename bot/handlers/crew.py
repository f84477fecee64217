"""The crew: /invite makes a link, who opens it first joins; /crew lists the roles and takes them back."""

from contextlib import suppress

from telegram import Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import AskRevoke, Revoke, ShowCrew
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.language import SOURCE
from bot.profile import show_commands
from bot.rules.authority import Right, roles_to_give
from bot.rules.links import invitation_link, invitation_token
from bot.screen import Screen, send, show, tapped
from bot.services import crew as services
from bot.services.authority import NoAuthority
from bot.services.crew import AlreadyInCrew, CannotRevoke, InvitationGone, Invited, Joined, NotToGive, Revoked
from bot.services.organizers import UnknownName
from bot.services.people import Person
from bot.texts import crew as texts
from bot.texts import organizers as organizer_texts
from storage.records import Role


@needs(Right.INVITE)
async def invite(update: Update, context: Context) -> None:
    """/invite ROLE SCOPE: a link for a role; without one, what can be written."""
    assert update.effective_user is not None
    arguments = context.args or []
    written = arguments[0].lower() if arguments else ""
    if written not in list(Role) or len(arguments) > 2:
        await _explain(update, context)
        return
    token = invitation_token(context.cause, key=context.house.pass_keys[0])
    made = await context.db.run(
        services.invite,
        actor=update.effective_user.id,
        role=Role(written),
        scope=arguments[1] if len(arguments) == 2 else "",
        token=token,
        now=context.now,
    )
    match made:
        case Invited():
            url = invitation_link(token, username=context.bot.username)
            await send(update, context, Screen(texts.invited(context.say, made, url=url, congress=context.congress)))
        case NotToGive():
            await send(update, context, Screen(texts.not_to_give(context.say, made)))
        case UnknownName(name=""):
            await _explain(update, context)
        case UnknownName():
            await send(update, context, Screen(organizer_texts.failure(context.say, made, congress=context.congress)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


async def _explain(update: Update, context: Context) -> None:
    await send(update, context, Screen(texts.usage_invite(context.say, roles_to_give(context.person.roles))))


async def join(update: Update, context: Context, *, token: str) -> None:
    """Make who opened an invitation a member of the crew, with the commands of the role."""
    done = await context.db.run(services.join, delegate=context.delegate, token=token, now=context.now)
    match done:
        case Joined():
            context.person = Person(delegate=context.delegate, roles=done.roles, draft=context.person.draft)
            await show(update, context, Screen(texts.joined(context.say, done), keyboards.menu(context.say)))
            assert context.delegate.telegram_id is not None
            await show_commands(context.bot, context.delegate.telegram_id, context.say, done.roles)
        case AlreadyInCrew():
            await show(update, context, Screen(texts.joined(context.say, done), keyboards.menu(context.say)))
        case InvitationGone():
            await show(update, context, Screen(texts.invitation_gone(context.say), keyboards.menu(context.say)))


@needs(Right.CREW)
async def crew(update: Update, context: Context) -> None:
    """/crew: who has which role."""
    await _show_crew(update, context, answer=None)


async def _show_crew(update: Update, context: Context, *, answer: str | None) -> None:
    assert update.effective_user is not None
    members = await context.db.read(services.crew, actor=update.effective_user.id)
    if isinstance(members, NoAuthority):
        await refuse(update, context, members)
        return
    pages = texts.crew_pages(context.say, members)
    await show(update, context, Screen(pages[0], keyboards.crew(context.say, members)), answer=answer)
    for page in pages[1:]:
        await send(update, context, Screen(page))


@needs(Right.CREW)
async def ask_revoke(update: Update, context: Context) -> None:
    """Ask before a role is taken back."""
    assert update.effective_user is not None
    button = AskRevoke.parse(tapped(update))
    members = await context.db.read(services.crew, actor=update.effective_user.id)
    if isinstance(members, NoAuthority):
        await refuse(update, context, members)
        return
    if button is None:
        await answer_old_button(update, context)
        return
    member = next((each for each in members if each.held.id == button.grant and each.revocable), None)
    if member is None:  # gone, or not the reader's to take back: the list says how it stands
        await _show_crew(update, context, answer=None)
        return
    screen = Screen(texts.ask_revoke(context.say, member), keyboards.ask_revoke(context.say, member))
    await show(update, context, screen)


@needs(Right.CREW)
async def revoke(update: Update, context: Context) -> None:
    """Take a role back, with its commands, and tell the person."""
    assert update.effective_user is not None
    button = Revoke.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    done = await context.db.run(
        services.revoke,
        actor=update.effective_user.id,
        grant_id=button.grant,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case Revoked():
            await _show_crew(update, context, answer=texts.revoked_answer(context.say))
            await _tell(context, done)
        case CannotRevoke():
            await _show_crew(update, context, answer=texts.cannot_revoke(context.say, done))
        case None:
            await _show_crew(update, context, answer=texts.gone_answer(context.say))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


async def _tell(context: Context, done: Revoked) -> None:
    """Say to the person that the role has ended; who has blocked the bot finds the menu without it."""
    to, say = done.member.held.telegram_id, context.house.languages[done.member.language or SOURCE]
    await show_commands(context.bot, to, say, done.roles)
    with suppress(TelegramError):
        await context.bot.send_message(to, texts.told_of_revoking(say, done), parse_mode=ParseMode.HTML)


HANDLERS = [
    CommandHandler("invite", invite, filters.UpdateType.MESSAGE),
    CommandHandler("crew", crew, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(crew, ShowCrew.pattern()),
    CallbackQueryHandler(ask_revoke, AskRevoke.pattern()),
    CallbackQueryHandler(revoke, Revoke.pattern()),
]
