"""The rule of what may be heard when, as the claim asks for it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.pushes import NO_PUSH, day_began, heard_from
from storage.claiming import Restraint
from storage.records import Congress, MessageClass


def restraint_at(now: datetime, congress: Congress) -> Restraint:
    """Return what keeps messages back at this moment: the congress's quiet hours, and its number a day."""
    zone = ZoneInfo(congress.zone)

    def heard(kind: str, message_class: MessageClass, heard_today: int, expires_at: datetime) -> datetime:
        return heard_from(
            kind,
            message_class,
            heard_today=heard_today,
            most_a_day=congress.pushes_a_day,
            quiet=congress.quiet_hours,
            expires_at=expires_at,
            now=now,
            zone=zone,
        )

    return Restraint(day_began=day_began(now, zone=zone), uncounted=NO_PUSH, heard_from=heard)
