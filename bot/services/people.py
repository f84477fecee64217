"""Who is writing: known or not, agreed or not, in which language, with which authority."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.rules.lateness import CRITICAL
from bot.rules.naming import clean_name
from bot.services.cards import renew_own
from storage import Tx, delegates, grants, log, outbox
from storage.records import Delegate, Draft, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The one who wrote, as far as the bot knows them. `delegate` is None before the first tap."""

    delegate: Delegate | None
    roles: frozenset[Role]
    draft: Draft | None = None
    """What they have begun to type."""


def find_person(tx: Tx, *, telegram_id: int, now: datetime) -> Person:
    """Return what is known of this numeric id; writes nothing."""
    delegate, roles, draft = delegates.meet(tx, telegram_id, now=now)
    return Person(delegate=delegate, roles=roles, draft=draft)


def agree(tx: Tx, *, telegram_id: int, name: str, language: str, notice: str, now: datetime) -> Delegate:
    """Store that the person saw the privacy notice (its version) and chose the language; their name from now on.

    The name is the one their Telegram profile shows, or "Delegate" with the id when nothing of it can be read;
    they can change it. A repeat changes the language alone.
    """
    known = delegates.by_telegram_id(tx, telegram_id)
    delegate_id = known.id if known else delegates.add(tx, telegram_id=telegram_id, now=now)
    if known is None or known.consent is None:
        delegates.change(tx, delegate_id, name=clean_name(name) or f"Delegate {telegram_id}")
    if known is None or known.consent != notice:
        delegates.change(tx, delegate_id, consent=notice, consent_at=now)
        log.write(
            tx, at=now, actor=telegram_id, action="agree", subject=f"delegate:{delegate_id}", after={"notice": notice}
        )
    delegates.change(tx, delegate_id, language=language)
    if known is not None and known.language != language:
        renew_own(tx, delegate_id, now=now)
    if known is not None and known.unreachable:
        _welcome_back(tx, delegate_id, now=now)
    return delegates.read(tx, delegate_id)


def choose_language(tx: Tx, *, delegate_id: int, language: str, now: datetime) -> None:
    """Let every later message and reminder speak this language, and the tickets that stand in the chat."""
    delegates.change(tx, delegate_id, language=language)
    renew_own(tx, delegate_id, now=now)


def stop_messages(tx: Tx, *, delegate_id: int, now: datetime) -> None:
    """Send the person nothing more but what their seats depend on."""
    delegates.change(tx, delegate_id, stopped_at=now)


def resume_messages(tx: Tx, *, delegate_id: int) -> None:
    """Send the person everything again."""
    delegates.change(tx, delegate_id, stopped_at=None)


def mark_reachable(tx: Tx, *, telegram_id: int, reachable: bool, now: datetime) -> None:
    """Remember that the person blocked the bot, or is back.

    Who is back gets the tickets, changes and reminders that could not reach them, as far as they still hold.
    """
    delegate = delegates.by_telegram_id(tx, telegram_id)
    if delegate is None or delegate.unreachable != reachable:
        return
    if reachable:
        _welcome_back(tx, delegate.id, now=now)
    else:
        delegates.change(tx, delegate.id, unreachable_since=now)


def _welcome_back(tx: Tx, delegate_id: int, *, now: datetime) -> None:
    delegates.change(tx, delegate_id, unreachable_since=None)
    outbox.revive(tx, delegate_id=delegate_id, kinds=CRITICAL, now=now)


def name_owners(tx: Tx, *, owner_ids: tuple[int, ...], now: datetime) -> tuple[int, ...]:
    """Make the settings' owners the owners, and return the ids that were owners until now."""
    added, lost = grants.follow_settings(tx, owner_ids, now=now)
    for action, ids in (("grant", added), ("revoke", lost)):
        for telegram_id in ids:
            log.write(
                tx, at=now, actor=None, action=action, subject=f"person:{telegram_id}", after={"role": Role.OWNER}
            )
    return tuple(lost)


def crew_by_language(tx: Tx, *, default: str) -> tuple[tuple[int, str, frozenset[Role]], ...]:
    """Return the Telegram id of everybody with a role, with the language they chose and their roles."""
    roles: dict[int, frozenset[Role]] = {}
    for held in grants.everybody(tx):
        roles[held.telegram_id] = roles.get(held.telegram_id, frozenset()) | {held.grant.role}
    people = delegates.by_telegram_ids(tx, roles)
    spoken = {telegram_id: person.language for telegram_id, person in people.items()}
    return tuple((telegram_id, spoken.get(telegram_id) or default, theirs) for telegram_id, theirs in roles.items())


def languages_of(tx: Tx, telegram_ids: Iterable[int], *, default: str) -> tuple[tuple[int, str], ...]:
    """Return each of these Telegram ids with the language they chose."""
    known = ((telegram_id, delegates.by_telegram_id(tx, telegram_id)) for telegram_id in telegram_ids)
    return tuple((telegram_id, (person.language if person else None) or default) for telegram_id, person in known)
