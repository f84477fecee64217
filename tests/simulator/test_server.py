"""The server itself: its doors, its ways of reading a call, and its life as a process."""

import asyncio
import json
import sys

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.simulator import Simulator
from tests.phone import NotAllowed, Phone, Telegram
from tests.simulator.conftest import TOKEN, Bot


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/bot{TOKEN}/getMe", 200),
        (f"/bot{TOKEN.replace(':', '%3A')}/GETME", 200),
        ("/bot42:WRONG/getMe", 401),
        (f"/bot{TOKEN}/sendStory", 404),
        (f"/file/bot{TOKEN}/documents/none", 404),
        ("/elsewhere", 404),
        ("/sim/health", 200),
        ("/sim/nothing", 404),
        ("/sim/phones/9", 404),
        ("/sim/phones/me", 400),
        ("/sim/clock", 404),
        ("/", 200),
        ("/page/index.html", 200),
        ("/page/../server.py", 404),
        ("/page/%2e%2e/server.py", 404),
    ],
)
async def test_doors(simulator: Simulator, session: aiohttp.ClientSession, path: str, status: int) -> None:
    async with session.get(URL(simulator.url + path, encoded=True)) as response:
        assert response.status == status


async def test_a_call_may_come_as_query_form_json_or_multipart(
    simulator: Simulator, session: aiohttp.ClientSession, aliya: Phone
) -> None:
    url = f"{simulator.url}/bot{TOKEN}/sendMessage"
    arguments = {"chat_id": "7", "text": "Қош келдіңіз & привет"}
    multipart = aiohttp.FormData(arguments)
    multipart.add_field("unused", b"x", filename="x")
    for options in ({"params": arguments}, {"data": arguments}, {"json": arguments}, {"data": multipart}):
        async with session.post(url, **options) as response:
            assert (await response.json())["result"]["text"] == arguments["text"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'{"chat_id": 7, "text": "\\ud83d"}'),
        ("application/x-www-form-urlencoded", b"chat_id=7&text=%ff"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    simulator: Simulator, session: aiohttp.ClientSession, aliya: Phone, kind: str, body: bytes
) -> None:
    url = f"{simulator.url}/bot{TOKEN}/sendMessage"
    async with session.post(url, data=body, headers={"Content-Type": kind}) as response:
        assert (await response.json())["error_code"] == 400


async def test_other_hosts_are_not_answered(simulator: Simulator, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{simulator.url}/sim/health", headers={"Host": "example.org"}) as response:
        assert response.status == 403
    with pytest.raises(ValueError, match="loopback"):
        await Simulator.start(host="0.0.0.0")


async def test_a_phone_is_put_twice_and_is_one(telegram: Telegram, aliya: Phone) -> None:
    await telegram.ask("POST", "/phones", json={"id": 7, "first_name": "Aliya", "language_code": "en"})
    (phone,) = await telegram.ask("GET", "/phones")
    assert phone == {"id": 7, "first_name": "Aliya", "language_code": "en", "blocked": False, "started": True}
    with pytest.raises(NotAllowed, match="id must be"):
        await telegram.ask("POST", "/phones", json={"id": 0, "first_name": "Nobody"})


async def test_the_clock_is_asked_where_it_stands() -> None:
    moments = [{"now": "2025-08-20T09:00:00+05:00", "zone": "Asia/Almaty"}]

    async def tell(request: web.Request) -> web.Response:
        if request.method == "POST":
            moments.append(await request.json())
        return web.json_response(moments[-1])

    app = web.Application()
    app.router.add_route("*", "/", tell)
    async with TestServer(app) as clock:
        simulator = await Simulator.start(token=TOKEN, clock=str(clock.make_url("/")))
        async with Telegram(simulator.url) as telegram:
            assert await telegram.clock() == moments[0]
            assert await telegram.clock({"advance": 3600}) == {"advance": 3600}
        await simulator.stop()


async def test_latency_delays_each_answer(bot: Bot, telegram: Telegram) -> None:
    await telegram.latency(0.05)
    began = asyncio.get_running_loop().time()
    await bot("getMe")
    assert asyncio.get_running_loop().time() - began >= 0.05


async def test_jitter_delays_each_call_differently_and_the_ledger_tells(bot: Bot, telegram: Telegram) -> None:
    await telegram.latency(0.01, jitter=0.03)
    for _ in range(5):
        await bot("getMe")
    waits = [call.ended - call.at for call in await telegram.calls("getMe")]
    assert min(waits) >= 0.01
    assert len({round(wait, 4) for wait in waits}) > 1


async def test_stopping_ends_open_questions_at_once() -> None:
    simulator = await Simulator.start(token=TOKEN)
    async with await Phone.create(simulator.url, id=7) as phone:
        await phone.look()
        questions = [
            asyncio.create_task(phone.look(wait=60)),
            asyncio.create_task(phone.forge("x", 1, wait=60)),
        ]
        await phone.send("/start")
        async with asyncio.timeout(5):
            await simulator.stop()
            await asyncio.gather(*questions, return_exceptions=True)


async def test_it_runs_as_a_process_and_ends_when_told() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", "--port", "0", "--token", TOKEN, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("The simulator is at http://127.0.0.1:")
    async with aiohttp.ClientSession() as session, session.get(line.split()[-1] + "/sim/health") as response:
        assert json.loads(await response.text()) == {"ok": True}
    process.terminate()
    assert await process.wait() == 0
