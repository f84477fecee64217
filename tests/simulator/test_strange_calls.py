"""Whatever a bot sends is answered by a result or a refusal, never by a crash."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator import Simulator, phones
from bot.simulator.arguments import Arguments
from bot.simulator.methods import METHODS, perform
from tests.simulator.conftest import TOKEN, Json

STRANGE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "7", "{", "<b>", "chat", "web_app"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "chat_id", "text", "inline_keyboard", "callback_data", "url", "web_app"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
NAMES = (
    "chat_id", "message_id", "text", "parse_mode", "entities", "caption", "reply_markup", "reply_parameters",
    "document", "photo", "latitude", "longitude", "title", "address", "action", "callback_query_id", "commands",
    "scope", "language_code", "menu_button", "offset", "limit", "allowed_updates", "secret_token", "file_id",
)  # fmt: skip


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_any_arguments_are_answered(method: str) -> None:
    simulator = await Simulator.start(token=TOKEN)
    world = simulator.world
    phones.put_phone(world, {"id": 7, "first_name": "Aliya"})
    phones.send_text(world, world.chats[7], world.chats[7], {"text": "/start"})
    answers: list[Json] = []

    # Hypothesis draws, the loop of this test plays: a drawn test cannot be a coroutine.
    @settings(max_examples=30)
    @given(st.dictionaries(st.sampled_from(NAMES), STRANGE, max_size=5), st.booleans())
    def draw(arguments: dict[str, Any], at_home: bool) -> None:
        answers.append({**arguments, "chat_id": 7, "message_id": 1} if at_home else arguments)

    draw()
    try:
        for arguments in answers:
            answer = await perform(world, method, Arguments(arguments))
            assert answer.status in (200, 400, 403), answer
    finally:
        await simulator.stop()
