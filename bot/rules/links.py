"""Deep links: which visit a payload names, and the address that brings somebody to a visit's card."""

import re

from storage.records import Visit

MOST_PAYLOAD = 64
"""Telegram's own limit; its letters are A-Z a-z 0-9 _ - (core.telegram.org/bots/features#deep-linking)."""
_KEY = re.compile(r"(?:v_)?([a-z0-9-]{1,24})")
FROM_A_GROUP = "group"
"""What the link in a group carries: just the way to the private chat. No visit is called so."""


def visit_link(visit: Visit, *, username: str) -> str:
    """Return the address that opens the bot on this visit's card."""
    return f"{bot_link(username)}?start=v_{visit.key}"


def group_link(username: str) -> str:
    """Return the address that leads from a group into the private chat, and tells nothing."""
    return f"{bot_link(username)}?start={FROM_A_GROUP}"


def bot_link(username: str) -> str:
    """Return the address of the bot."""
    return f"https://t.me/{username}"


def read_payload(payload: str) -> str | None:
    """Return the key that a /start payload names, whether or not there is such a visit; None for anything else."""
    if len(payload) > MOST_PAYLOAD:
        return None
    found = _KEY.fullmatch(payload)
    return found.group(1) if found else None
