"""zones: summer-time nights and the zone change of 2024, by dates alone: each reminder once, at its instant.

The nights are walked tick by tick as the ticker does. What is right is computed from the offsets written here, not from
the zone data that the bot uses.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.language import load_languages
from bot.rules.reminding import moments_due
from storage.records import ReminderRule, VisitState
from tests.makers import a_bus, a_visit
from tests.proof.trial import Line, Trial

HOUR = timedelta(hours=1)
GRACE = 4 * HOUR
BEFORE = ReminderRule(id="before", evening_at=None, minutes_before=60, grace=50 * timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The clocks of a zone change at `at`: hours ahead of UTC until then and from then on."""

    zone: str
    at: datetime
    before: int
    after: int

    def offset(self, moment: datetime) -> timedelta:
        return HOUR * (self.before if moment < self.at else self.after)

    def instant(self, day: date, clock: time) -> datetime:
        """Return when that clock time is: the first time where it comes twice, as if unchanged where it never does."""
        shown = datetime.combine(day, clock, tzinfo=UTC)
        candidates = [shown - HOUR * ahead for ahead in (self.before, self.after)]
        real = [moment for moment in candidates if moment + self.offset(moment) == shown]
        return min(real, default=candidates[0])

    def shown(self, moment: datetime) -> str:
        """Return the day and time that the clocks there show, in English."""
        local = moment + self.offset(moment)
        return f"{local:%A}, {local.day} {local:%B}, {local:%H:%M}"


NIGHTS = (
    Night(zone="Europe/Berlin", at=datetime(2025, 3, 30, 1, tzinfo=UTC), before=1, after=2),
    Night(zone="Europe/Berlin", at=datetime(2025, 10, 26, 1, tzinfo=UTC), before=2, after=1),
    Night(zone="Asia/Almaty", at=datetime(2024, 2, 29, 18, tzinfo=UTC), before=6, after=5),
)


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Walk each night with evening rules at every half hour and departures all around it."""
    every = trial.size(3, 12)
    rules = evening_rules()
    walked = 0
    wrong: list[str] = []
    for night in NIGHTS:
        for departs_at in (night.at + HOUR * ahead for ahead in range(-24, 49, every)):
            walked += len(rules) + 1
            wrong += faults(night, departs_at, rules=(*rules, BEFORE), tick=timedelta(minutes=trial.size(5, 30)))
    yield Line(
        name="zones",
        figure=f"{len(wrong)} wrong of {walked} reminders in {len(NIGHTS)} nights {wrong[:3] or ''}".rstrip(),
        bar="each once, at its instant, shown right",
        holds=not wrong,
    )


def evening_rules() -> tuple[ReminderRule, ...]:
    """A rule for each half hour of the day: 02:30, which comes twice or never, among them."""
    clocks = (time(half // 2, half % 2 * 30) for half in range(48))
    return tuple(
        ReminderRule(id=f"{clock:%H:%M}", evening_at=clock, minutes_before=None, grace=GRACE) for clock in clocks
    )


def faults(night: Night, departs_at: datetime, *, rules: tuple[ReminderRule, ...], tick: timedelta) -> Iterator[str]:
    """Name each reminder of this departure that is late, early, missing, double, or shown wrongly."""
    made = walk(night, departs_at, rules=rules, tick=tick)
    say = load_languages(night.zone)["en"]
    eve = (departs_at + night.offset(departs_at)).date() - timedelta(days=1)
    for rule in rules:
        if rule.evening_at is None:
            due_at = departs_at - HOUR
        else:
            due_at = night.instant(eve, rule.evening_at)
        if made[rule.id] != [(due_at, due_at)]:
            yield f"{night.zone} {rule.id} for {departs_at:%m-%d %H:%M}Z: {made[rule.id]} instead of {due_at}"
        for moment in (due_at, departs_at):
            if say.moment(moment) != night.shown(moment):
                yield f"{night.zone} {moment} is shown as {say.moment(moment)}"


def walk(
    night: Night, departs_at: datetime, *, rules: tuple[ReminderRule, ...], tick: timedelta
) -> defaultdict[str, list[tuple[datetime, datetime]]]:
    """Tick from two days before until the departure; return (due, first seen) of what each rule makes.

    As in the database, one reminder has one key: rule, booking and due moment.
    """
    bus = a_bus(departs_at=departs_at, boards_at=departs_at)
    visit = a_visit(bus, state=VisitState.OPEN, leaves_at=departs_at, returns_at=departs_at + HOUR)
    made: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    keys = set()
    now = departs_at - 50 * HOUR
    while now < departs_at + HOUR:
        for moment in moments_due([visit], rules, now=now, zone=ZoneInfo(night.zone)):
            key = (moment.rule_id, moment.due_at)
            if moment.bus_id == bus.id and key not in keys:
                keys.add(key)
                made[moment.rule_id].append((moment.due_at, now))
        now += tick
    return made
