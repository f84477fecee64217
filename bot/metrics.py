"""The numbers as Prometheus reads them. They tell of no person: labels are kinds, states, visits and buses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.services.numbers import Numbers
from bot.tally import BOUNDS, LOST, Latency, Tally
from storage.records import MessageState

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_PREFIX = "visit_bot"
_UPDATES = ("received", "handled", "failed", "parked", "turned_away", "unreadable")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metrics(Collector):
    """One scrape: what this process counted, and what stands in the database for all (None while it is away).

    `ticks` are the seconds since each job last went well. `real_now` tells how long updates wait.
    """

    tally: Tally
    numbers: Numbers | None
    ticks: Mapping[str, float]
    real_now: datetime

    def text(self) -> bytes:
        """Return the scrape in Prometheus's text format."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """Yield every family, for prometheus_client."""
        yield from self._counted()
        yield _gauge("tick_age_seconds", "Since a job last went well.", ("job",), _singly(self.ticks))
        yield _gauge("database_up", "1 while the database answers.", (), [((), int(self.numbers is not None))])
        if self.numbers is not None:
            yield from _standing(self.numbers, real_now=self.real_now)

    def _counted(self) -> Iterator[Metric]:
        tally = self.tally
        updates = {outcome: tally.updates[outcome] for outcome in _UPDATES}
        yield _counter("updates", "Updates of this process, by what became of them.", ("outcome",), _singly(updates))
        door = {str(status): number for status, number in tally.webhook.items()}
        yield _counter("webhook_requests", "Answers at the webhook's door.", ("status",), _singly(door))
        calls = [
            ((method, "lost" if status == LOST else str(status)), number)
            for (method, status), number in tally.calls.items()
        ]
        yield _counter("calls", "Calls of the Bot API.", ("method", "status"), calls)
        yield _counter("messages", "Messages carried by delivery.", ("kind", "outcome"), tally.messages.items())
        yield _histogram("tap_seconds", "From a tap's arrival to its answer.", tally.taps)


def _standing(numbers: Numbers, *, real_now: datetime) -> Iterator[Metric]:
    backlog = numbers.backlog
    outbox = {str(state): backlog.messages.get(state, 0) for state in MessageState}
    yield _gauge("outbox_messages", "Rows of the outbox, of all processes.", ("state",), _singly(outbox))
    overdue = _age(backlog.oldest_due, numbers.at)
    yield _gauge("outbox_oldest_due_seconds", "How late the oldest due message is.", (), [((), overdue)])
    inbox = {"waiting": backlog.waiting, "parked": backlog.parked}
    yield _gauge("inbox_updates", "Rows of the inbox, of all processes.", ("state",), _singly(inbox))
    waits = _age(backlog.oldest_update, real_now)
    yield _gauge("inbox_oldest_seconds", "How long the oldest waiting update waits.", (), [((), waits)])
    for name, what, labels in (
        ("visit_seats", "Seats of a visit.", ("visit", "state")),
        ("bus_seats", "Seats of a bus.", ("visit", "bus", "state")),
    ):
        chosen = [seats for seats in numbers.seats if (seats.bus is None) == ("bus" not in labels)]
        values = [
            ((seats.visit, *(() if seats.bus is None else (seats.bus,)), state), number)
            for seats in chosen
            for state, number in (("taken", seats.taken), ("free", seats.free))
        ]
        yield _gauge(name, what, labels, values)


Samples = Iterable[tuple[tuple[str, ...], float]]


def _counter(name: str, what: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = CounterMetricFamily(f"{_PREFIX}_{name}", what, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _gauge(name: str, what: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(f"{_PREFIX}_{name}", what, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _histogram(name: str, what: str, latency: Latency) -> Metric:
    ends = [*map(str, BOUNDS), "+Inf"]
    sums = [sum(latency.buckets[: place + 1]) for place in range(len(ends))]
    buckets = list(zip(ends, map(float, sums), strict=True))
    return HistogramMetricFamily(f"{_PREFIX}_{name}", what, buckets=buckets, sum_value=latency.sum)


def _singly(numbers: Mapping[str, float]) -> Samples:
    return [((name,), number) for name, number in numbers.items()]


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
