"""One simulated day, from the opening of booking to the return of the last bus: a seed decides everything.

Delegates book, replace, give back, bring companions, change their language, block the bot and come back; organizers
delay, change seats and announce; the process dies, is started again, or is off for hours while updates wait.
Over 200 lines: all acts share the clock, the people and the trace.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.delivery.letter import Letter
from bot.language import Languages
from bot.rules.booking import AlreadyReleased
from bot.services import booking, broadcasts, housekeeping, organizers, people, reminders
from bot.services.booking import Booked, Released
from bot.services.broadcasts import Preview, Progress
from bot.services.organizers import Delayed, SeatsSet
from bot.texts import tickets
from storage import Tx, visits
from storage.records import Lease, Message, Visit
from tests.house import OWNER, at
from tests.proof.day.books import Books
from tests.proof.day.desk import MemoryDesk
from tests.proof.day.phones import Died, Phones
from tests.proof.day.post import Post
from tests.services.world import Document, World, document, put_party, settle, table

MINUTE = timedelta(minutes=1)
KEYS = ("nab-am", "pres-am", "nab-pres-pm", "aitu-walk", "karaganda-day")
LABELS = ("B01", "B02", "B03", "B05", "B14")
PEOPLE = 12
BEGINS, EVENING, MORNING, OVER = at("08-18 08:30"), at("08-21 17:30"), at("08-22 06:30"), at("08-22 21:00")
_TAP_FATES = ("could not show", "died before it showed", "died after it showed")
_FIRST_CARD = 500_000
"""The message that a tap is on has a number above this, so that no message that comes later has the same."""
_TAP_LEASE = timedelta(seconds=15)

Update = Callable[[], None]


def small_congress() -> Document:
    """Few seats for many people, and a walk between two visits."""
    of = document()
    table(of, "visits", "karaganda-day")["capacity"] = 3
    table(of, "visits", "nab-pres-pm")["held_back"] = 1
    table(of, "buses", "B03")["seats"] = 4
    table(of, "visits", "aitu-walk").update(
        capacity=3, start="2025-08-22T12:20:00+05:00", end="2025-08-22T13:40:00+05:00"
    )
    return of


@dataclass(kw_only=True)
class Day:
    """A day under way. `trace` tells every act and every message; two runs of a seed have the same."""

    desk: MemoryDesk
    languages: Languages
    seed: int
    reached: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    now: datetime = BEGINS

    def __post_init__(self) -> None:
        self.random = Random(f"day/{self.seed}")
        self.desk.begin_anew()
        self.world: World = self.desk.do(settle, people=PEOPLE, file=small_congress(), now=self.now)
        self.owner = self.desk.do(
            people.agree, telegram_id=OWNER, name="Gulzhan", language="ru", notice="1", now=self.now
        ).id
        self.phones = Phones(self.random, self.reached)
        self.books = Books(desk=self.desk, phones=self.phones, reached=self.reached)
        self.updates = 0
        self.effects = 0
        self.waiting: deque[Update] = deque()
        self.off_until = self.now
        self.post = self._new_post()

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    # The day.

    def live(self) -> None:
        """Let it all happen; raise AssertionError where a promise is broken."""
        while self.now < OVER:
            self.now += self._pause()
            for _ in range(self.random.choice((0, 1, 1, 2, 3))):
                self.waiting.append(self._an_act())
            if self.now < self.off_until:
                continue
            try:
                self._work()
            except Died:
                self._die()
            self.books.check(self.now, effects=self.effects)
        self._end()

    def _pause(self) -> timedelta:
        if self.now < EVENING:
            return self.random.choice((20, 90, 240, 400)) * MINUTE
        if self.now < MORNING:
            return self.random.choice((15, 40, 60)) * MINUTE
        return self.random.choice((5, 15, 20, 30)) * MINUTE

    def _work(self) -> None:
        """What the process does while it is on: updates in order, the ticker's jobs, the outbox."""
        while self.waiting:
            self.waiting[0]()
            self.waiting.popleft()
        made = self.desk.do(reminders.plan_due_reminders, now=self.now)
        if made:
            self._tell(f"{made} reminders")
        self.books.planned(self.now)
        self.desk.do(housekeeping.tidy_drafts, now=self.now)
        for _ in range(self.random.choice((1, 2, 6))):
            if not self.post.send(limit=self.random.choice((1, 4, 16))):
                break
            self.now += timedelta(seconds=1)
        if self.random.random() < 0.004:
            raise Died

    def _die(self) -> None:
        self._tell("the process died")
        self.reached["died"] += 1
        if self.random.random() < 0.4:
            self.reached["off for a while"] += 1
            self.off_until = self.now + self.random.choice((5, 45, 300)) * MINUTE
        self.post.close()
        self.post = self._new_post()

    def _end(self) -> None:
        """Nothing goes wrong any more: what still waits comes to its end, and everything is counted."""
        self.phones.calm = True
        for _ in range(400):
            self.now += 5 * MINUTE
            while self.waiting:
                self.waiting.popleft()()
            self.post.send(limit=16)
            if not self.books.under_way():
                break
        self.post.close()
        self.books.check(self.now, effects=self.effects)
        self.books.close()

    # What happens. Each returns an update that is handled now or once the process is on again.

    def _an_act(self) -> Update:
        acts: list[tuple[int, Callable[[], Update]]] = [
            (10, self._book),
            (4, self._book_for_several),
            (3, self._replace),
            (4, self._give_back),
            (1, self._speak),
            (2, self._block),
            (2, self._come_back),
            (2, self._delay),
            (1, self._set_seats),
            (1, self._announce),
        ]
        return self.random.choices([act for _, act in acts], [often for often, _ in acts])[0]()

    def _book(self) -> Update:
        return self._booking(party=1, names=False, replaces=False)

    def _book_for_several(self) -> Update:
        return self._booking(party=self.random.randint(2, 4), names=self.random.random() < 0.8, replaces=False)

    def _replace(self) -> Update:
        return self._booking(party=1, names=False, replaces=True)

    def _booking(self, *, party: int, names: bool, replaces: bool) -> Update:
        who, key = self._somebody(), self.random.choice(KEYS)
        if names:
            companions = [f"Companion {number}" for number in range(1, party)]
            typed = {"congress": self.world.congress}
            self.waiting.append(lambda: self.desk.do(put_party, who, key, *companions, **typed, now=self.now))
        visit = self._visit(key)
        own = self.books.held(who) if replaces else []
        asked = {
            "delegate_id": who,
            "visit_id": visit.id,
            "visit_version": visit.version - (self.random.random() < 0.05),
            "party": party,
            "giving_up": tuple((row.id, row.version) for row in own),
            "congress": self.world.congress,
        }
        cause = self._cause()

        def tap() -> None:
            card = _FIRST_CARD + int(cause.split("/")[1])
            lease = Lease(token=f"{cause}/{len(self.trace)}", until=self.now + _TAP_LEASE, edits=card)
            outcome = self._act(booking.book_seat, Booked, cause, **asked, lease=lease)
            if isinstance(outcome, Booked):
                self.reached["booked for several"] += party > 1
                self.reached["replaced"] += bool(own)
                self._show(outcome, lease)

        return self._sometimes_twice(tap)

    def _show(self, outcome: Booked, lease: Lease) -> None:
        """The tap edits its card into the ticket, and marks the message as sent; it may die on the way."""
        ticket = outcome.ticket
        fate = self.random.choices(("showed", *_TAP_FATES), (80, 10, 5, 5))[0]
        self.reached[f"tap {fate}"] += 1
        if fate == "could not show":
            return  # its lease runs out, and delivery sends the ticket
        if fate == "died before it showed":
            raise Died
        reader = self.books.reader(ticket.booking.delegate_id)
        self.phones.about = f"ticket/{ticket.booking.id}"
        say = self.languages[reader.language]
        text = tickets.ticket(say, ticket, congress=self.world.congress)
        sent = self.phones.edit(reader.telegram_id, lease.edits, text)
        if fate == "died after it showed":
            self.phones.doubts[self.phones.about] += 1
            raise Died
        self.post.shown(lease.token, sent.message_id)

    def _give_back(self) -> Update:
        everything = self.books.bookings()
        if not everything:
            return lambda: None
        row, cause = self.random.choice(everything), self._cause()
        asked = {"delegate_id": row.delegate_id, "booking_id": row.id, "booking_version": row.version}

        def tap() -> None:
            outcome = self._act(booking.release_seat, Released, cause, congress=self.world.congress, **asked)
            assert outcome is not None, "their own booking is not theirs"
            if row.state == "released":
                assert not isinstance(outcome, Released)
                assert isinstance(outcome.refusal, AlreadyReleased)

        return self._sometimes_twice(tap)

    def _speak(self) -> Update:
        who, language = self._somebody(), self.random.choice(("en", "kk", "ru"))
        return lambda: self.desk.do(people.choose_language, delegate_id=who, language=language, now=self.now)

    def _block(self) -> Update:
        who = self.books.reader(self._somebody())
        self.phones.blocked.add(who.telegram_id)
        self.reached["blocked"] += 1
        if self.random.random() < 0.5:
            return lambda: None  # nobody is told; the next message finds out
        return lambda: self._reachable(who.telegram_id)

    def _come_back(self) -> Update:
        if not self.phones.blocked:
            return lambda: None
        telegram_id = self.random.choice(sorted(self.phones.blocked))
        self.phones.blocked.discard(telegram_id)
        self.reached["came back"] += 1
        return lambda: self._reachable(telegram_id)

    def _reachable(self, telegram_id: int) -> None:
        reachable = telegram_id not in self.phones.blocked
        self.desk.do(people.mark_reachable, telegram_id=telegram_id, reachable=reachable, now=self.now)

    def _delay(self) -> Update:
        key, minutes, cause = self.random.choice(KEYS), self.random.choice((-30, 10, 15, 30, 45, 120)), self._cause()

        def command() -> None:
            self._act(organizers.delay_visit, Delayed, cause, actor=OWNER, name=key, minutes=minutes)

        return self._sometimes_twice(command)

    def _set_seats(self) -> Update:
        label, seats, cause = self.random.choice(LABELS), self.random.randint(0, 6), self._cause()

        def command() -> None:
            self._act(organizers.set_seats, SeatsSet, cause, actor=OWNER, name=label, seats=seats)

        return self._sometimes_twice(command)

    def _announce(self) -> Update:
        name, cause = self.random.choice(("all", *KEYS)), self._cause()
        asked = {"actor": OWNER, "delegate_id": self.owner, "congress": self.world.congress}

        def tap() -> None:
            preview = self.desk.do(
                broadcasts.preview_announcement,
                **asked,
                name=name,
                text="Bring water.",
                draft_key=self.updates,
                now=self.now,
            )
            if isinstance(preview, Preview):
                asked_key = self.updates
                send = {**asked, "draft_key": asked_key, "message_id": 1_000_000 + asked_key}
                self._act(broadcasts.send_announcement, Progress, cause, **send)
                self._act(broadcasts.send_announcement, Progress, cause, **send)
                self.reached["repeated"] += 1

        return tap

    # How it happens.

    def _act(self, service: Callable[..., Any], succeeds: type, cause: str, **asked: Any) -> Any:
        """Run the service; count its effect once, however often the cause comes."""
        known = self.books.has_happened(cause)
        before = self.books.content() if known else None
        outcome = self.desk.do(service, **asked, now=self.now, cause=cause)
        if known:
            self.reached["repeated"] += 1
            assert self.books.content() == before, f"{cause} had a second effect"
        elif isinstance(outcome, succeeds):
            self.effects += 1
        self.reached[type(outcome).__name__] += 1
        self._tell(f"{cause} {service.__name__}: {type(outcome).__name__}")
        return outcome

    def _sometimes_twice(self, update: Update) -> Update:
        """Telegram, or an inbox whose process died, brings some updates again."""
        if self.random.random() > 0.1:
            return update

        def twice() -> None:
            update()
            update()

        return twice

    def _somebody(self) -> int:
        return self.random.choice(self.world.people)

    def _visit(self, key: str) -> Visit:
        def read(tx: Tx) -> Visit | None:
            visit_id = visits.by_key(tx, key)
            return None if visit_id is None else visits.read(tx, visit_id)

        visit = self.desk.do(read)
        assert isinstance(visit, Visit)
        return visit

    def _cause(self) -> str:
        self.updates += 1
        return f"update/{self.updates}"

    def _tell(self, what: str) -> None:
        self.trace.append(f"{self.now:%d %H:%M:%S} {what}")

    def _new_post(self) -> Post:
        def look(message: Message, letter: Letter) -> None:
            self._tell(f"{message.key} to {message.telegram_id}: {hashlib.sha256(letter.text.encode()).hexdigest()}")
            self.books.about_to_send(message, letter, self.now)

        return Post(
            desk=self.desk,
            phones=self.phones,
            languages=self.languages,
            congress=self.world.congress,
            now=lambda: self.now,
            random=self.random,
            reached=self.reached,
            look=look,
        )
