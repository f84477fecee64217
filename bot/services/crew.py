"""The crew: who has which role for what; invited by a link that works once, and taken back."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.authority import INVITATION_LASTS, roles_to_give
from bot.services.authority import NoAuthority
from bot.services.cards import renew_bus
from bot.services.organizers import UnknownName
from bot.services.rosters import find_city
from storage import Tx, congress, delegates, grants, log, visits
from storage.grants import Held
from storage.records import Delegate, Grant, Role
from storage.turns import take_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A link that makes who opens it first a member of the crew, until `ends_at` (UTC)."""

    grant: Grant
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class NotToGive:
    """The role is not theirs to give."""

    role: Role


@dataclass(frozen=True, slots=True)
class Joined:
    """The role is the reader's now; `roles` are all they have."""

    grant: Grant
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class InvitationGone:
    """The link was used by somebody else, is too old, was never made, or who made it has lost the right."""


@dataclass(frozen=True, slots=True)
class AlreadyInCrew:
    """Who opened the link has this role: the link stays good for the one it is meant for."""

    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One role of one person; `revocable` by the reader."""

    held: Held
    name: str
    language: str | None
    revocable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """The role is gone; `roles` are what the person still has."""

    member: Member
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class CannotRevoke:
    """It is not the reader's to take back, the settings give it, or nobody would be left who owns the bot."""

    member: Member


def invite(
    tx: Tx, *, actor: int, role: Role, scope: str, token: str, now: datetime
) -> Invited | NotToGive | UnknownName | NoAuthority:
    """Make a link for a role: a leader's scope is a bus, a host's a visit, a city team's a city, the others have none.

    Only the digest of `token` is kept; it is the cause, so a repeat with the same token finds the link made.
    """
    mine = roles_to_give(grants.roles_of(tx, actor))
    if not mine:
        return NoAuthority()
    if role not in mine:
        return NotToGive(role)
    grant = _grant(tx, role, scope)
    if grant is None:
        return UnknownName(scope)
    made: dict[str, Any] | None = log.outcome_of(tx, _made(token))
    if made is None:
        made = {"role": grant.role, "scope": grant.scope, "ends_at": (now + INVITATION_LASTS).isoformat(), "by": actor}
        subject = f"crew:{grant.role}:{grant.scope}"
        log.write(tx, at=now, actor=actor, action="invite", subject=subject, outcome=made, cause=_made(token))
    return Invited(grant=grant, ends_at=datetime.fromisoformat(made["ends_at"]))


def join(tx: Tx, *, delegate: Delegate, token: str, now: datetime) -> Joined | AlreadyInCrew | InvitationGone:
    """Give the role of an invitation to who opens its link first; a repeat by the same person finds it given."""
    take_turn(tx)  # of two who open the link at once, the second finds it taken
    made: dict[str, Any] | None = log.outcome_of(tx, _made(token))
    if made is None or delegate.telegram_id is None:
        return InvitationGone()
    grant = Grant(Role(made["role"]), made["scope"])
    taken: dict[str, Any] | None = log.outcome_of(tx, _taken(token))
    mine = grants.of(tx, delegate.telegram_id)
    if taken is not None and taken["by"] == delegate.telegram_id and grant in mine:
        return Joined(grant, frozenset(each.role for each in mine))
    still_theirs = grant.role in roles_to_give(grants.roles_of(tx, made["by"]))
    if taken is not None or now >= datetime.fromisoformat(made["ends_at"]) or not still_theirs:
        return InvitationGone()
    if grant in mine:
        return AlreadyInCrew(grant)
    log.write(
        tx,
        at=now,
        actor=delegate.telegram_id,
        action="join crew",
        subject=f"crew:{grant.role}:{grant.scope}",
        outcome={"by": delegate.telegram_id},
        cause=_taken(token),
    )
    grants.give(tx, delegate.telegram_id, grant, now=now)
    _renew_cards(tx, grant, now=now)
    return Joined(grant, frozenset(each.role for each in {*mine, grant}))


def crew(tx: Tx, *, actor: int) -> tuple[Member, ...] | NoAuthority:
    """Return everybody with a role, the widest first."""
    mine = roles_to_give(grants.roles_of(tx, actor))
    if not mine:
        return NoAuthority()
    return _members(tx, grants.everybody(tx), mine=mine)


def revoke(
    tx: Tx, *, actor: int, grant_id: int, now: datetime, cause: str
) -> Revoked | CannotRevoke | NoAuthority | None:
    """Take a role back; None when it is gone already."""
    mine = roles_to_give(grants.roles_of(tx, actor))
    if not mine:
        return NoAuthority()
    members = _members(tx, grants.everybody(tx, lock=True), mine=mine)
    member = next((each for each in members if each.held.id == grant_id), None)
    if member is None:
        return None
    if not member.revocable:
        return CannotRevoke(member)
    grants.take_back(tx, grant_id)
    grant = member.held.grant
    _renew_cards(tx, grant, now=now)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="revoke",
        subject=f"crew:{grant.role}:{grant.scope}",
        cause=cause,
    )
    return Revoked(member=member, roles=grants.roles_of(tx, member.held.telegram_id))


def _grant(tx: Tx, role: Role, scope: str) -> Grant | None:
    """Return the grant with its scope as the programme writes it; None where there is no such bus, visit or city."""
    if role is Role.LEADER:
        bus = visits.bus_by_label(tx, scope)
        return None if bus is None else Grant(role, bus.label)
    if role is Role.CITY:
        city = find_city(scope, congress=congress.read(tx))
        return None if city is None else Grant(role, city.id)
    if role is Role.HOST:
        visit_id = visits.by_key(tx, scope)
        visit = None if visit_id is None else visits.read(tx, visit_id)
        return None if visit is None else Grant(role, visit.key)
    return Grant(role) if not scope else None


def _renew_cards(tx: Tx, grant: Grant, *, now: datetime) -> None:
    """Let the tickets of a bus name those who lead it now."""
    if grant.role is Role.LEADER:
        renew_bus(tx, grant.scope, now=now)


def _members(tx: Tx, held: tuple[Held, ...], *, mine: tuple[Role, ...]) -> tuple[Member, ...]:
    people = delegates.by_telegram_ids(tx, (each.telegram_id for each in held))
    owners = sum(each.grant.role is Role.OWNER for each in held)

    def member(each: Held) -> Member:
        person = people.get(each.telegram_id)
        is_last = each.grant.role is Role.OWNER and owners == 1
        return Member(
            held=each,
            name="" if person is None else person.name,
            language=None if person is None else person.language,
            revocable=each.grant.role in mine and not each.by_settings and not is_last,
        )

    return tuple(member(each) for each in held)


def _made(token: str) -> str:
    return f"invitation/{hashlib.sha256(token.encode()).hexdigest()}"


def _taken(token: str) -> str:
    return f"{_made(token)}/taken"
