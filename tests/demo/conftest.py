"""A demo of its own for each story: the process that `make demo` starts, and its page with four phones in a browser."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.demo.hands import PATIENCE, Hand
from tests.processes.bot_process import ROOT

_EMMA, _AIGERIM, _IVAN, _GULZHAN = 1001, 1002, 1003, 9001


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The page with its four phones, each of which has begun, and where pictures of them go."""

    page: Page
    emma: Hand
    aigerim: Hand
    ivan: Hand
    gulzhan: Hand
    pictures: Path

    async def clock(self, button: str) -> None:
        """Move the congress's clock by one of the buttons at the top."""
        face = self.page.locator("#clock time")
        before = await face.inner_text()
        await self.page.get_by_role("button", name=button, exact=True).click()
        await expect(face).not_to_have_text(before)

    async def picture(self, name: str, *hands: Hand) -> None:
        """Photograph these phones as they lie beside each other, once no answer to a tap lies over them."""
        for hand in hands:
            await expect(hand.phone.locator(".toast.shown")).to_have_count(0, timeout=PATIENCE)
        file = self.pictures / f"{name}.png"
        boxes = [await hand.phone.bounding_box() for hand in hands]
        sides = [(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]) for box in boxes if box]
        assert len(sides) == len(hands), "a phone is not on the page"
        left, top, right, bottom = (
            choose(each[side] for each in sides) for side, choose in enumerate((min, min, max, max))
        )
        await self.page.screenshot(
            path=file,
            clip={"x": left, "y": top, "width": right - left, "height": bottom - top},
            animations="disabled",  # what still fades in would be pale: it is brought to its end
        )
        assert file.stat().st_size > 20_000, "hardly anything is on the picture"


@pytest_asyncio.fixture(loop_scope="module")
async def demo_url() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--no-browser", "--port=8271"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            async for line in process.stdout:
                found = re.search(rb"http://\S+", line)
                if found is not None:
                    break
            else:
                pytest.fail("the demo ended before it said where its phones are")
        yield found[0].decode()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        assert await process.wait() == 0, "Ctrl-C ends the demo"


@pytest_asyncio.fixture(loop_scope="module")
async def demo(browser: Browser, demo_url: str, tmp_path: Path, pytestconfig: pytest.Config) -> AsyncIterator[Demo]:
    page = await browser.new_page(viewport={"width": 1600, "height": 950}, device_scale_factor=1)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(demo_url)
    emma, aigerim, ivan, gulzhan = (Hand(page=page, owner=owner) for owner in (_EMMA, _AIGERIM, _IVAN, _GULZHAN))
    for hand in (emma, aigerim, ivan, gulzhan):
        await hand.begin()
    given = pytestconfig.getoption("pictures")
    yield Demo(
        page=page,
        emma=emma,
        aigerim=aigerim,
        ivan=ivan,
        gulzhan=gulzhan,
        pictures=Path(given) if given else tmp_path,
    )
    await page.close()
    assert faults == []
