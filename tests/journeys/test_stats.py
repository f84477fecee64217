"""/stats in pictures: drawn beside the loop, as wide as a phone needs, in the reader's language."""

from io import BytesIO

import pytest
from PIL import Image

from bot.texts import organizers as texts
from tests.house import Running
from tests.journeys.scenes import LANGUAGES, words_of


@pytest.mark.parametrize("code", LANGUAGES)
async def test_pictures_of_how_full_and_how_it_grew_follow_the_numbers(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner = await quick_house.organizer(language=code)
    mine = await owner.send("/stats")
    await owner.wait_for(lambda message: message.photo_id is not None)
    await quick_house.book(await quick_house.delegate(), "nab-am")
    await owner.send("/stats")
    last = await owner.wait_for(texts.growth_title(say))
    pictures = [message for message in owner.messages if message.message_id > mine and message.photo_id]
    assert sum(texts.growth_title(say) in message.text for message in pictures) == 1
    assert sum(texts.fill_title(say) in message.text for message in pictures) >= 2
    for picture in pictures:
        drawn = Image.open(BytesIO(await owner.download(picture.photo_id or "")))
        assert drawn.width == 1080
        assert drawn.height < 2 * drawn.width  # Telegram refuses what is over 20 times as high, phones scroll before
    assert last.photo_id is not None
