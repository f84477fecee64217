"""What people may be called: anything a badge may say, on one line, as it was meant."""

import unicodedata

LONGEST_NAME = 64
"""Telegram's own limit of a first or last name, and what a roster's column holds."""

_KEPT_MARKS = {"\u200c", "\u200d"}
"""Zero-width joiners shape letters of some scripts and join emoji; all other invisible characters are dropped."""
_BLANKS = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}
"""Unicode calls these letters or symbols, and they look like a space: names of them alone are empty on a roster."""


def clean_name(typed: str) -> str | None:
    """Return the name on one line, cut at 64 characters, or None when nothing can be read of it."""
    return one_line(typed, longest=LONGEST_NAME)


def one_line(typed: str, *, longest: int) -> str | None:
    """Return the text on one line without control and direction characters, or None when nothing is left of it.

    Longer ones are cut. Markup stays as typed: it is escaped where it is shown.
    """
    visible = "".join(
        " " if _is_blank(character) else character
        for character in typed
        if _is_blank(character)
        or character in _KEPT_MARKS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
    # Composed last: what stood between a letter and its accent is gone by now.
    line = " ".join(unicodedata.normalize("NFC", visible).split())[:longest].strip()
    return line if any(unicodedata.category(character)[0] in "LNS" for character in line) else None


def _is_blank(character: str) -> bool:
    return character.isspace() or character in _BLANKS


def several_lines(typed: str) -> str | None:
    """Return the text without control and direction characters, or None when nothing is left; its lines stay.

    Blank lines at its ends go, several in a row become one.
    """
    lines: list[str] = []
    for line in typed.splitlines():
        cleaned = one_line(line, longest=len(line)) or ""
        if cleaned or (lines and lines[-1]):
            lines.append(cleaned)
    return "\n".join(lines).strip() or None
