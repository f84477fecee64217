"""Which question under /sim is answered by whom."""

from urllib.parse import parse_qs, unquote

from aiohttp import web

from bot.simulator import control, phones
from bot.simulator.arguments import read_arguments
from bot.simulator.errors import Refused, bad_request
from bot.simulator.wire import Json, dumps
from bot.simulator.world import World

NOT_FOUND = "Not Found: no such address"


async def answer(
    world: World, request: web.BaseRequest, *, path: str, query: str, clock: str | None
) -> web.StreamResponse:
    """The answer to `path` (what follows /sim/): JSON, and a refusal as JSON with its status."""
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    try:
        match [unquote(step) for step in path.split("/")]:
            case ["files", file_id]:
                return _file(world, file_id)
            case [("phones" | "groups") as kind, chat_id, *rest]:
                body = await _chat(world, request, kind=kind, chat_id=_number(chat_id), rest=rest, asked=asked)
            case steps:
                body = dumps(await _other(world, request, steps=steps, asked=asked, clock=clock))
        return web.Response(body=body.encode(), content_type="application/json")
    except Refused as refused:
        words = dumps({"ok": False, "error_code": refused.code, "description": refused.description})
        return web.Response(status=refused.code, body=words.encode(), content_type="application/json")


async def _chat(
    world: World, request: web.BaseRequest, *, kind: str, chat_id: int, rest: list[str], asked: dict[str, str]
) -> str:
    chat = phones.person(world, chat_id) if kind == "phones" else phones.group(world, chat_id)
    if request.method == "GET" and not rest:
        since = _number(asked.get("since", "0"))
        wait = min(_seconds(asked.get("wait", "0")), phones.LONGEST_WAIT)
        if chat.version <= since and wait > 0:
            await chat.wait_past(since, seconds=wait)
        return phones.see(world, chat, since=since, only_changes=asked.get("changes") == "1")
    if request.method != "POST" or len(rest) != 1:
        raise Refused(404, NOT_FOUND)
    if rest == ["document"] and chat.is_private:
        args = await read_arguments(request, query="")
        uploads = [*args.files.values()]
        if len(uploads) != 1:
            raise bad_request("there must be one file")
        return dumps(phones.send_document(world, chat, uploads[0], caption=args.text("caption")))
    body = await _body(request)
    match rest[0]:
        case "send":
            author = chat if chat.is_private else phones.person(world, body.get("from", 0))
            if author is not chat and author.chat_id not in chat.members:
                raise bad_request("this phone is not in that group")
            return dumps(phones.send_text(world, chat, author, body))
        case "tap" if chat.is_private:
            return dumps(await phones.tap(world, chat, body))
        case "block" | "unblock" if chat.is_private:
            return dumps(phones.block(world, chat, blocked=rest[0] == "block"))
        case "delete":
            return dumps(phones.delete(chat, body))
        case _:
            raise Refused(404, NOT_FOUND)


async def _other(
    world: World, request: web.BaseRequest, *, steps: list[str], asked: dict[str, str], clock: str | None
) -> Json | list[Json]:
    match request.method, steps:
        case "GET", ["health"]:
            return {"ok": True}
        case "GET", ["phones"]:
            return [phones.phone_view(chat) for chat in world.chats.values() if chat.is_private]
        case "POST", ["phones"]:
            return phones.put_phone(world, await _body(request))
        case "POST", ["groups"]:
            return phones.put_group(world, await _body(request))
        case "GET", ["updates"]:
            return control.see_updates(world)
        case "POST", ["updates"]:
            return control.put_updates(world, await _body(request))
        case "POST", ["faults"]:
            return control.order_fault(world, await _body(request))
        case "DELETE", ["faults", *fault]:
            world.faults.cancel(_number(fault[0]) if fault else None)
            return {"ok": True}
        case "POST", ["limits"]:
            return control.set_limits(world, await _body(request))
        case "POST", ["latency"]:
            return control.set_latency(world, await _body(request))
        case "GET", ["calls"]:
            return control.see_calls(world, since=_number(asked.get("since", "0")), method=asked.get("method"))
        case "GET", ["clock"]:
            return await control.ask_clock(clock, setting=None)
        case "POST", ["clock"]:
            return await control.ask_clock(clock, setting=await _body(request))
        case _:
            raise Refused(404, NOT_FOUND)


async def _body(request: web.BaseRequest) -> Json:
    return (await read_arguments(request, query="")).values


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise bad_request(f"{text!r} is no whole number") from None


def _seconds(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        raise bad_request(f"{text!r} is no number of seconds") from None


def _file(world: World, file_id: str) -> web.Response:
    file = world.files.find(file_id)
    if file is None:
        raise Refused(404, "Not Found: no such file")
    # Octets for anything but pictures: the browser shall never run what a bot sent.
    kind = file.mime_type if file.mime_type in ("image/png", "image/jpeg", "image/gif") else "application/octet-stream"
    return web.Response(body=file.content, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})
