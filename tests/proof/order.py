"""order: what one person does takes effect in the order they did it, whichever replica handles it.

Each person taps and writes in turns; a tap is known by its query, a text by the new message that answers it between
the taps. Nobody has more than ten waiting: more than twenty would be a flood, and the rest of it is turned away.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.ledger import reached, read_rows
from tests.proof.measure import spread
from tests.proof.people import at_once, hand_out_phones, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

_ROUND = 10
_TEXT = "text"
Deeds = dict[int, list[str]]
"""Of each person, in order: the query of a tap, or _TEXT."""


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """One replica on SQLite, three on PostgreSQL."""
    for database, replicas in ((SQLITE, 1), (POSTGRESQL, 3)):
        yield await _in_turns(trial, database, replicas)


async def _in_turns(trial: Trial, database: str, replicas: int) -> Line:
    people, rounds = trial.size(200, 20), trial.size(5, 1)
    url = trial.database(database)
    prepared = await prepare(url, people=people)
    done: Deeds = defaultdict(list)
    async with fleet(url, query_seconds=150.0) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        bots = [await telegram.start_bot() for _ in range(replicas)]

        async def act(person: int) -> None:
            for number in range(_ROUND):
                if number % 3 == 2:
                    await telegram.ask(f"/sim/phones/{person}/send", {"text": f"/start {number}"})
                    done[person].append(_TEXT)
                else:
                    done[person].append(await crowd.tap(person, ("menu", "cities", "my")[len(done[person]) % 3]))

        await crowd.look()
        crowd.calls.clear()
        unanswered = 0
        for _ in range(rounds):
            await at_once(act, prepared.people, most=64)
            unanswered += await crowd.answered(within=120)
        codes = [await bot.stop() for bot in bots]
        await crowd.look()
    rows = await read_rows(url)
    seen = _answered(crowd)
    inversions = sum(count_inversions(done[person], seen[person]) for person in done)
    missing = sum(max(0, len(done[person]) - len(seen[person])) for person in done)
    twice = sum(max(0, len(seen[person]) - len(done[person])) for person in done)
    return Line(
        name=f"order, {replicas} replica{'s' * (replicas > 1)}",
        database=database,
        figure=f"{inversions} inversions in {sum(map(len, done.values()))} updates of {people} people; {missing} "
        f"unanswered, {twice} answered twice, {rows.waiting} left; {spread(crowd.latencies)}, exit {codes}",
        bar="0 inversions, 0 lost, 0 twice",
        holds=not any((inversions, missing, twice, unanswered, rows.waiting, *codes)),
    )


def _answered(crowd: Crowd) -> Mapping[int, Sequence[str]]:
    """Return of each person what was answered, in the order of the answers."""
    seen: Deeds = defaultdict(list)
    for call in crowd.calls:
        if not reached(call):
            continue
        if call.method == "answerCallbackQuery":
            query = str(call.params["callback_query_id"])
            seen[crowd.taps[query].person].append(query)
        elif call.method == "sendMessage" and call.chat_id is not None:
            seen[call.chat_id].append(_TEXT)
    return seen


def count_inversions(done: Sequence[str], seen: Iterable[str]) -> int:
    """Count the answers that came before the answer of something done earlier. Texts are told apart by their place."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, deed in enumerate(done):
        places[deed].append(place)
    latest, inversions = -1, 0
    for deed in seen:
        place = places[deed].pop(0) if places[deed] else len(done)
        inversions += place < latest
        latest = max(latest, place)
    return inversions
