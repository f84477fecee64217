"""The methods of the Bot API that the stand-in speaks, and how one call of one is made."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.simulator import editing, identity, receiving, sending
from bot.simulator.arguments import Arguments
from bot.simulator.errors import Refused
from bot.simulator.faults import Fault
from bot.simulator.wire import dumps
from bot.simulator.world import World

Method = Callable[[World, Arguments], Awaitable[str]]

METHODS: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method)
    for name, method in {
        "getMe": identity.get_me,
        "close": identity.agree,
        "logOut": identity.agree,
        "getUpdates": receiving.get_updates,
        "setWebhook": receiving.set_webhook,
        "deleteWebhook": receiving.delete_webhook,
        "getWebhookInfo": receiving.get_webhook_info,
        "answerCallbackQuery": receiving.answer_callback_query,
        "sendMessage": sending.send_message,
        "sendDocument": sending.send_document,
        "sendPhoto": sending.send_photo,
        "sendLocation": sending.send_location,
        "sendVenue": sending.send_venue,
        "sendChatAction": sending.send_chat_action,
        "editMessageText": editing.edit_message_text,
        "editMessageCaption": editing.edit_message_caption,
        "editMessageReplyMarkup": editing.edit_message_reply_markup,
        "deleteMessage": editing.delete_message,
        "pinChatMessage": editing.pin_chat_message,
        "unpinChatMessage": editing.unpin_chat_message,
        "setMyCommands": identity.set_my_commands,
        "getMyCommands": identity.get_my_commands,
        "deleteMyCommands": identity.delete_my_commands,
        "setMyName": identity.set_my_name,
        "getMyName": identity.get_my_name,
        "setMyDescription": identity.set_my_description,
        "getMyDescription": identity.get_my_description,
        "setMyShortDescription": identity.set_my_short_description,
        "getMyShortDescription": identity.get_my_short_description,
        "setChatMenuButton": identity.set_chat_menu_button,
        "getChatMenuButton": identity.get_chat_menu_button,
        "getChat": identity.get_chat,
        "getFile": identity.get_file,
    }.items()
}
DONE_UNSEEN = frozenset(("lost", "hang", "bad_json", "partial_json", "502_after"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the bot; `fault` tells how the way back is broken. Positional: one for every call."""

    status: int
    body: str
    retry_after: int | None = None
    fault: Fault | None = None


async def perform(world: World, name: str, args: Arguments) -> Answer:
    """Make one call: latency, ordered faults, limits, the method itself, and the ledger."""
    began = time.time()
    if world.latency or world.jitter:
        await asyncio.sleep(world.latency + random.uniform(0, world.jitter))
    known = METHODS.get(name.lower())
    chat_id = args.integer("chat_id") if "chat_id" in args.values else None
    lower = name.lower()
    fault = world.faults.strike(lower, chat_id=chat_id)
    try:
        if fault is not None and fault.kind not in DONE_UNSEEN:
            refusal = fault.refusal()
            if refusal is not None:
                raise refusal
            answer = Answer(0, "", fault=fault)
        else:
            if known is None:
                raise Refused(404, "Not Found: method not found")
            if world.limits.enforce:
                world.limits.take(lower, chat_id=chat_id, now=time.monotonic())
            answer = Answer(200, f'{{"ok":true,"result":{await known[1](world, args)}}}', fault=fault)
        error: str | None = fault.kind if fault is not None else None
    except Refused as refused:
        answer, error = refuse(refused, fault=fault), refused.description
    world.calls.record(
        known[0] if known else name,
        at=began,
        ended=time.time(),
        chat_id=chat_id,
        params=args.values,
        status=answer.status,
        error=error,
    )
    return answer


def refuse(refused: Refused, *, fault: Fault | None = None) -> Answer:
    """The answer that says no."""
    body = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.retry_after is not None:
        body["parameters"] = {"retry_after": refused.retry_after}
    broken = fault if fault is not None and fault.kind in DONE_UNSEEN else None
    return Answer(refused.code, dumps(body), refused.retry_after, broken)
