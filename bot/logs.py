"""The log: where it goes, who may speak in it, and that no secret ever stands in it."""

import logging
import re
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final
from urllib.parse import quote

TOKEN: Final = re.compile(r"\d{6,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}")
# httpx prints each address, token included, at INFO; the others tell of every update or every request.
QUIET: Final = ("aiohttp.access", "apscheduler", "httpcore", "httpx", "telegram", "uvicorn")
OURS: Final = ("bot", "storage")
_QUOTED_ROW: Final = re.compile(r"^DETAIL:.*?(?=^\[SQL|^\S+Error|^Traceback|^$|\Z)", re.DOTALL | re.MULTILINE)
"""PostgreSQL quotes the whole row that it refuses, names and all."""
HIDDEN: Final = "[hidden]"


class SecretsInLogError(RuntimeError):
    """A handler of the root logger would print a secret."""


class Redaction(logging.Filter):
    """Take the given secrets, and all that looks like a bot token, out of every record that passes."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        # The longest first: a secret may be a part of another, as a password is of a database's address.
        words = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        known = [re.escape(word) for word in sorted(words, key=len, reverse=True)]
        self._pattern = re.compile("|".join([*known, TOKEN.pattern]))

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact message, arguments, exception and stack of the record; let every record through."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - a bad format is the caller's fault; logging would print it unredacted.
            message = f"unreadable log record of {record.pathname}:{record.lineno}"
        record.msg, record.args = self.redacted(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.redacted(_QUOTED_ROW.sub(f"DETAIL: {HIDDEN}\n", record.exc_text))
        if record.stack_info:
            record.stack_info = self.redacted(record.stack_info)
        return True

    def redacted(self, text: str) -> str:
        """Give the text without its secrets."""
        return self._pattern.sub(HIDDEN, text)


class Discretion(logging.Filter):
    """Let libraries speak from WARNING on only, whatever level somebody gives them, asyncio from ERROR on.

    Below that they quote people: python-telegram-bot whole updates and calls, SQLAlchemy the rows it reads, asyncio the
    arguments of slow callbacks. What an exception says is printed as it is, and may quote a word.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, or not."""
        room = record.name.partition(".")[0]
        least = logging.NOTSET if room in OURS else logging.ERROR if room == "asyncio" else logging.WARNING
        return record.levelno >= least


def hide_tokens(text: str) -> str:
    """Give the text without anything that looks like a bot token."""
    return TOKEN.sub(HIDDEN, text)


def set_up_logging(*, token: str, secrets: Sequence[str], level: int | str = logging.INFO) -> None:
    """Log to standard error, in UTC, without secrets and without what people wrote: warnings and uncaught errors too.

    Replaces earlier root handlers, and ends with `check_logging`: a process that logs secrets does not start.
    """
    handler = logging.StreamHandler()
    handler.addFilter(Discretion())
    handler.addFilter(Redaction([token, *secrets]))
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    check_logging(token=token, secrets=secrets)


def check_logging(*, token: str, secrets: Sequence[str]) -> None:
    """Raise SecretsInLogError when a root handler would print a secret or any token. Prints nothing."""
    known = [secret for secret in (token, *secrets, f"1234567890:{'x' * 35}") if secret]
    for secret in known:
        try:
            raise ValueError(secret)
        except ValueError:
            details = sys.exc_info()
        for handler in logging.getLogger().handlers:
            record = logging.LogRecord(
                __name__, logging.INFO, __file__, 0, f"{secret} %s", (secret,), details, sinfo=secret
            )
            handler.filter(record)
            if secret in handler.format(record):
                raise SecretsInLogError(f"{type(handler).__name__} on the root logger prints secrets")


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(__name__).critical("The process ends by an error", exc_info=(kind, error, trace))
