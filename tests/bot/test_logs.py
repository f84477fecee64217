"""No secret reaches the log, whichever way it tries."""

import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest

from bot.logs import QUIET, SecretsInLogError, check_logging, hide_tokens, set_up_logging

TOKEN = f"1234567890:{'sEcReT_-x' * 4}"
OTHER_TOKEN = f"987654321:{'AbCdE' * 7}"
PASSWORD = "p/ss word+1"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers, root.level, sys.excepthook
    levels = {name: logging.getLogger(name).level for name in QUIET}
    root.handlers = []
    yield
    root.handlers = handlers
    root.setLevel(level)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(False)
    sys.excepthook = hook


def start_log() -> logging.Logger:
    """Set up logging within the test: pytest gives a fixture another standard error than its test."""
    set_up_logging(token=TOKEN, secrets=["", PASSWORD], level="DEBUG")
    return logging.getLogger("bot.any")


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert text
    assert "Logging error" not in text
    for secret in (TOKEN, OTHER_TOKEN, PASSWORD, "p%2Fss%20word%2B1"):
        assert secret not in text
    return text


@pytest.mark.parametrize(
    "secret",
    [TOKEN, OTHER_TOKEN, OTHER_TOKEN.replace(":", "%3A"), PASSWORD, "p%2Fss%20word%2B1"],
    ids=["token", "another token", "in an address", "password", "password in an address"],
)
def test_secrets_are_hidden_in_message_and_arguments(capsys: pytest.CaptureFixture[str], secret: str) -> None:
    log = start_log()
    log.info(f"POST https://api.telegram.org/bot{secret}/getMe")  # noqa: G004 - the wrong way, on purpose
    log.info("POST %s %r %d", f"https://api.telegram.org/bot{secret}/getMe", [secret], 200)
    log.info("%(url)s", {"url": secret})
    text = printed(capsys)
    assert secret not in text
    assert "/bot[hidden]/getMe ['[hidden]'] 200" in text


def test_secrets_are_hidden_in_exceptions_their_causes_and_the_stack(capsys: pytest.CaptureFixture[str]) -> None:
    log = start_log()
    try:
        try:
            raise KeyError(TOKEN)
        except KeyError as error:
            raise ValueError(PASSWORD) from error
    except ValueError:
        log.exception("Failed", stack_info=True)
    text = printed(capsys)
    assert "KeyError: '[hidden]'" in text
    assert "ValueError: [hidden]" in text
    assert "Stack (most recent call last)" in text


def test_a_record_that_cannot_be_formatted_says_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    log = start_log()
    log.info("%d places", TOKEN)
    assert f"unreadable log record of {__file__}" in printed(capsys)


def test_secrets_are_hidden_in_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    start_log()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"unclosed {TOKEN}", ResourceWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "unclosed [hidden]" in printed(capsys)


def test_secrets_are_hidden_in_the_error_that_ends_the_process() -> None:
    program = (
        "from bot.logs import set_up_logging\n"
        f"set_up_logging(token={TOKEN!r}, secrets=[])\n"
        f"raise RuntimeError('The token {TOKEN} was rejected')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert TOKEN not in ended.stderr
    assert "RuntimeError: The token [hidden] was rejected" in ended.stderr


def test_libraries_that_print_addresses_and_updates_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    start_log()
    for name in ("httpx", "httpcore.http11", "telegram.ext.Application", "apscheduler.executors", "aiohttp.access"):
        logging.getLogger(name).info("HTTP Request: POST")
    assert capsys.readouterr().err == ""
    logging.getLogger("telegram.ext.Application").warning("No error handlers are registered")
    assert " WARNING telegram.ext.Application: No error handlers are registered" in printed(capsys)


def test_whatever_level_a_library_is_given_it_tells_nobodys_words(capsys: pytest.CaptureFixture[str]) -> None:
    start_log()
    for name in ("telegram.Bot", "sqlalchemy.engine.Engine", "asyncio", "apscheduler", "httpx", "any.other"):
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).debug("Row ('Emma',)")
        logging.getLogger(name).info("Processing update of Emma")
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.getLogger("asyncio").warning("Executing <Handle write('Emma')> took 0.2 seconds")
    assert capsys.readouterr().err == ""
    logging.getLogger("bot.any").debug("ours")
    logging.getLogger("asyncio").error("Task was destroyed but it is pending!")
    text = printed(capsys)
    assert "ours" in text
    assert "destroyed" in text


def test_the_row_that_postgresql_refuses_is_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    log = start_log()
    words = "null value violates\nDETAIL:  Failing row contains (1, Emma\nof Oslo).\n[SQL: INSERT INTO x]"
    try:
        raise ValueError(words)
    except ValueError:
        log.exception("Failed")
    text = printed(capsys)
    assert "Emma" not in text
    assert "Oslo" not in text
    assert "null value violates\nDETAIL: [hidden]\n[SQL: INSERT INTO x]" in text


def test_a_token_that_begins_another_secret_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(token="42:demo", secrets=["42:demo-and-more"])
    logging.getLogger("bot.any").info("<42:demo> <42:demo-and-more>")
    assert capsys.readouterr().err.endswith(" <[hidden]> <[hidden]>\n")


@pytest.mark.parametrize("pattern", ["%(message)s", "%(levelname)s"])
def test_a_handler_that_prints_secrets_stops_the_start(pattern: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(pattern))
    logging.getLogger().addHandler(handler)
    with pytest.raises(SecretsInLogError) as caught:
        check_logging(token=TOKEN, secrets=[PASSWORD])
    assert TOKEN not in str(caught.value)


def test_tokens_are_hidden_without_being_known() -> None:
    assert hide_tokens(f"<a href='/bot{TOKEN}/getMe'>") == "<a href='/bot[hidden]/getMe'>"
    assert hide_tokens("2026-08-22 09:15:00, bus 1234567:8") == "2026-08-22 09:15:00, bus 1234567:8"
