"""The only question "what time is it?". Handlers, intake, delivery and ticker ask; below them `now` is an argument.

Business time alone: openings, deadlines, reminders and shown times. Leases, pace and time-outs use real time.
"""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the moment in aware UTC. It can be set elsewhere and run faster, for rehearsals and the demo."""

    def __init__(self, start: datetime | None = None, *, speed: float = 1.0) -> None:
        self._speed = speed
        self._real_start = real_now()
        self._start = self._real_start if start is None else start.astimezone(UTC)

    def now(self) -> datetime:
        return self._start + self._speed * (real_now() - self._real_start)

    def move_to(self, moment: datetime) -> None:
        """Set the clock; it goes on from there at its speed."""
        self._start = moment.astimezone(UTC)
        self._real_start = real_now()

    def advance(self, by: timedelta) -> None:
        """Move the clock by a span."""
        self.move_to(self.now() + by)


def real_now() -> datetime:
    """Return the real moment, for leases and the age of updates."""
    return datetime.now(UTC)
