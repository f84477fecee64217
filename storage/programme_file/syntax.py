"""What is wrong with a text that is no TOML, and the mend, in sentences that are translated as all others are.

Python's reader says it in English alone and names no mend (tomllib, whose messages are a handful).
"""

import re
from typing import Final

from storage.programme_file.faults import Said, said

Words = tuple[Said, Said]
"""What is wrong, and the mend."""

BAD_CHARACTER: Final[Words] = (
    said("a character stands here that no text can hold"),
    said("delete the line and write it again"),
)
TOO_LONG: Final[Words] = (said("this number is too long"), said("shorten it"))
TOO_DEEP: Final[Words] = (
    said("more lists in lists stand here than can be read"),
    said("close each list before the next begins"),
)
_SEPARATED: Final = said("put commas between the values and close the bracket; the gap may be one line above")
_QUOTED: Final = said("close it with a quote; a text of several lines begins and ends with three")

_SENTENCES: Final = (
    (
        r"Expected '=' after a key",
        said("a key stands here without = and a value"),
        said("write it like {example}", example="seats = 45"),
    ),
    (
        r"Expected newline or end of document",
        said("something stands behind the value that does not belong to it"),
        said("put a text into quotes as a whole, and begin a new line for each key"),
    ),
    (
        r"Invalid statement",
        # Translators: a key is the word before the = of a line.
        said("what stands here is no key"),
        said("begin the line with a key, [table] or [[table]]; a comment begins with #"),
    ),
    (
        r"Invalid initial character for a key",
        said("what stands here is no key"),
        said("write a key; a table in {sign} is written on one line, with no comma after its last value", sign="{ }"),
    ),
    (
        r"Cannot (declare|redefine|overwrite|mutate)|Duplicate",
        said("this key or table stands in the file already"),
        said("take one of them out"),
    ),
    (r"Unclosed array", said("a comma or ] is missing in a list"), _SEPARATED),
    # Translators: {sign} is a closing brace.
    (r"Unclosed inline table", said("a comma or {sign} is missing", sign="}"), _SEPARATED),
    (
        r"Expected '\]{1,2}' at the end",
        said("the brackets round the name of a table do not close"),
        said("write it like {example}", example="[[visits]]"),
    ),
    (
        r"(Illegal|Found invalid) character '\\n'|Unterminated|Expected \S+$",
        said("a text in quotes does not end"),
        _QUOTED,
    ),
    (r"(Illegal|Found invalid) character", *BAD_CHARACTER),
    (
        r"Unescaped|Invalid hex value|Escaped character",
        # Translators: {sign} is a backslash in a text in quotes, {two} are two of them.
        said("nothing is known that begins with {sign} like this", sign="\\"),
        said("write {two} where {sign} is meant", two="\\\\", sign="\\"),
    ),
    (
        r"Invalid date",
        said("there is no such date or time"),
        said("write it like {example}", example="2025-08-22, 2025-08-22T09:00:00+05:00"),
    ),
    (
        r"Invalid value",
        said("this value cannot be read"),
        said("put a text into quotes; numbers, dates, true and false stand without"),
    ),
)


def in_our_words(message: str) -> Words:
    """Return what is wrong and the mend for a message of tomllib's, without its place in the text.

    One that is not known here, as of a later Python, is handed on in English.
    """
    for pattern, problem, mend in _SENTENCES:
        if re.match(pattern, message):
            return problem, mend
    # Translators: {reason} is English, from the reader of such files.
    problem = said("this is not TOML: {reason}", reason=message)
    return problem, said(
        "look at this line and the one above for a missing quote, bracket or =, or a key standing twice"
    )
