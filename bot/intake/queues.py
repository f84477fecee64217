"""One queue per person: in order for one, many persons side by side, nobody delayed by somebody else's flood.

A queue stands in line for one of the places with its first update only, and after it goes to the end of the line;
while a failed update waits for its next try, its queue takes no place at all. (With a place held by each update that
waits for its turn, one person's 2,000 kept another waiting for 22.7 s.)
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from bot.intake.arrivals import Arrival

MOST_PER_PERSON: Final = 20  # with the one that is being handled
MOST_REMEMBERED: Final = 10_000


@dataclass(eq=False, slots=True)
class Queue:
    """What waits in one line, the next first.

    `is_handled` while that one is with its handler; `is_dropped` when the rest was dropped meanwhile.
    """

    line: int
    arrivals: deque[Arrival] = field(default_factory=deque)
    is_handled: bool = False
    is_dropped: bool = False


class Queues:
    """The updates in hand, each until it is let go: the inbox says that it is done or parked.

    `turn_away` gets the update that comes when its person has too many waiting; it is in hand all the same.
    """

    def __init__(self, *, turn_away: Callable[[Arrival], None]) -> None:
        self._turn_away = turn_away
        self._in_hand: dict[int, int] = {}  # update id -> line
        self._lines: Counter[int] = Counter()  # how many of a line are in hand
        self._finished: dict[int, None] = {}  # the latest ids, oldest first
        self._queues: dict[int, Queue] = {}
        self._next: asyncio.Queue[Queue | None] = asyncio.Queue()
        self.is_closed = False

    @property
    def in_hand(self) -> int:
        """How many updates are in hand."""
        return len(self._in_hand)

    @property
    def lines_in_hand(self) -> int:
        """Of how many lines there are some in hand; a line is a person."""
        return len(self._lines)

    def ids(self) -> list[int]:
        """Return what is in hand."""
        return list(self._in_hand)

    def ids_of(self, lines: Iterable[int]) -> list[int]:
        """Return what is in hand of these lines."""
        some = {line for line in lines if line in self._lines}
        return [update_id for update_id, line in self._in_hand.items() if line in some] if some else []

    def has(self, line: int) -> bool:
        """Say whether anything of this line is in hand."""
        return line in self._lines

    def ended_by(self, update_ids: Collection[int]) -> list[int]:
        """Return the lines of which nothing is in hand any more once these are let go."""
        going = Counter(self._in_hand[update_id] for update_id in update_ids if update_id in self._in_hand)
        return [line for line, count in going.items() if count == self._lines[line]]

    def add(self, arrival: Arrival) -> bool:
        """Queue an update that waits in the inbox, or turn it away; say whether it is new here.

        One that is in hand, or was until just now, is left alone: who brings an update twice at once may hear that
        it waits after it is done.
        """
        if self.is_closed or arrival.update_id in self._in_hand or arrival.update_id in self._finished:
            return False
        line = arrival.line
        self._in_hand[arrival.update_id] = line
        self._lines[line] += 1
        queue = self._queues.get(line)
        if queue is None:
            queue = self._queues[line] = Queue(line)
            self._next.put_nowait(queue)
        elif len(queue.arrivals) >= MOST_PER_PERSON:
            self._turn_away(arrival)
            return True
        queue.arrivals.append(arrival)
        return True

    async def take(self) -> Queue | None:
        """Return the queue whose turn it is; None once the queues are closed."""
        queue = await self._next.get()
        return None if self.is_closed else queue

    def line_up(self, queue: Queue) -> None:
        """Let the queue stand at the end of the line, with the same update first."""
        self._next.put_nowait(queue)

    def next_of(self, queue: Queue) -> None:
        """Take the first update off; the queue goes to the end of the line with the next."""
        queue.arrivals.popleft()
        queue.is_dropped = False
        if queue.arrivals:
            self._next.put_nowait(queue)
        else:
            del self._queues[queue.line]

    def let_go(self, update_ids: Iterable[int]) -> None:
        """Forget these but for their ids: the inbox knows how they ended."""
        for update_id in update_ids:
            self._out_of_hand(update_id)
            self._finished[update_id] = None
        while len(self._finished) > MOST_REMEMBERED:
            del self._finished[next(iter(self._finished))]

    def give_up(self, queue: Queue) -> None:
        """Forget all that is in the queue, as if it had never come: it stands in the inbox, in order."""
        for arrival in queue.arrivals:
            self._out_of_hand(arrival.update_id)
        queue.arrivals.clear()
        del self._queues[queue.line]

    def drop_waiting(self) -> list[int]:
        """Forget what is not being handled, as if it had never come; return the lines of which nothing is left."""
        before = set(self._lines)
        for queue in list(self._queues.values()):
            if not queue.is_handled:
                self.give_up(queue)
                continue
            queue.is_dropped = True
            while len(queue.arrivals) > 1:
                self._out_of_hand(queue.arrivals.pop().update_id)
        return [line for line in before if line not in self._lines]

    def close(self, *, workers: int) -> None:
        """Take nothing more; each worker that waits is told."""
        self.is_closed = True
        for _ in range(workers):
            self._next.put_nowait(None)

    def _out_of_hand(self, update_id: int) -> None:
        line = self._in_hand.pop(update_id, None)
        if line is None:
            return
        self._lines[line] -= 1
        if not self._lines[line]:
            del self._lines[line]
