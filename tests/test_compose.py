"""compose.yaml, .env.example and the Dockerfile say what the settings understand, and open no port to the world."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings, parse_address

ROOT = Path(__file__).parent.parent
KNOWN = {f"BOT_{name.upper()}" for name in Settings.model_fields}


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def test_every_setting_that_the_example_names_is_one_and_each_is_named() -> None:
    named = set(re.findall(r"^#?(BOT_[A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert named == KNOWN


def test_the_image_tells_the_ports_that_compose_lets_the_bot_listen_at(compose: Any) -> None:
    environment = compose["services"]["bot"]["environment"]
    ports = [parse_address(environment[name])[1] for name in ("BOT_LISTEN", "BOT_METRICS")]
    exposed = re.search(r"^EXPOSE (.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert exposed is not None
    assert exposed.group(1).split() == [str(port) for port in ports]


def test_compose_sets_only_what_the_bot_understands(compose: Any) -> None:
    for service in ("bot", "migrate"):
        assert set(compose["services"][service]["environment"]) <= KNOWN


def test_the_bot_can_be_scaled_and_the_database_is_alone(compose: Any) -> None:
    bot, postgres = compose["services"]["bot"], compose["services"]["postgres"]
    assert not {"ports", "container_name", "hostname"} & bot.keys()  # either would let one replica in only
    assert bot["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert int(bot["stop_grace_period"].removesuffix("s")) > 10  # longer than the bot takes after SIGTERM
    assert "ports" not in postgres
    assert [name for name in postgres["networks"] if not (compose["networks"][name] or {}).get("internal")] == []
