"""What the environment may say: each wrong value is told in one line that names the variable and the mend."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.settings import TELEGRAM, BadSettings, Settings, is_loopback, parse_clock, read_settings
from tests.makers import PROGRAMME

TOKEN = "123456789:AAE-letters-and_digits"
SECRET = "wEbHoOk-secret_01"
KEYS = [urlsafe_b64encode(bytes([number]) * 32).decode() for number in range(3)]


@pytest.fixture(autouse=True)
def _only_what_the_test_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No BOT_ variables of the machine, no .env of the folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"BOT_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def read(**variables: str) -> Settings:
    """The settings of this environment; a token is in it unless the test says otherwise."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {"token": TOKEN, **variables}.items():
            environment.setenv(f"BOT_{name.upper()}", value)
        return read_settings()


def complaint(**variables: str) -> str:
    with pytest.raises(BadSettings) as refused:
        read(**variables)
    return str(refused.value)


def test_a_token_is_all_that_is_needed() -> None:
    settings = read()
    assert settings.token.get_secret_value() == TOKEN
    assert settings.api_url == TELEGRAM
    assert settings.database_url.endswith("/data/visits.sqlite")
    assert settings.programme == PROGRAMME
    assert (settings.owner_ids, settings.keys, settings.clock, settings.webhook_url) == ((), (), None, None)


def test_every_variable_is_read() -> None:
    settings = read(
        api_url="http://127.0.0.1:8081/",
        database_url="postgresql://bot:secret@db/visits",
        programme=str(PROGRAMME),
        owner_ids=" 7, 8 ,",
        data_key=f"{KEYS[0]}, {KEYS[1]}",
        webhook_url="https://bot.example.org:8443/telegram",
        webhook_secret=SECRET,
        listen="[::1]:8080",
        metrics="0.0.0.0:9090",
        clock="2025-08-20T09:00+05:00,x60",
    )
    assert settings.api_url == "http://127.0.0.1:8081"
    assert settings.owner_ids == (7, 8)
    assert settings.keys == (KEYS[0], KEYS[1])
    assert settings.clock == "2025-08-20T09:00+05:00,x60"
    assert settings.webhook_url == "https://bot.example.org:8443/telegram"
    assert (settings.listen, settings.metrics) == (("::1", 8080), ("0.0.0.0", 9090))


def test_an_empty_variable_is_none_at_all() -> None:
    assert read(api_url="", owner_ids="", data_key="", clock="", webhook_url="") == read()


def test_the_file_of_the_folder_is_read_and_the_environment_beats_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"BOT_TOKEN=1234:{'f' * 20}\nBOT_OWNER_IDS=5\nPOSTGRES_PASSWORD=x\n")
    settings = read()
    assert settings.owner_ids == (5,)
    assert settings.token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("variable", "value", "mend"),
    [
        ("token", "hunter2", "copy it from @BotFather"),
        ("token", "", "is missing; set it"),
        ("api_url", "api.telegram.org", "write the root of a Bot API server"),
        ("api_url", "ftp://host", "write the root of a Bot API server"),
        ("database_url", "visits.sqlite", "write sqlite:///FILE or postgresql://"),
        ("database_url", "mysql://host/visits", "write sqlite:///FILE or postgresql://"),
        ("database_url", "sqlite://", "write sqlite:///data/visits.sqlite"),
        ("database_url", "sqlite:///:memory:", "write sqlite:///data/visits.sqlite"),
        ("programme", "nowhere.toml", "write the path of an event file"),
        ("owner_ids", "12,@aliya", "write such as 123456789,987654321"),
        ("owner_ids", "٣", "write such as 123456789,987654321"),
        ("owner_ids", "99999999999999999999", "write such as 123456789,987654321"),
        ("data_key", "secret", ".env.example shows how to make one"),
        ("data_key", "ключ", ".env.example shows how to make one"),
        ("data_key", f"{KEYS[0]},short", "key 2 is no Fernet key"),
        ("data_key", ",".join(KEYS), "at most 2"),
        ("webhook_url", "https://bot.example.org", "BOT_WEBHOOK_SECRET is missing"),
        ("webhook_url", "http://bot.example.org/telegram", "must begin with https://"),
        ("webhook_url", "bot.example.org", "such as https://bot.example.org/telegram"),
        ("webhook_url", "https://bot.example.org:8080/", "443, 80, 88 and 8443"),
        ("webhook_url", "https://bot.example.org/telegram?key=1", "a plain path only"),
        ("webhook_url", "https://me:secret@bot.example.org/", "a plain path only"),
        ("webhook_url", "https://bot.example.org/{token}", "a plain path only"),
        ("webhook_secret", "fifteen-letters", "16 to 256 of A-Z a-z 0-9 _ -"),
        ("webhook_secret", "s" * 257, "16 to 256 of A-Z a-z 0-9 _ -"),
        ("webhook_secret", "with spaces in it, many", "16 to 256 of A-Z a-z 0-9 _ -"),
        ("listen", "8080", "write such as 127.0.0.1:8080"),
        ("listen", "127.0.0.1:http", "write such as 127.0.0.1:8080"),
        ("metrics", "127.0.0.1:65536", "write such as 127.0.0.1:8080"),
        ("clock", "yesterday", "write such as 2025-08-20T09:00+05:00"),
        ("clock", "2025-08-20T09:00", "needs an offset"),
        ("clock", "2025-08-20T09:00+05:00,x0", "a speed above 0"),
        ("clock", "2025-08-20T09:00+05:00,fast", "write such as 2025-08-20T09:00+05:00"),
        ("clock", "2025-08-20T09:00+05:00", "BOT_API_URL must be on this machine"),
    ],
)
def test_a_wrong_value_is_named_with_its_mend_in_one_line(variable: str, value: str, mend: str) -> None:
    words = complaint(**{variable: value})
    assert f"BOT_{variable.upper()}" in words
    assert mend in words
    assert len(words.splitlines()) == 1
    assert not value or variable not in ("token", "data_key", "webhook_secret") or value not in words


def test_a_webhook_may_be_plain_http_on_this_machine_only() -> None:
    url = "http://127.0.0.1:5000/telegram"
    assert read(webhook_url=url, webhook_secret=SECRET).webhook_url == url


def test_health_and_metrics_are_never_at_the_public_port() -> None:
    words = complaint(
        webhook_url="https://bot.example.org", webhook_secret=SECRET, listen="0.0.0.0:8080", metrics="0.0.0.0:8080"
    )
    assert words.startswith("BOT_METRICS is the address of BOT_LISTEN")


def test_all_faults_are_told_at_once() -> None:
    words = complaint(token="", api_url="nothing", owner_ids="me")
    assert [line.split(":")[0].split()[0] for line in words.splitlines()] == [
        "BOT_TOKEN",
        "BOT_API_URL",
        "BOT_OWNER_IDS",
    ]


def test_secrets_do_not_show_and_nothing_changes_later() -> None:
    settings = read(data_key=KEYS[0], webhook_secret=SECRET)
    for secret in (TOKEN, KEYS[0], SECRET):
        assert secret not in repr(settings)
        assert secret not in str(settings)
    with pytest.raises(ValidationError):
        settings.owner_ids = (1,)  # type: ignore[misc]


@given(
    start=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),  # noqa: DTZ001
    speed=st.none() | st.integers(1, 10_000),
)
def test_a_clock_is_read_as_it_was_written(start: datetime, speed: int | None) -> None:
    written = start.isoformat() + ("" if speed is None else f",x{speed}")
    assert parse_clock(written) == (start.astimezone(UTC), float(speed or 1))


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8081", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8081", True),
        ("http://localhost", True),
        ("https://api.telegram.org", False),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
        ("nothing", False),
    ],
)
def test_what_is_on_this_machine(address: str, here: bool) -> None:
    assert is_loopback(address) is here


def test_code_may_give_settings_too() -> None:
    given: dict[str, Any] = {"_env_file": None, "token": TOKEN, "owner_ids": (7,), "data_key": (KEYS[0],)}
    settings = read_settings(**given)
    assert (settings.owner_ids, settings.keys) == ((7,), (KEYS[0],))


def test_passes_are_signed_by_the_data_key_or_by_the_token_and_outlive_a_change_of_keys() -> None:
    by_token = read().pass_secrets
    assert [len(secret) for secret in by_token] == [32]
    assert TOKEN.encode() not in by_token[0]
    first, second = read(data_key=KEYS[0]).pass_secrets, read(data_key=f"{KEYS[1]},{KEYS[0]}").pass_secrets
    assert first[1:] == by_token, "what the token has signed stays valid when a key is set"
    assert second[1:] == first, "what the old key has signed stays valid while it is there"
    assert len(set(second)) == 3
    assert read(token="123456789:AAE-another-token").pass_secrets != by_token
