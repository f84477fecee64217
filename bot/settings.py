"""The environment (BOT_*, also from .env) as one frozen, checked Settings; DESIGN section 8 names them."""

import ipaddress
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from storage.database import parse_url

TELEGRAM = "https://api.telegram.org"
_ROOM = Path(__file__).parent.parent
_SHIPPED = _ROOM / "storage" / "programmes" / "wlic2025.toml"
_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{10,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_PATH = re.compile(r"(/[A-Za-z0-9_.~-]*)*")
_TELEGRAM_PORTS = (443, 80, 88, 8443)
Address = tuple[str, int]


class BadSettings(Exception):
    """Settings that cannot be used; each line names the variable and the mend."""


class Settings(BaseSettings):
    """What the process was told. Secrets never show in repr."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    token: SecretStr
    api_url: str = TELEGRAM
    database_url: str = f"sqlite:///{_ROOM / 'data' / 'visits.sqlite'}"
    programme: Path = _SHIPPED
    owner_ids: Annotated[tuple[int, ...], NoDecode] = ()
    canary_ids: Annotated[tuple[int, ...], NoDecode] = ()
    data_key: Annotated[tuple[SecretStr, ...], NoDecode] = Field(default=(), max_length=2)
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    listen: Annotated[Address, NoDecode] = ("127.0.0.1", 8080)
    metrics: Annotated[Address | None, NoDecode] = None
    clock: str | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("token")
    @classmethod
    def _token(cls, token: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("is not a bot token; copy it from @BotFather, it looks like 123456789:AAE...")
        return token

    @field_validator("api_url")
    @classmethod
    def _api_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("is not an http(s) address; write the root of a Bot API server or leave it out")
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, url: str) -> str:
        parse_url(url)
        return url

    @field_validator("programme")
    @classmethod
    def _programme(cls, path: Path) -> Path:
        if not path.is_file():
            raise ValueError(f"names no file: {path}; write the path of an event file (TOML)")
        return path

    @field_validator("owner_ids", "canary_ids", mode="before")
    @classmethod
    def _telegram_ids(cls, written: Any) -> Any:
        if not isinstance(written, str):
            return written
        parts = [part.strip() for part in written.split(",") if part.strip()]
        wrong = [part for part in parts if not part.isascii() or not part.isdigit() or int(part) >= 2**52]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no numeric Telegram id; write such as 123456789,987654321")
        return tuple(int(part) for part in parts)

    @field_validator("data_key", mode="before")
    @classmethod
    def _data_key(cls, written: Any) -> Any:
        if not isinstance(written, str):
            return written
        keys = tuple(part.strip() for part in written.split(",") if part.strip())
        for position, key in enumerate(keys, 1):
            try:
                Fernet(key)
            except ValueError:
                raise ValueError(f"key {position} is no Fernet key; .env.example shows how to make one") from None
        return keys

    @field_validator("webhook_url")
    @classmethod
    def _webhook_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.username or parts.query or parts.fragment or not _PATH.fullmatch(parts.path):
            raise ValueError("is an address and a plain path only; write such as https://bot.example.org/telegram")
        if parts.scheme == "http" and is_loopback(url):
            return url
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("must begin with https://; Telegram brings updates to no other address")
        if (parts.port or 443) not in _TELEGRAM_PORTS:
            raise ValueError("Telegram brings updates to the ports 443, 80, 88 and 8443 only")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("takes 16 to 256 of A-Z a-z 0-9 _ -; make one with: openssl rand -hex 32")
        return secret

    @field_validator("listen", "metrics", mode="before")
    @classmethod
    def _address(cls, written: Any) -> Any:
        return parse_address(written) if isinstance(written, str) else written

    @field_validator("clock")
    @classmethod
    def _clock(cls, written: str | None) -> str | None:
        if written is not None:
            parse_clock(written)
        return written

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        if self.clock and not is_loopback(self.api_url):
            raise ValueError("BOT_CLOCK is for rehearsals: BOT_API_URL must be on this machine; take BOT_CLOCK out")
        if self.webhook_url and self.webhook_secret is None:
            raise ValueError("BOT_WEBHOOK_SECRET is missing: BOT_WEBHOOK_URL needs it; openssl rand -hex 32 makes one")
        if self.webhook_url and self.listen == self.metrics:
            raise ValueError("BOT_METRICS is the address of BOT_LISTEN; health and metrics need a port of their own")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key.get_secret_value() for key in self.data_key)

    @property
    def pass_secrets(self) -> tuple[bytes, ...]:
        """Return the secrets that sign QR passes, the newest first: of each data key, and of the token.

        With a data key passes outlive a new token; without one the token signs. Whoever sets a data key later, or a
        second one, invalidates no pass that is out. Derived (HKDF, RFC 5869), so that a pass tells nothing of a key.
        """
        return tuple(
            HKDF(SHA256(), length=32, salt=None, info=b"library visit bot: QR passes").derive(root.encode())
            for root in (*self.keys, self.token.get_secret_value())
        )


def read_settings(**overrides: Any) -> Settings:
    """Read the environment and .env. Raise BadSettings with a line for each variable that is missing or wrong."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise BadSettings("\n".join(_line(fault) for fault in error.errors(include_input=False))) from None


def _line(fault: Any) -> str:
    if not fault["loc"]:
        return str(fault["ctx"]["error"])
    variable = f"BOT_{str(fault['loc'][0]).upper()}"
    if fault["type"] == "missing":
        return f"{variable} is missing; set it in the environment or in .env (see .env.example)"
    reason = str(fault["ctx"]["error"]) if "error" in fault.get("ctx", {}) else fault["msg"]
    return f"{variable}: {reason}"


def parse_clock(written: str) -> tuple[datetime, float]:
    """Return (start, speed) of BOT_CLOCK: "2025-08-20T09:00+05:00", optionally ",x60". Raise ValueError."""
    moment, _, factor = written.partition(",")
    mend = "write such as 2025-08-20T09:00+05:00 or 2025-08-20T09:00+05:00,x60"
    try:
        start = datetime.fromisoformat(moment.strip())
        speed = float(factor.strip().removeprefix("x")) if factor else 1.0
    except ValueError:
        raise ValueError(f"is no clock; {mend}") from None
    if start.tzinfo is None or not 0 < speed <= 10_000:
        raise ValueError(f"needs an offset, and a speed above 0; {mend}")
    return start.astimezone(UTC), speed


def parse_address(written: str) -> Address:
    """Return (host, port) of such as 127.0.0.1:8080 or [::]:8080; port 0 takes a free one. Raise ValueError."""
    host, _, port = written.strip().rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        raise ValueError("is no address to listen at; write such as 127.0.0.1:8080 or 0.0.0.0:8080")
    return host.removeprefix("[").removesuffix("]"), int(port)


def is_loopback(url: str) -> bool:
    """Say whether the address is on this machine, by its numbers or as localhost."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
