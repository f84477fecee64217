"""Refusals: what the Bot API answers instead of a result."""


class Refused(Exception):
    """A call is answered with `{"ok": false}`, this code and these words.

    `retry_after` is in seconds and stands for `parameters.retry_after` and the Retry-After header.
    """

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad_request(words: str) -> Refused:
    """A 400 in Telegram's form: the words follow "Bad Request: "."""
    return Refused(400, f"Bad Request: {words}")


def too_many_requests(*, seconds: int) -> Refused:
    """A 429 that asks to come back after so many seconds."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
