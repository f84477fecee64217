"""What is typed at the desk: who, on which visit, with which number and phone. Words in, words out."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_PHONE = re.compile(r"(?<!\S)\+\d[\d ()-]{5,18}\d(?!\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Who is meant, and on which visit (empty for none). `is_new`: the visit came first, so a name is somebody new."""

    visit: str = ""
    who: str = ""
    contact: str = ""
    rest: str = ""
    """What stands behind the visit: a reason."""
    is_new: bool = False


def read_desk(typed: str, *, keys: Collection[str]) -> Words:
    """Read `VISIT NAME [NUMBER] [+PHONE]`, `WHO VISIT` or `WHO`; `keys` are the visits' names, in lower case."""
    contact = phone_in(typed)
    words = _PHONE.sub(" ", typed).split()
    if words and words[0].lower() in keys:
        return Words(visit=words[0].lower(), who=" ".join(words[1:]), contact=contact, is_new=True)
    if words and words[-1].lower() in keys:
        return Words(visit=words[-1].lower(), who=" ".join(words[:-1]), contact=contact)
    return Words(who=" ".join(words), contact=contact)


def read_force(typed: str, *, keys: Collection[str]) -> Words | None:
    """Read `WHO VISIT [REASON]`; None where no visit is named or nobody before it."""
    words = typed.split()
    place = next((place for place, word in enumerate(words) if place and word.lower() in keys), None)
    if place is None:
        return None
    return Words(visit=words[place].lower(), who=" ".join(words[:place]), rest=" ".join(words[place + 1 :]))


def phone_in(typed: str) -> str:
    """Return the phone number that was typed: with a plus, as it is dialled from abroad; empty where there is none."""
    found = _PHONE.search(typed)
    return "" if found is None else " ".join(found[0].split())


def number_in(who: str) -> tuple[str, str]:
    """Return (the words before, the last word) where the last word may be a registration number, else (who, "")."""
    *before, last = who.split() or [""]
    if not any(character.isdigit() for character in last):
        return who, ""
    return " ".join(before), last.removeprefix("#").removeprefix("№")
