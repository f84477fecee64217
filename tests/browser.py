"""A real headless Chromium, one for the tests of a module: it starts slowly."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the demo's stories leave their pictures where the README has them."""
    parser.addoption("--pictures", metavar="FOLDER", help="where tests/demo leaves the pictures of the phones")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        words = "no Chromium on this machine, so the demo page is not driven"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()
