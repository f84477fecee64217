"""The organizers' three days, as the README tells them: the week before, the evening before, the morning."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.demo.conftest import Demo
from tests.demo.hands import PATIENCE
from tests.makers import PROGRAMME

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_week_before_a_crew_is_invited_and_lists_are_looked_at(demo: Demo) -> None:
    await demo.emma.opens("nab-am")
    await demo.emma.press("book:")
    await expect(demo.emma.button("giveq:")).to_be_visible(timeout=PATIENCE)
    await demo.gulzhan.say("/invite leader B01")
    await demo.gulzhan.reads("start=")
    found = re.search(r"start=([\w-]+)", await demo.gulzhan.last.inner_text())
    assert found is not None
    await demo.ivan.say(f"/start {found[1]}")
    await demo.ivan.reads("B01")
    await expect(demo.emma.phone).to_contain_text("Bus leader: Иван Петров", timeout=PATIENCE)
    await demo.picture("crew", demo.emma, demo.aigerim, demo.ivan, demo.gulzhan)
    await demo.gulzhan.say("/roster nab-am")
    await demo.gulzhan.reads("Emma Müller")
    await demo.picture("roster", demo.gulzhan)


async def test_a_text_is_written_anew_and_somebody_without_telegram_gets_a_seat_and_a_slip(demo: Demo) -> None:
    await demo.gulzhan.say("/texts nab-am title kk Ұлттық кітапхана, жаңа қанат")
    await demo.gulzhan.press("save:")
    await demo.gulzhan.reads("Saved, in use at once.")
    await demo.aigerim.opens("nab-am")
    await demo.aigerim.reads("Ұлттық кітапхана, жаңа қанат")
    await demo.gulzhan.say("/desk nab-am Serik Omarov +7 701 000 00 00")
    await demo.gulzhan.press("deskseat:")
    await demo.gulzhan.reads("Signed up at the desk")
    await demo.picture("desk", demo.gulzhan)
    await demo.gulzhan.press("slip:")
    await expect(demo.gulzhan.phone).to_contain_text("The slip, to be printed", timeout=PATIENCE)
    await demo.gulzhan.press("deskphone:")
    await demo.gulzhan.reads("This seat on their own phone")
    caption = await demo.gulzhan.last.inner_text()
    (link,) = re.findall(r"\?start=(g_[A-Za-z0-9_-]{16})", caption)
    await demo.ivan.say(f"/start {link}")
    await demo.ivan.reads("Ваше место, записанное на стойке")
    await demo.picture("phone", demo.gulzhan, demo.ivan)
    await demo.ivan.press("gift:")
    await demo.ivan.reads("Serik Omarov")
    await demo.gulzhan.say("/find Омаров")
    await demo.gulzhan.reads("Serik Omarov")


async def test_a_file_with_a_smaller_coach_comes_with_a_plan_and_everybody_hears_what_is_held(
    demo: Demo, tmp_path: Path
) -> None:
    for hand in (demo.emma, demo.aigerim, demo.ivan):
        await hand.opens("katru-am")
        await hand.press("book:")
        await expect(hand.button("giveq:")).to_be_visible(timeout=PATIENCE)
    text = PROGRAMME.read_text(encoding="utf-8")
    head, bus = text.split('[[buses]]\nid = "B10"')
    file = tmp_path / "smaller.toml"
    smaller = re.sub(r"seats = \d+", "seats = 1", bus, count=1)
    file.write_text(f'{head}[[buses]]\nid = "B10"{smaller}', encoding="utf-8")
    await demo.gulzhan.phone.locator("input[type=file]").set_input_files(file)
    await demo.gulzhan.press("act:")
    await demo.gulzhan.reads("Nothing has changed yet")
    await demo.clock("+10 min")
    await demo.ivan.reads("Вашего места больше нет: автобус стал меньше")
    await demo.aigerim.reads("Орныңыз жоқ болды: автобус кішірейді")
    await demo.gulzhan.reads("The new programme is in use.")
    await demo.gulzhan.reads("Told: 2 of 2")
    await demo.picture("smaller", demo.emma, demo.aigerim, demo.ivan, demo.gulzhan)


async def test_in_the_morning_a_board_tells_what_is_wrong_and_a_phrase_reaches_everybody(demo: Demo) -> None:
    travellers = (demo.emma, demo.aigerim, demo.ivan)
    for hand in travellers:
        await hand.opens("nab-am")
        await hand.press("book:")
        await expect(hand.button("giveq:")).to_be_visible(timeout=PATIENCE)
    for button in ("to 18:00", "to 07:30", "to 18:00", "to 07:30"):  # to the morning of 22 August
        await demo.clock(button)
    await demo.gulzhan.say("/board astana")
    await expect(demo.gulzhan.button("boardoff:")).to_be_visible(timeout=PATIENCE)
    await demo.gulzhan.say("/announce nab-am !ok #late B01 15 #id")
    await demo.gulzhan.press("announce:")
    for hand, words in zip(
        travellers, ("Bus B01 is late", "B01 автобусы кешігеді", "Автобус B01 задерживается"), strict=True
    ):
        await hand.reads(words)
        await expect(hand.button("gotit:")).to_be_visible(timeout=PATIENCE)
    await demo.emma.press("gotit:")
    await demo.emma.reads("You have confirmed this")
    await demo.picture("phrase", *travellers, demo.gulzhan)
    await demo.gulzhan.say("/delay B01 15")
    await demo.gulzhan.reads("B01")
    await demo.gulzhan.say("/board astana")
    await demo.gulzhan.reads("moved by")
    await demo.picture("board", demo.gulzhan)
