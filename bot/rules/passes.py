"""QR passes: what one says, signed so that nobody makes one, and who may board with it. No person's data is in it.

A pass is 41 letters of A-Z a-z 0-9 _ -, so it fits the payload of a t.me link (64, Bot API). Whoever scans it opens the
bot with it; the bot answers the traveller, later the bus leader, and tells others nothing.
"""

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from storage.records import Booking, BookingState

PREFIX: Final = "t_"
"""By which /start knows a pass; a visit's link begins otherwise."""
_FACTS = struct.Struct(">BIII")  # key id, booking, version, issued (unix seconds)
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PassKey:
    """A signing key. Its id rides in the pass, so that passes of the key before stay valid while both are known."""

    id: int
    secret: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a genuine pass says: this booking as it was at this version."""

    booking_id: int
    version: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class PassOutdated:
    """The booking has changed since the pass was made."""


@dataclass(frozen=True, slots=True)
class PassEnded:
    """The booking holds no seat any more."""


PassRefusal = PassOutdated | PassEnded


def pass_key(secret: bytes) -> PassKey:
    """Return the key of this secret (32 bytes) with the id that follows from it."""
    return PassKey(id=hmac.digest(secret, b"key id", hashlib.sha256)[0], secret=secret)


def make_pass(booking: Booking, *, key: PassKey, now: datetime) -> str:
    """Return the booking's pass as it is now."""
    facts = _FACTS.pack(key.id, booking.id, booking.version, int(now.timestamp()))
    return PREFIX + urlsafe_b64encode(facts + _sign(facts, key)).decode().rstrip("=")


def read_pass(payload: str, *, keys: Iterable[PassKey]) -> Pass | None:
    """Return what a genuine pass says; None for one that is forged, cut, or signed with a key nobody knows any more.

    The signature is compared in constant time.
    """
    if not payload.startswith(PREFIX):
        return None
    encoded = payload.removeprefix(PREFIX)
    try:
        raw = urlsafe_b64decode(encoded + "==")  # more padding than it needs is no harm
    except ValueError:
        return None
    if len(raw) != _FACTS.size + _SIGNATURE_BYTES or urlsafe_b64encode(raw).decode().rstrip("=") != encoded:
        return None
    facts, signature = raw[: _FACTS.size], raw[_FACTS.size :]
    key_id, booking_id, version, issued = _FACTS.unpack(facts)
    # No early end: how long it takes does not tell which key it was.
    genuine = [hmac.compare_digest(_sign(facts, key), signature) for key in keys if key.id == key_id]
    if not any(genuine):
        return None
    return Pass(booking_id=booking_id, version=version, issued_at=datetime.fromtimestamp(issued, UTC))


def refuse_pass(signed: Pass, booking: Booking) -> PassRefusal | None:
    """Say why nobody may board with this genuine pass of the booking, or None."""
    if booking.state is not BookingState.BOOKED:
        return PassEnded()
    return None if signed.version == booking.version else PassOutdated()


def _sign(facts: bytes, key: PassKey) -> bytes:
    return hmac.digest(key.secret, facts, hashlib.sha256)[:_SIGNATURE_BYTES]
