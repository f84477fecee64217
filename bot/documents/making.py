"""Where files are made: in one thread beside the event loop, one after the other, so that taps stay quick."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_PRESS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="documents")


async def made(make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `make` returns. The libraries behind it are loaded at its first call, which takes half a second."""
    return await asyncio.get_running_loop().run_in_executor(_PRESS, lambda: make(*args, **kwargs))
