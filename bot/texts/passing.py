"""The rules that somebody is seated past, in plain words."""

from typing import assert_never

from bot.language import Language
from bot.rules.forcing import Passed


def rule_passed(say: Language, rule: Passed, *, n: int) -> str:
    """Say which rule is gone past; `n` counts those who wait, or the seats held back. Plain text."""
    match rule:
        case Passed.LINE:
            return say.ngettext("passes {n} sign-up that waits", "passes {n} sign-ups that wait", n).format(n=n)
        case Passed.HELD_BACK:
            return say.ngettext("takes {n} seat that is held back", "takes {n} seats that are held back", n).format(n=n)
        case Passed.LIMIT:
            # Translators: one person may have one morning and one afternoon visit, or one full day.
            return say.gettext("one visit more than a person may have")
        case Passed.CLOSED:
            return say.gettext("sign-up is not open")
        case Passed.NOT_LISTED:
            return say.gettext("not on the list of registered people")
        case _:
            assert_never(rule)
