"""Lists that go out by themselves: leaders get their bus's roster and then what changed on it, hosts counts alone."""

from typing import Any

import pytest
from sqlalchemy import insert

from bot.services.rounds import send_lists
from storage import Tx
from storage.records import Role
from storage.tables import grants
from tests.house import OPEN, Running, at
from tests.journeys.scenes import LANGUAGES, answered, outbox_of, tickets, until, words_of
from tests.phone import Phone
from tests.scanner import text_of


def grant(tx: Tx, /, phone: Phone, role: Role, scope: str) -> None:
    tx.execute(insert(grants).values(telegram_id=phone.id, role=role, scope=scope, source="command", granted_at=OPEN))


async def sent(running: Running, phone: Phone, kind: str, number: int = 1) -> list[Any]:
    """Wait until so many messages of a kind are sent; return them."""

    async def enough() -> list[Any]:
        found = [row for row in await outbox_of(running, phone, kind) if row.state == "sent"]
        return found if len(found) >= number else []

    return list(await until(enough, seconds=20))


async def give_back(running: Running, phone: Phone) -> None:
    (seat,) = await tickets(running, phone)
    card = await answered(phone, "/my")
    await phone.forge(f"give:{seat.booking.id}:{seat.booking.version}", card.message_id)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_leader_gets_the_list_twelve_hours_and_an_hour_before_and_changes_between(
    house: Running, code: str
) -> None:
    say = words_of(house, code)
    ann, ben = await house.delegate("Ann"), await house.delegate("Ben")
    leader, other = await house.delegate("Leila", language=code), await house.delegate("Omar")
    await house.db.run(grant, leader, Role.LEADER, "B01")
    await house.db.run(grant, other, Role.LEADER, "B02")
    await house.book(ann, "nab-am")
    await house.book(ben, "nab-am")
    (seat,) = await tickets(house, ann)
    assert seat.bus is not None
    departs_at = seat.bus.departs_at

    house.clock.move_to(at("08-21 21:00"))
    assert departs_at > house.clock.now()
    await sent(house, leader, "roster")
    first = await leader.wait_for(lambda message: message.document is not None)
    assert first.document is not None
    assert first.document.file_name == "roster-B01-v1.pdf"
    assert "Ann" in text_of(await leader.download(first.document))
    assert say.ngettext("{n} person", "{n} people", 2).format(n=2) in first.text

    await give_back(house, ben)
    await sent(house, leader, "roster-news")
    news = await leader.wait_for(say.gettext("The passenger list has changed"))
    assert say.gettext("Gone: {names}").format(names="Ben") in news.text
    assert "Ann" not in news.text

    house.clock.move_to(departs_at - (at("08-22 09:00") - at("08-22 08:20")))
    await sent(house, leader, "roster", 2)
    await leader.look()
    second = [message for message in leader.messages if message.document is not None][-1]
    assert second.document is not None
    assert second.document.file_name == "roster-B01-v2.pdf"
    await give_back(house, ann)
    await sent(house, leader, "roster-news", 2)
    gone = await leader.wait_for(say.gettext("Gone: {names}").format(names="Ann"))
    assert gone.document is None
    assert [row.key for row in await outbox_of(house, other, "roster")]
    assert not await outbox_of(house, other, "roster-news")
    assert not await outbox_of(house, ann, "roster")


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_host_gets_counts_and_no_names(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    host = await quick_house.delegate("Dana", language=code)
    await quick_house.db.run(grant, host, Role.HOST, "nab-am")
    await quick_house.book(await quick_house.delegate("Ann", language="kk"), "nab-am")
    await quick_house.book(await quick_house.delegate("Ben", language="en"), "nab-am")
    quick_house.clock.move_to(at("08-21 21:00"))
    await sent(quick_house, host, "host-counts")
    told = await host.wait_for(say.gettext("Your guests"))
    assert say.ngettext("{n} person", "{n} people", 2).format(n=2) in told.text
    assert f"{say.language_name('kk')} 1" in told.text
    assert say.gettext("Wheelchair places needed: {n}").format(n=0) in told.text
    assert "Ann" not in told.text
    assert "Ben" not in told.text
    assert not [message for message in host.messages if message.document]


async def test_who_does_not_lead_any_more_gets_no_list(quick_house: Running) -> None:
    leader = await quick_house.delegate("Leila")
    await quick_house.book(await quick_house.delegate("Ann"), "nab-am")
    quick_house.clock.move_to(at("08-21 21:00"))
    await quick_house.db.run(send_lists, now=quick_house.clock.now())
    assert not await outbox_of(quick_house, leader, "roster")
