"""A text that organizers give in one language or several: `en: …`, `kk: …`, `ru: …`, each at the start of a line."""

import re
from collections.abc import Mapping

_MARK = re.compile(r"^(en|kk|ru)[ \t]*:[ \t]*", re.MULTILINE | re.IGNORECASE)
ANY = ""
"""The key of a text for everybody who has none in their own language."""


def texts_of(written: str) -> dict[str, str]:
    """Return the text of each language; what is not marked is for everybody (`ANY`)."""
    marks = list(_MARK.finditer(written))
    first = written[: marks[0].start()].strip() if marks else written.strip()
    found = {ANY: first} if first else {}
    for mark, ends in zip(marks, [*(each.start() for each in marks[1:]), len(written)], strict=False):
        text = written[mark.end() : ends].strip()
        if text:
            found[mark[1].lower()] = text
    return found


def text_for(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """Return what this reader gets, and the language it is marked as (`ANY`: not marked).

    Their own language; else the text for everybody, English, whatever there is.
    """
    for code in (language, ANY, "en", *texts):
        if code in texts:
            return texts[code], code
    return "", ANY


def gaps_of(texts: Mapping[str, str], languages: Mapping[str, int]) -> tuple[str, ...]:
    """Return the languages of the audience for which a text in several languages has none."""
    if set(texts) <= {ANY}:
        return ()
    return tuple(code for code in sorted(languages) if code not in texts)
