"""Every public function of bot/texts, called with every sample of what it takes, found by its annotations.

A new function is called by itself; a new kind of record needs a sample in world.py.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import product
from pkgutil import iter_modules
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from bot import texts
from bot.language import Language
from tests.locales.world import World

NOT_SAID = {"markup"}
"""It makes values safe and says nothing."""
PLAIN = {
    "calendar.entry": 200,
    "driver.plea": 200,
    "paper.facts": 200,
    "paper.headings": 80,
    "paper.small_print": 400,
    "editing.gap_label": 80,
    "editing.title": 120,
    "gifts.message_to_colleague": 1024,
    "registered.report": 100_000,
    "roster_files.lines_above": 100_000,
    "roster_files.columns": 80,
    "roster_files.cells": 80,
    "roster_files.page_line": 160,
    "roster_files.missing_letters": 160,
    "roster_files.traveller_kind": 80,
    "roster_files.yes_no": 80,
    "rosters.change_lines": 100_000,
    "rosters.head_lines": 400,
    "rosters.more_lines": 200,
    "rosters.nobody": 80,
    "rosters.place": 80,
    "rosters.title": 80,
    "rosters.version_line": 120,
    "organizers.fill_title": 40,
    "organizers.growth_title": 40,
    "posters.title": 4096,
    "posters.facts": 4096,
    "posters.scan": 80,
    "profile.bot_name": 64,
    "profile.description": 512,
    "profile.short_description": 120,
    "profile.delegate_commands": 256,
    "profile.organizer_commands": 256,
    "profile.crew_commands": 256,
    "passing.rule_passed": 120,
    "log.deed": 400,
    "phrases.phrase": 200,
    "phrases.phrased": 1200,
    "phrases.gap_name": 40,
    "phrases.group_title": 37,
    "importing.all_faults": 100_000,
    "log.other_deed": 160,
    "log.log_columns": 80,
    "log.log_cells": 400,
    "act_results.result_columns": 80,
    "act_results.result_cells": 400,
    "visits.pin_note": 255,
    "own_data.caption": 1024,
    "own_data.title": 4096,
    "own_data.sections": 100_000,
}
"""What is no message and knows no tags, and how long it may be: cells and lines of files, limits of the Bot API."""
CAPTIONS = {
    *("calendar.caption", "driver.caption", "importing.export_caption", "paper.caption", "passes.qr_pass"),
    "roster_files.caption",
    "seating.slip_caption",
    "log.log_caption",
}
"""What stands under a picture or a file."""
CAPTION = 1024
FIXED_LABEL = 37
"""34 characters and an emoji: what fits one button of a narrow phone. Labels with a visit's title are cut."""
ANSWER = 200
MESSAGE = 4096


def functions() -> dict[str, Callable[..., object]]:
    """The public functions by "module.name"."""
    found: dict[str, Callable[..., object]] = {}
    for module in iter_modules(texts.__path__):
        if module.name in NOT_SAID:
            continue
        room = import_module(f"{texts.__name__}.{module.name}")
        for name, function in inspect.getmembers(room, inspect.isfunction):
            if function.__module__ == room.__name__ and not name.startswith("_"):
                found[f"{module.name}.{name}"] = function
    return found


def plain_limit(function: str) -> int | None:
    """Return how long the plain text may be; None for Telegram's HTML, MESSAGE for a label that is cut."""
    if function in PLAIN:
        return PLAIN[function]
    module, _, name = function.partition(".")
    if module == "labels" or name == "agree_label":
        return FIXED_LABEL
    if name.endswith("_label"):
        return MESSAGE
    return ANSWER if name.endswith("_answer") else None


def said(function: Callable[..., object], say: Language, world: World) -> Iterator[str]:
    """Everything the function says of this world."""
    hints = get_type_hints(function)
    hints.pop("return")
    choices = [[say] if hint is Language else samples(hint, world) for hint in hints.values()]
    for chosen in product(*choices):
        yield from _strings(function(**dict(zip(hints, chosen, strict=True))))


def samples(hint: Any, world: World) -> Sequence[Any]:
    """What a parameter of this type is given; where nothing else is said, of a sequence nothing and everything."""
    if hint in world:
        return world[hint]
    if isinstance(hint, UnionType):
        return [sample for member in get_args(hint) for sample in samples(member, world)]
    assert get_origin(hint) is Sequence, f"world.py has no sample of {hint}"
    return [(), samples(get_args(hint)[0], world)]


def _strings(answer: object) -> Iterator[str]:
    if isinstance(answer, str):
        yield answer
    else:
        assert isinstance(answer, Sequence), answer
        for part in answer:
            yield from _strings(part)
