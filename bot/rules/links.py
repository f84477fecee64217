"""Deep links: what a payload names, and the addresses of a visit's card, a seat given away, an invitation.

Telegram passes on at most 64 letters of A-Z a-z 0-9 _ - (core.telegram.org/bots/features#deep-linking).
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

from bot.rules.passes import PassKey
from storage.records import Visit

_KEY = re.compile(r"(?:v_)?([a-z0-9-]{1,24})")
GIFT = "g_"
INVITATION = "i_"
GIFT_BYTES = 12
"""So many random bytes are a gift's secret: 16 letters of a link."""
_ONE_USE = re.compile(rf"(?:{GIFT}|{INVITATION})[A-Za-z0-9_-]{{16}}")
FROM_A_GROUP = "group"
"""What the link in a group carries: just the way to the private chat. No visit is called so."""


def visit_link(visit: Visit, *, username: str) -> str:
    """Return the address that opens the bot on this visit's card."""
    return f"{bot_link(username)}?start=v_{visit.key}"


def gift_link(token: str, *, username: str) -> str:
    """Return the address at which a colleague takes the seat that is given to them."""
    return f"{bot_link(username)}?start={GIFT}{token}"


def invitation_link(token: str, *, username: str) -> str:
    """Return the address at which somebody joins the crew."""
    return f"{bot_link(username)}?start={INVITATION}{token}"


def invitation_token(cause: str, *, key: PassKey) -> str:
    """Return the secret of the link that this update makes: 16 letters, the same when it is handled again."""
    digest = hmac.digest(key.secret, f"invitation/{cause}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:12]).decode()


def pass_link(signed: str, *, username: str) -> str:
    """Return the address that opens a ticket by its pass (rules/passes.py)."""
    return f"{bot_link(username)}?start={signed}"


def group_link(username: str) -> str:
    """Return the address that leads from a group into the private chat, and tells nothing."""
    return f"{bot_link(username)}?start={FROM_A_GROUP}"


def bot_link(username: str) -> str:
    """Return the address of the bot."""
    return f"https://t.me/{username}"


def read_payload(payload: str) -> str | None:
    """Return what a /start payload names: a visit's key, or `GIFT` or `INVITATION` with its token; None for others.

    Whether there is such a visit, seat or invitation is not asked here.
    """
    if _ONE_USE.fullmatch(payload):
        return payload
    found = _KEY.fullmatch(payload)
    return found.group(1) if found else None
