"""Hands on the phones of the demo page: they type, press what they see, and read."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

PATIENCE = 15_000
"""Milliseconds for an answer to appear; the machine may be busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """The hand of one person on their phone."""

    page: Page
    owner: int

    @property
    def phone(self) -> Locator:
        """The phone as it lies on the page."""
        return self.page.locator(f'[data-phone="{self.owner}"]')

    @property
    def last(self) -> Locator:
        """The newest message of the bot."""
        return self.phone.locator(".message.in").last

    async def begin(self) -> None:
        """Press START and agree to the notice."""
        await self.phone.locator(".composer .wide").first.click()
        await self.press("ok:")
        await expect(self.button("cities")).to_be_visible(timeout=PATIENCE)

    async def say(self, text: str) -> None:
        """Type a line and send it."""
        line = self.phone.get_by_role("textbox")
        await line.fill(text)
        await line.press("Enter")

    def button(self, data: str) -> Locator:
        """The newest button whose data begin so."""
        return self.phone.locator(f'[data-callback^="{data}"]').last

    async def press(self, data: str) -> None:
        """Press the newest button whose data begin so, once it is there."""
        await self.button(data).click(timeout=PATIENCE)

    async def reads(self, words: str) -> None:
        """Wait until the newest message of the bot says so."""
        await expect(self.phone.locator(".message.in").filter(has_text=words).last).to_be_visible(timeout=PATIENCE)

    async def opens(self, key: str) -> None:
        """Open a visit's card by its link."""
        await self.say(f"/start v_{key}")
