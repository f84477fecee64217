"""What a stranger sees in the demo: a race for a last seat, an offer, a move, a cancelled visit, the reminders."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.demo.conftest import Demo
from tests.demo.hands import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_two_race_for_the_last_seat_and_the_other_gets_it_when_it_is_given_back(demo: Demo) -> None:
    await demo.gulzhan.say("/seats B05 1")
    await demo.gulzhan.reads("B05: taken 0 of 1")
    rivals = (demo.emma, demo.aigerim)
    for hand in rivals:
        await hand.opens("pres-am")
        await expect(hand.button("book:")).to_be_visible(timeout=PATIENCE)
    # Not with the mouse: the page has one, and two clicks at the same moment would share it.
    await asyncio.gather(*(hand.button("book:").dispatch_event("click") for hand in rivals))
    for hand in rivals:
        await expect(hand.button("giveq:").or_(hand.button("join:"))).to_be_visible(timeout=PATIENCE)
    seated = [await hand.button("giveq:").is_visible() for hand in rivals]
    assert sorted(seated) == [False, True], "one has the seat, the other has not"
    await demo.picture("race", *rivals)

    first, second = rivals if seated[0] else rivals[::-1]
    await second.press("join:")
    await expect(second.button("leave:")).to_be_visible(timeout=PATIENCE)
    await first.press("giveq:")
    await first.press("give:")
    await expect(second.button("take:")).to_be_visible(timeout=PATIENCE)
    await expect(second.last).to_contain_text("20")  # until when: a date and a time of the clock
    await demo.picture("offer", *rivals)
    await second.press("take:")
    await expect(second.button("giveq:")).to_be_visible(timeout=PATIENCE)
    await demo.gulzhan.say("/roster pres-am")
    await demo.gulzhan.reads("Emma" if second is demo.emma else "Айгерім")


async def test_a_sign_up_moves_to_another_visit_with_its_seat_kept_until_then(demo: Demo) -> None:
    await demo.ivan.opens("nab-am")
    await demo.ivan.press("book:")
    await demo.ivan.press("more:")
    await demo.ivan.press("moves:")
    await demo.ivan.press("moveq:")
    await demo.ivan.press("moveto:")
    await demo.ivan.reads("Вы записаны")
    await demo.picture("move", demo.ivan)
    await demo.gulzhan.say("/roster nab-am")
    await expect(demo.gulzhan.last).not_to_contain_text("Петров", timeout=PATIENCE)


async def test_a_cancelled_visit_leaves_nobody_without_another_seat(demo: Demo) -> None:
    travellers = (demo.emma, demo.aigerim, demo.ivan)
    for hand in travellers:
        await hand.opens("nab-am")
        await hand.press("book:")
        await expect(hand.button("giveq:")).to_be_visible(timeout=PATIENCE)
    await demo.gulzhan.say("/cancelvisit nab-am")
    await demo.gulzhan.reads("3 people: 3 held, 0 queued, 0 nothing")
    await demo.picture("cancel-preview", demo.gulzhan)
    await demo.gulzhan.press("act:")
    await expect(demo.gulzhan.button("recall:")).to_be_visible(timeout=PATIENCE)
    await demo.clock("+10 min")
    for hand in travellers:
        await expect(hand.button("take:")).to_be_visible(timeout=PATIENCE)
    await demo.gulzhan.reads("Told: 3 of 3")
    await demo.picture("cancelled", *travellers, demo.gulzhan)


async def test_the_evening_before_everybody_is_reminded_in_their_language(demo: Demo) -> None:
    travellers = (demo.emma, demo.aigerim, demo.ivan)
    for hand in travellers:
        await hand.opens("nab-am")
        await hand.press("book:")
        await expect(hand.button("giveq:")).to_be_visible(timeout=PATIENCE)
    await demo.clock("to 18:00")
    await demo.clock("+1 h")
    await demo.page.get_by_role("button", name="to 18:00", exact=True).click()
    for hand, words in zip(travellers, ("Your visit is tomorrow", "ертең", "завтра"), strict=True):
        await hand.reads(words)
        await expect(hand.button("come:")).to_be_visible(timeout=PATIENCE)
    await demo.picture("evening", *travellers)
