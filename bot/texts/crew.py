"""The crew in words: roles, invitations, who has what."""

from collections.abc import Sequence
from typing import assert_never

from bot.language import Language
from bot.services.crew import AlreadyInCrew, CannotRevoke, Invited, Joined, Member, NotToGive, Revoked
from bot.texts.markup import esc, name, pages
from bot.texts.visits import zone_name
from storage.records import Congress, Grant, Role


def role_name(say: Language, role: Role) -> str:
    """Name a role, as a heading."""
    match role:
        case Role.OWNER:
            return say.gettext("Owner")
        case Role.ORGANIZER:
            return say.gettext("Organizer")
        case Role.CITY:
            return say.gettext("City team")
        case Role.DESK:
            return say.gettext("Desk")
        case Role.LEADER:
            # Translators: who rides with a bus and keeps its list.
            return say.gettext("Bus leader")
        case Role.HOST:
            # Translators: who receives a visit at the library; sees numbers alone.
            return say.gettext("Host of a visit")
        case _:
            assert_never(role)


def grant_name(say: Language, grant: Grant) -> str:
    """Name a role with what it is for."""
    named = role_name(say, grant.role)
    return f"{named}: <b>{esc(grant.scope)}</b>" if grant.scope else named


def usage_invite(say: Language, roles: Sequence[Role]) -> str:
    """Explain /invite with an example for each role that the reader may give."""
    examples = {
        Role.OWNER: "/invite owner",
        Role.ORGANIZER: "/invite organizer",
        Role.CITY: "/invite city astana",
        Role.DESK: "/invite desk",
        Role.LEADER: "/invite leader B01",
        Role.HOST: "/invite host nab-am",
    }
    lines = [say.gettext("You get a link that works once and makes its reader a member of the crew. Write:"), ""]
    lines += [f"<code>{examples[role]}</code> – {role_name(say, role)}" for role in roles]
    return "\n".join(lines)


def invited(say: Language, made: Invited, *, url: str, congress: Congress) -> str:
    """The link, for which role it is, and until when it works."""
    return "\n".join(
        [
            "🔑 " + grant_name(say, made.grant),
            "",
            esc(url),
            "",
            say.gettext("Send it to that one person. It works once, until {moment} ({zone}).").format(
                moment=say.moment(made.ends_at), zone=esc(zone_name(say, congress))
            ),
            say.gettext("Who opens it first gets this role: do not post it in a group."),
        ]
    )


def joined(say: Language, done: Joined | AlreadyInCrew) -> str:
    """Say which role the reader has now, and what it brings."""
    lines = ["🔑 " + say.gettext("You are in the crew."), grant_name(say, done.grant), ""]
    match done.grant.role:
        case Role.OWNER | Role.ORGANIZER:
            pass
        case Role.CITY:
            lines.append(say.gettext("You run the visits of this city: seats, departures, lists, messages."))
        case Role.DESK:
            lines.append(say.gettext("You help people at the desk: find them, see why, check their QR passes."))
        case Role.LEADER:
            lines.append(
                say.gettext(
                    "Your bus’s passenger list comes by itself 12 hours and 1 hour before it leaves; changes too."
                )
            )
        case Role.HOST:
            lines.append(
                say.gettext("How many people come, when, in which languages: you get it 12 hours and 1 hour before.")
            )
        case _:
            assert_never(done.grant.role)
    return "\n".join([*lines, say.gettext("Your commands are in the menu and under /help.")])


def invitation_gone(say: Language) -> str:
    """Say that this link makes nobody a member of the crew."""
    return "🔑 " + say.gettext("This invitation works no more. Ask for a new link.")


def not_to_give(say: Language, refused: NotToGive) -> str:
    return "🔒 " + say.gettext("You cannot give this role: {role}").format(role=role_name(say, refused.role))


def crew_pages(say: Language, members: Sequence[Member]) -> list[str]:
    """List who has which role, a message a page."""
    head = "👥 <b>" + say.gettext("Crew") + "</b>"
    return pages(head, [f"{number}. {_member(say, member)}" for number, member in enumerate(members, start=1)])


def ask_revoke(say: Language, member: Member) -> str:
    """Ask whether a role is to be taken back."""
    return "\n".join([_member(say, member), "", say.gettext("Take this role back? The person is told.")])


def revoked_answer(say: Language) -> str:
    return say.gettext("The role is taken back.")


def gone_answer(say: Language) -> str:
    return say.gettext("This role was taken back already.")


def cannot_revoke(say: Language, refused: CannotRevoke) -> str:
    """Say why a role stays."""
    if refused.member.held.by_settings:
        return say.gettext("The settings give this role (BOT_OWNER_IDS). It ends where it is taken out there.")
    if refused.member.held.grant.role is Role.OWNER:
        return say.gettext("The last owner stays: nobody could run the bot.")
    return not_to_give(say, NotToGive(refused.member.held.grant.role))


def told_of_revoking(say: Language, done: Revoked) -> str:
    """Tell somebody that a role of theirs has ended."""
    return "\n".join(["🔑 " + say.gettext("This role of yours has ended:"), grant_name(say, done.member.held.grant)])


def revoke_label(say: Language, member: Member, *, number: int) -> str:
    # Translators: button; the number is that of a line in the list above.
    return "✖️ " + say.gettext("Take back no. {number}").format(number=number)


def revoke_now_label(say: Language) -> str:
    return "✖️ " + say.gettext("Yes, take it back")


def keep_label(say: Language) -> str:
    return say.gettext("No, leave it")


def _member(say: Language, member: Member) -> str:
    # Translators: when a role was given.
    since = say.gettext("since {moment}").format(moment=say.moment(member.held.since))
    source = " · " + say.gettext("by the settings") if member.held.by_settings else ""
    return f"{name(member.name)} · {grant_name(say, member.held.grant)}\n{since}{source}"
