"""/today: each of the crew reads their own day, in order and in their language."""

import pytest

from storage import grants
from storage.records import Grant, Role
from tests.house import OPEN, Running, at
from tests.journeys.scenes import LANGUAGES, answered, callbacks, screen_after, visit_of, words_of


@pytest.mark.parametrize("code", LANGUAGES)
async def test_leader_host_and_organizer_read_their_own_day(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    leader, host = await house.delegate("Aliya", language=code), await house.delegate("Timur", language=code)
    await house.db.run(grants.give, leader.id, Grant(Role.LEADER, "B01"), now=OPEN)
    await house.db.run(grants.give, host.id, Grant(Role.HOST, "nab-am"), now=OPEN)
    await house.book(await house.delegate("Emma"), "nab-am")
    visit = await visit_of(house, "nab-am")
    none = await answered(leader, "/today")
    assert say.gettext("Nothing for you on this day.") in none.text
    assert say.day(visit.leaves_at) in none.text
    there = await screen_after(leader, "day:", message=none)
    assert there.message_id == none.message_id

    house.clock.move_to(at("08-22 07:40"))
    mine = (await answered(leader, "/today")).text
    bus = next(bus for bus in visit.buses if bus.label == "B01")
    assert f"{say.clock(bus.boards_at)} " in mine
    assert "Timur" in mine
    assert "B02" not in mine
    assert say.words(house.app.house.congress.libraries[visit.stops[0]].name) in mine
    guests = (await answered(host, "/today")).text
    assert f"B01 {say.clock(bus.departs_at)} (" in guests
    assert "Emma" not in guests
    assert "Aliya" not in guests
    whole = await answered(owner, "/today")
    assert say.gettext("Bus leader: {names}").format(names="Aliya") in whole.text
    assert all(f"B0{number}" in whole.text for number in (1, 2, 9))
    assert all(data.startswith("day:") for data in callbacks(whole))
