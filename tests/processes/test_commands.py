"""What an operator sees: exit codes and lines of the commands, a stop by signal, and no traceback ever."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.simulator import Simulator
from bot.simulator.server import BOT_USERNAME
from tests.house import OPEN
from tests.phone import Phone, Telegram
from tests.processes.bot_process import ROOT, TOKEN, bot_process, run_command

SHIPPED = ROOT / "storage" / "programmes" / "wlic2025.toml"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    running = await Simulator.start(token=TOKEN)
    yield running
    await running.stop()


@pytest.fixture
def settings(simulator: Simulator, sqlite_url: str) -> dict[str, str]:
    return {"token": TOKEN, "api_url": simulator.url, "database_url": sqlite_url, "clock": OPEN.isoformat()}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("token", "", "BOT_TOKEN is missing"),
        ("token", "hello", "BOT_TOKEN: is not a bot token"),
        ("api_url", "localhost", "BOT_API_URL: is not an http(s) address"),
        ("database_url", "mysql://localhost/x", "BOT_DATABASE_URL: "),
        ("programme", "nowhere.toml", "BOT_PROGRAMME: names no file"),
        ("owner_ids", "12,@me", "BOT_OWNER_IDS: '@me' is no numeric Telegram id"),
        ("data_key", "short", "BOT_DATA_KEY: key 1 is no Fernet key"),
        ("clock", "tomorrow", "BOT_CLOCK: is no clock"),
        ("webhook_url", "https://example.org", "BOT_WEBHOOK_SECRET is missing"),
        ("metrics", "9090", "BOT_METRICS: is no address"),
    ],
)
async def test_a_wrong_setting_is_one_line_with_its_name(
    settings: dict[str, str], variable: str, value: str, said: str
) -> None:
    code, output = await run_command("run", **{**settings, variable: value})
    assert code == 2
    assert output.startswith(said)
    assert len(output.splitlines()) == 1


async def test_a_rehearsal_clock_is_refused_against_a_real_server(settings: dict[str, str]) -> None:
    code, output = await run_command("run", **{**settings, "api_url": "https://api.example.org"})
    assert (code, output.splitlines()[0][:24]) == (2, "BOT_CLOCK is for rehears")


async def test_check_praises_the_shipped_file_and_names_every_fault_of_a_bad_one(tmp_path: Path) -> None:
    assert (await run_command("check", str(SHIPPED)))[0] == 0
    bad = tmp_path / "bad.toml"
    text = SHIPPED.read_text("utf-8")
    bad.write_text(
        text.replace('city = "astana"', 'city = "atlantis"', 1).replace("seats = 45", "seats = -1", 1), "utf-8"
    )
    code, output = await run_command("check", str(bad))
    assert code == 2
    assert "atlantis" in output
    assert "seats" in output
    assert "Traceback" not in output
    assert (await run_command("check", str(tmp_path / "none.toml")))[0] == 2


async def test_a_bad_event_file_stops_the_start(settings: dict[str, str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("schema_version = 1\n", "utf-8")
    code, output = await run_command("run", **settings, programme=str(bad))
    assert code == 2
    assert "bad.toml" in output
    assert "Traceback" not in output


async def test_a_second_process_on_the_same_file_is_refused(settings: dict[str, str]) -> None:
    async with bot_process(settings):
        code, output = await run_command("run", **settings)
    assert code == 2
    assert "is in use by another process" in output
    assert "Traceback" not in output


async def test_health_tells_whether_the_bot_is_alive(settings: dict[str, str]) -> None:
    assert (await run_command("health", **settings))[0] == 1
    async with bot_process(settings):
        codes = [(await run_command("health", **settings))[0] for _ in range(2)]
    assert codes[-1] == 0


@pytest.mark.parametrize("signals", [1, 2])
async def test_sigterm_ends_it_with_nothing_half_done(settings: dict[str, str], signals: int) -> None:
    async with bot_process(settings) as bot:
        assert await bot.stop(signals=signals) == 0
        assert "stopped" in bot.lines[-1]


async def test_signals_until_the_very_end_change_nothing(settings: dict[str, str]) -> None:
    async with bot_process(settings) as bot:
        stopping = asyncio.create_task(bot.stop())
        while bot.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(bot.process.pid, signal.SIGTERM)  # Popen's own looks whether it ended, and swallows the code
            await asyncio.sleep(0)
        assert await stopping == 0


async def test_sigterm_ends_it_though_telegram_hangs(simulator: Simulator, settings: dict[str, str]) -> None:
    async with (
        Telegram(simulator.url) as telegram,
        bot_process(settings) as bot,
        await Phone.create(simulator.url, id=7) as phone,
    ):
        await telegram.fault("sendMessage", "hang", times=-1)
        await phone.send("/start")
        async with asyncio.timeout(20):
            while not await telegram.calls("sendMessage"):
                pass
        assert await bot.stop() == 0


async def test_it_waits_for_telegram_and_can_be_stopped_meanwhile(
    simulator: Simulator, settings: dict[str, str]
) -> None:
    async with Telegram(simulator.url) as telegram:
        await telegram.fault("getMe", "502", times=2)
        async with bot_process(settings) as bot:
            assert any("Telegram does not answer yet" in line for line in bot.lines)
        await telegram.fault("getMe", "502", times=-1)
        async with bot_process(settings, ready=False) as bot:
            await bot.logged("Telegram does not answer yet")
            assert await bot.stop() == 0
    assert not any(TOKEN in line for line in bot.lines)


async def test_a_refused_token_is_one_line(settings: dict[str, str]) -> None:
    code, output = await run_command("run", **{**settings, "token": "424242:OTHER-OTHER-OTHER-OTHER-OTHER-OTHER"})
    assert code == 2
    assert "BOT_TOKEN is refused" in output
    assert "Traceback" not in output


async def test_posters_are_printed_beside_the_running_bot_and_refusals_are_one_line(
    simulator: Simulator, settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "posters.pdf"
    code, output = await run_command("posters", str(file), **settings)
    assert code == 2, output
    assert "at its first start" in output
    async with bot_process(settings):
        assert await run_command("posters", str(file), **settings) == (
            0,
            f"{file}: 13 posters of @{BOT_USERNAME}, a page each.\n",
        )
        assert file.read_bytes().startswith(b"%PDF-")
        assert file.read_bytes().count(b"/Type /Page\n") == 13
        for wrong in (["posters.txt"], [str(file), "--username", "no bot"], [str(tmp_path / "none" / "p.pdf")]):
            code, output = await run_command("posters", *wrong, **settings)
            assert (code, len(output.splitlines())) == (2, 1), output
        async with Telegram(simulator.url) as telegram:
            await telegram.fault("getMe", "502", times=-1)
            code, output = await run_command("posters", str(file), **settings)
            assert (code, "--username" in output) == (2, True)
            code, output = await run_command("posters", str(file), "--username", "@other_bot", **settings)
            assert (code, "13 posters of @other_bot" in output) == (0, True)
