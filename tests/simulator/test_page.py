"""The demo page in a real browser: what people see on the phones when a bot speaks to the simulator."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page, expect

from bot.simulator import Simulator

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all: it starts slowly

TOKEN = "123456:DEMO-token-of-the-page-tests"
EMMA = 1001
BOOK = {"inline_keyboard": [[{"text": "Sign up", "callback_data": "book"}]]}


class PlayedBot:
    """The bot, played by the test: calls the Bot API and hears what the phones do."""

    def __init__(self, session: aiohttp.ClientSession, *, root: str) -> None:
        self._session = session
        self._root = root
        self._offset = 0

    async def call(self, method: str, **parameters: Any) -> Any:
        async with self._session.post(f"{self._root}/bot{TOKEN}/{method}", json=parameters) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next update, which is a `kind`."""
        (update,) = await self.call("getUpdates", offset=self._offset, limit=1, timeout=10)
        self._offset = update["update_id"] + 1
        assert kind in update, update
        heard: dict[str, Any] = update[kind]
        return heard

    async def say(self, text: str, **parameters: Any) -> int:
        sent = await self.call("sendMessage", chat_id=EMMA, text=text, parse_mode="HTML", **parameters)
        return int(sent["message_id"])

    async def greet(self, page: Page) -> Self:
        """Press START on Emma's phone and hear it, so that the bot may write to her."""
        await phone(page).get_by_role("button", name="START").click()
        message = await self.hear("message")
        assert message["text"] == "/start"
        return self


def phone(page: Page, owner: int = EMMA) -> Locator:
    return page.locator(f'[data-phone="{owner}"]')


@pytest_asyncio.fixture(loop_scope="module")
async def simulator() -> AsyncIterator[Simulator]:
    server = await Simulator.start(port=0, token=TOKEN, page=True)
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, simulator: Simulator) -> AsyncIterator[Page]:
    page = await browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(simulator.url)
    await expect(phone(page).get_by_role("button", name="START")).to_be_visible()
    yield page
    await page.close()
    assert faults == []


@pytest_asyncio.fixture(loop_scope="module")
async def played(simulator: Simulator) -> AsyncIterator[PlayedBot]:
    async with aiohttp.ClientSession() as session:
        yield PlayedBot(session, root=simulator.url)


async def test_the_page_says_demo_and_lays_out_four_phones(browser: Browser, simulator: Simulator) -> None:
    page = await browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(simulator.url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("DEMO, not Telegram")
    await expect(page.locator(".phone h2")).to_have_text(["Emma Müller", "Айгерім Серікқызы", "Иван Петров", "Gulzhan"])
    await expect(phone(page, 9001)).to_contain_text("organizer")
    await expect(page.get_by_role("button", name="БАСТАУ")).to_be_visible()
    await expect(page.locator("#clock")).to_be_hidden()
    assert [url for url in asked if not url.startswith(simulator.url)] == []


async def test_typed_text_reaches_the_bot_and_its_answer_the_phone(page: Page, played: PlayedBot) -> None:
    await played.greet(page)
    line = phone(page).get_by_role("textbox", name="Message")
    await line.fill("Is there a bus?")
    await line.press("Enter")
    message = await played.hear("message")
    assert (message["text"], message["from"]["first_name"]) == ("Is there a bus?", "Emma")
    await played.say("<b>Yes</b>, from bay 3.\n<blockquote>It leaves at 09:30.</blockquote>")
    await expect(phone(page).locator(".out").last).to_contain_text("Is there a bus?")
    await expect(phone(page).locator(".in b")).to_have_text("Yes")
    await expect(phone(page).locator(".in blockquote")).to_have_text("It leaves at 09:30.")
    await expect(line).to_have_value("")


async def test_a_tapped_button_is_busy_until_the_bot_answers_in_a_toast(page: Page, played: PlayedBot) -> None:
    await played.greet(page)
    await played.say("National Academic Library", reply_markup=BOOK)
    button = phone(page).get_by_role("button", name="Sign up")
    await button.click()
    query = await played.hear("callback_query")
    assert query["data"] == "book"
    await expect(button).to_have_attribute("aria-busy", "true")
    await played.call("answerCallbackQuery", callback_query_id=query["id"], text="Booked: bus B01")
    await expect(phone(page).get_by_role("status")).to_have_text("Booked: bus B01")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_covers_the_phone_until_it_is_closed(page: Page, played: PlayedBot) -> None:
    await played.greet(page)
    await played.say("Presidential Centre", reply_markup=BOOK)
    await phone(page).get_by_role("button", name="Sign up").click()
    query = await played.hear("callback_query")
    answer = {"callback_query_id": query["id"], "text": "No seats left.", "show_alert": True}
    await played.call("answerCallbackQuery", **answer)
    alert = phone(page).get_by_role("alertdialog")
    await expect(alert).to_contain_text("No seats left.")
    await expect(alert.get_by_role("button", name="OK")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(alert).to_have_count(0)


async def test_an_edit_changes_the_card_where_it_stands(page: Page, played: PlayedBot) -> None:
    await played.greet(page)
    card = await played.say("Seats left: 12", reply_markup=BOOK)
    await played.say("A later message")
    shown = phone(page).locator(f'[data-message-id="{card}"]')
    await expect(shown).to_contain_text("Seats left: 12")
    await played.call("editMessageText", chat_id=EMMA, message_id=card, text="You are signed up")
    await expect(shown).to_contain_text(re.compile(r"You are signed up.*edited"))
    await expect(shown.get_by_role("button")).to_have_count(0)
    order = await phone(page).locator(".in").evaluate_all("items => items.map(item => item.dataset.messageId)")
    assert order[0] == str(card)
    assert len(order) == 2


async def test_a_document_shows_its_name_and_can_be_saved(
    page: Page, played: PlayedBot, simulator: Simulator, tmp_path: Path
) -> None:
    await played.greet(page)
    form = aiohttp.FormData({"chat_id": str(EMMA), "caption": "For your calendar."})
    form.add_field("document", b"BEGIN:VCALENDAR", filename="visit.ics", content_type="text/calendar")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{simulator.url}/bot{TOKEN}/sendDocument", data=form) as response,
    ):
        assert response.status == 200
    link = phone(page).get_by_role("link", name="visit.ics")
    await expect(link).to_contain_text("15 B")
    await expect(phone(page).locator(".in")).to_contain_text("For your calendar.")
    async with page.expect_download() as saving:
        await link.click()
    saved = await saving.value
    await saved.save_as(tmp_path / "saved")
    assert saved.suggested_filename == "visit.ics"
    assert (tmp_path / "saved").read_bytes() == b"BEGIN:VCALENDAR"


async def test_a_link_to_the_bot_itself_starts_it_with_its_word(page: Page, played: PlayedBot) -> None:
    await played.greet(page)
    name = (await played.call("getMe"))["username"]
    await played.say(f'<a href="https://t.me/{name}?start=visit_17">the bus visit</a>')
    await phone(page).get_by_role("link", name="the bus visit").click()
    assert (await played.hear("message"))["text"] == "/start visit_17"


async def test_a_page_goes_on_after_the_simulator_began_again(
    page: Page, played: PlayedBot, simulator: Simulator
) -> None:
    await played.greet(page)
    port = int(simulator.url.rpartition(":")[2])
    await simulator.stop()
    await expect(page.locator("#connection")).to_have_text("reconnecting…")
    again = await Simulator.start(port=port, token=TOKEN, page=True)
    try:
        await expect(phone(page).get_by_role("button", name="START")).to_be_visible()
        await expect(page.locator("#connection")).to_have_text("")
    finally:
        await again.stop()


async def test_the_congress_clock_goes_forward_and_asks_before_it_goes_back(browser: Browser) -> None:
    now = datetime(2025, 8, 21, 4, 12, tzinfo=UTC)

    async def clock(request: web.Request) -> web.Response:
        nonlocal now
        if request.method == "POST":
            asked = await request.json()
            now += timedelta(seconds=asked.get("advance", 0))
            now = datetime.fromisoformat(asked["now"]) if "now" in asked else now
        return web.json_response({"now": now.isoformat(), "zone": "Asia/Almaty"})

    app = web.Application()
    app.router.add_route("*", "/clock", clock)
    async with TestServer(app) as bot:
        simulator = await Simulator.start(port=0, token=TOKEN, page=True, clock=str(bot.make_url("/clock")))
        try:
            page = await browser.new_page()
            await page.goto(simulator.url)
            face = page.locator("#clock time")
            await expect(face).to_have_text("09:12")
            await page.get_by_role("button", name="+1 h").click()
            await expect(face).to_have_text("10:12")
            await page.get_by_role("button", name="to 07:30").click()
            await expect(face).to_have_text("07:30")
            await expect(page.locator("#clock")).to_contain_text("Fri, 22 August 2025")
            await phone(page).get_by_role("button", name="START").click()
            await expect(phone(page).locator(".out .stamp")).to_have_text("07:30")
            await page.get_by_label("set to…").fill("2025-08-21T18:00")
            await page.get_by_role("button", name="Set", exact=True).click()
            await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
            await expect(face).to_have_text("07:30")
            assert now == datetime(2025, 8, 22, 2, 30, tzinfo=UTC)
        finally:
            await simulator.stop()


async def test_markup_outside_the_short_list_becomes_text(page: Page) -> None:
    rebuilt = await page.evaluate(
        """async () => {
            const { rebuild } = await import("/page/html.js");
            const box = document.createElement("div");
            const hostile = "<b onclick='x()'>bold</b><img src=x onerror=x()><script>x()</script>"
                + "<a href='javascript:x()'>bad</a> <a href='https://ifla.org' style='x'>good</a><h1>big</h1>";
            box.append(rebuild(hostile, {}));
            return box.innerHTML;
        }"""
    )
    assert rebuilt == (
        '<b>bold</b>bad <a href="https://ifla.org" target="_blank" rel="noopener noreferrer">good</a>big'
    )
