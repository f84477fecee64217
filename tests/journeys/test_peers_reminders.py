"""Acceptance tests drawn from other systems' bugs: reminders and messages, by their numbers in the list of issue 4.

11 late booking · 12 moved or cancelled after the reminder · 13 down over a reminder · 16 blocked ·
17 a copied departure · 30 the chosen language.
"""

from pathlib import Path

import pytest

from bot.simulator import Simulator
from bot.texts import messages as texts
from storage import Tx, visits
from storage.records import VisitState
from tests.house import Running, at, running_bot
from tests.journeys.scenes import (
    again,
    answered,
    booking_of,
    congress_of,
    is_unreachable,
    outbox_of,
    plain,
    screen_after,
    tickets,
    until,
    visit_of,
    words_of,
)
from tests.journeys.test_programme import changed
from tests.journeys.test_reminders import EVENING, HOUR_BEFORE, not_reminded, reminded, tick

RULES = "# ---------------------------------------------------------------- rules [S]"
COPY = """
[[visits]]
id = "nab-again"
city = "astana"
slot = "pm"
stops = ["nab"]
meeting_point = "mp-main"
start = 2025-08-22T15:00:00+05:00
end = 2025-08-22T18:00:00+05:00
guide_languages = ["en", "kk", "ru"]
capacity = 45
price_eur = 0
needs_passport = false
  [visits.title]
  en = "National Academic Library again"
  kk = "Ұлттық академиялық кітапхана қайтадан"
  ru = "Национальная академическая библиотека ещё раз"

[[buses]]
id = "B77"
visit = "nab-again"
kind = "coach"
seats = 45
wheelchair_places = 0
bay = "A"
boarding = 2025-08-22T14:40:00+05:00
departs = 2025-08-22T15:00:00+05:00

"""


async def test_peers_11_who_books_after_the_due_time_gets_no_reminder_the_ticket_says_it_all(house: Running) -> None:
    early, late = await house.delegate("Early"), await house.delegate("Late")
    await house.book(early, "nab-pres-pm")
    house.clock.move_to(EVENING)
    await reminded(house, early)
    house.clock.move_to(at("08-21 18:01"))
    ticket = await house.book(late, "nab-pres-pm")
    await tick(house)
    await not_reminded(house, late)
    for fact in ("13:25", "13:45", "B03", "🪪"):
        assert fact in ticket.text


async def test_peers_12_moved_by_two_hours_after_the_reminder_a_new_one_at_the_new_time(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate()
    await house.book(emma, "nab-am")
    house.clock.move_to(EVENING)
    await reminded(house, emma)
    house.clock.move_to(HOUR_BEFORE)
    await reminded(house, emma, 2)
    await answered(owner, "/delay nab-am 120")
    await emma.wait_for(lambda seen: seen.text.startswith("🕘") and "11:00" in seen.text)
    house.clock.move_to(at("08-22 09:59"))
    await tick(house)
    assert len(await outbox_of(house, emma, "reminder")) == 2
    house.clock.move_to(at("08-22 10:00"))
    *_, new = await reminded(house, emma, 3)
    assert "11:00" in new.text


async def test_peers_12_a_cancelled_visit_is_not_reminded_of(house: Running) -> None:
    emma, control = await house.delegate("Emma"), await house.delegate("Control")
    await house.book(emma, "nab-am")
    await house.book(control, "enu-am")
    house.clock.move_to(EVENING)
    await reminded(house, emma)
    await reminded(house, control)
    await house.db.run(cancel, (await visit_of(house, "nab-am")).id)
    house.clock.move_to(HOUR_BEFORE)
    await reminded(house, control, 2)
    assert len(await outbox_of(house, emma, "reminder")) == 1


def cancel(tx: Tx, visit_id: int) -> None:
    visits.change_visit(tx, visit_id, version_up=True, state=VisitState.CANCELLED)


@pytest.mark.parametrize(("back_at", "comes"), [("08-22 08:40", True), ("08-22 08:50", False)])
async def test_peers_13_down_over_a_reminder_sent_within_its_grace_else_never(
    simulator: Simulator, database_url: str, back_at: str, comes: bool
) -> None:
    """Forty minutes, and the fifty minutes of grace. Due at 08:00, departure at 09:00."""
    async with running_bot(database_url, simulator=simulator, now=at("08-21 18:30")) as running:
        emma = await running.delegate()
        await running.book(emma, "nab-am")
    async with running_bot(database_url, simulator=simulator, now=at(back_at)) as running:
        emma = await again(running, emma)
        if comes:
            (hour,) = await reminded(running, emma)
            assert "09:00" in hour.text
        else:
            await tick(running)
            await not_reminded(running, emma)


async def test_peers_16_who_blocked_the_bot_is_on_the_desks_list_and_marked_and_not_tried_again(house: Running) -> None:
    """Telegram says so only when the first message is refused."""
    owner, emma = await house.organizer(), await house.delegate()
    await house.book(emma, "nab-am")
    await house.telegram.fault("sendMessage", "403", chat_id=emma.id)
    await answered(owner, "/delay nab-am 15")
    await until(lambda: is_unreachable(house, emma))
    await answered(owner, "/delay nab-am 15")
    house.clock.move_to(EVENING)
    await tick(house)
    await not_reminded(house, emma)
    calls = [call for call in await house.telegram.calls("sendMessage") if call.chat_id == emma.id]
    assert [call.status for call in calls if call.status == 403] == [403]
    assert calls[-1].status == 403
    code = (await booking_of(house, emma)).code
    say = words_of(house, "en")
    desk = await answered(owner, "/undelivered")
    assert say.gettext("Look for them at the bus") in desk.text
    assert code in desk.text
    roster = await answered(owner, "/roster nab-am")
    assert say.gettext("cannot be reached by the bot") in roster.text


async def test_peers_17_a_copied_departure_fires_no_old_reminders(
    simulator: Simulator, database_url: str, tmp_path: Path
) -> None:
    """Copied in the evening, when the reminders of tomorrow's departures went out an hour ago."""
    async with running_bot(database_url, simulator=simulator) as running:
        emma = await running.delegate()
        await running.book(emma, "nab-am")
        running.clock.move_to(EVENING)
        await reminded(running, emma)
    copied = changed(tmp_path, (RULES, COPY + RULES))
    async with running_bot(database_url, simulator=simulator, now=at("08-21 19:00"), programme=copied) as running:
        emma = await again(running, emma)
        await running.book(emma, "nab-again")
        await tick(running)
        (only,) = await outbox_of(running, emma, "reminder")
        assert only.key.startswith("evening-before/")
        running.clock.move_to(at("08-22 14:00"))
        _, own = await reminded(running, emma, 2)
        assert "15:00" in own.text
        assert "B77" in own.text


async def test_peers_30_the_chosen_language_stays_on_a_russian_phone_in_all_that_comes(house: Running) -> None:
    """Reminders, an offer, an announcement, a moved departure."""
    say, congress = words_of(house, "kk"), congress_of(house)
    owner, emma, holder = [
        await house.organizer(),
        await house.delegate(language="ru"),
        await house.delegate("Holder"),
    ]
    await house.book(emma, "nab-pres-pm")
    await house.book(holder, "pres-am")
    await answered(owner, "/seats B05 1")
    card = await house.card(emma, "pres-am")
    await screen_after(emma, "join:", message=card)
    choice = await answered(emma, "/language")
    await emma.tap("say:kk", message=choice)

    ticket = (await tickets(house, holder))[0].booking.id
    shown = await answered(holder, "/my")
    shown = await screen_after(holder, f"ticket:{ticket}", message=shown)
    shown = await screen_after(holder, "giveq:", message=shown)
    await screen_after(holder, "give:", message=shown)
    offer = await emma.wait_for(lambda seen: seen.button("take:") is not None)
    assert say.ngettext("Take {n} seat", "Take {n} seats", 1).format(n=1) in [b.text[2:] for b in offer.buttons]

    preview = await answered(owner, "/announce nab-pres-pm Bring water.")
    await screen_after(owner, "announce:", message=preview)
    heard = await emma.wait_for(lambda seen: "Bring water." in seen.text)
    assert heard.text == plain(texts.announcement(say, text="Bring water."))

    house.clock.move_to(EVENING)
    (evening,) = await reminded(house, emma)
    (held,) = await tickets(house, emma)
    assert evening.text == plain(texts.evening_reminder(say, held, congress=congress))
    await answered(owner, "/delay nab-pres-pm 15")
    moved = await emma.wait_for(lambda seen: seen.text.startswith("🕘"))
    assert say.gettext("New departure time: {time}").format(time="14:00") in moved.text
