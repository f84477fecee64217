"""The promised days, in the chat: names leave the lists, then everybody is a stranger. Nothing goes a minute before."""

from datetime import timedelta
from typing import Any

from bot.clock import real_now
from bot.services.auditing import find_deviations
from bot.texts import forgetting as texts
from tests.house import at as moment
from tests.house import running_bot
from tests.journeys.scenes import again, answered, person, plain, until, visit_of, words_of
from tests.journeys.test_forgetting import COMPANION, NAME, sign_up_with, whole_database

MINUTE = timedelta(minutes=1)


async def test_the_promised_days_are_kept_by_a_bot_that_runs(database_url: str, simulator: Any) -> None:
    """One bot a day, as it would be restarted; each looks at its calendar as it starts."""
    names_go, all_goes = moment("09-05 00:00"), moment("09-30 00:00")
    async with running_bot(database_url, simulator=simulator) as house:
        emma = await house.delegate(NAME)
        await sign_up_with(house, emma, "nab-am", COMPANION)
        owner = await house.organizer()
    for now, names_stand in ((names_go - MINUTE, True), (names_go, False), (all_goes - MINUTE, False)):
        async with running_bot(database_url, simulator=simulator, now=now) as house:
            owner, emma = await again(house, owner), await again(house, emma)
            if not names_stand:
                await until(lambda: _is_gone(house, COMPANION))
            roster = await answered(owner, "/roster nab-am")
            assert (COMPANION in roster.text) is names_stand
            assert ("1. –" in roster.text) is not names_stand
            known = await person(house, emma)
            assert known is not None
            assert known.name == NAME
    async with running_bot(database_url, simulator=simulator, now=all_goes) as house:
        emma = await again(house, emma)
        await until(lambda: _is_gone(house, NAME))
        assert await person(house, emma) is None
        assert (await answered(emma, "/mydata")).text == plain(texts.nothing_stored(words_of(house, "en")))
        assert (await visit_of(house, "nab-am")).seats_taken == 2
        await until(lambda: _is_gone(house, str(emma.id)))
        assert await house.ask(find_deviations, now=house.clock.now(), real_now=real_now()) == ()


async def _is_gone(running: Any, word: str) -> bool:
    return word not in await running.ask(whole_database)
