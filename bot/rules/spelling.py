"""Names across scripts and misspellings: each word becomes a key that all its spellings share, or nearly share.

Nazarbayev, Nazarbaev and Назарбаев are one key, and so are Müller, Mueller and Мюллер. Keys are compared, never shown.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import log

from rapidfuzz.distance import OSA

_LETTERS = str.maketrans("абвгдезиклмнопрстуфхыэіәғқңөұүһ", "abvgdeziklmnoprstufhieiagknouuh") | str.maketrans(
    {
        "ё": "yo",
        "ж": "zh",
        "й": "y",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
    }
    | {"č": "ch", "ć": "ch", "ç": "ch", "š": "sh", "ş": "sh", "ș": "sh", "ž": "zh", "ß": "ss", "ø": "o", "æ": "a"}
    | {"œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i"}
)
_SOUNDS = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (r"ts?ch", "ch"),
        (r"sh?ch", "sh"),
        (r"d?zh|dj", "j"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"ck|q|c(?!h)", "k"),
        (r"x", "ks"),
        (r"wh?", "v"),
        (r"t[sz]", "z"),
        (r"[yij](?=[aou])", ""),
        (r"y(?=e)", ""),
        (r"(?<=[aou])e", ""),
        (r"y", "i"),
        (r"(.)\1+", r"\1"),
    )
)
"""What one spelling writes and another does not, in this order: ж zh j, ё yo io, ü ue, double letters."""
_WORD = re.compile(r"\w+")
_APART = 0.75
"""Up to this likeness two keys are two words: with one letter of four another it is another name, Sato or Kato."""
_SHORTEST_STEM = 5


def key(word: str) -> str:
    """Return the key of one word: lower-case Latin letters and digits, for other scripts their own letters."""
    composed = unicodedata.normalize("NFKC", word).casefold()
    latin = unicodedata.normalize("NFD", composed.translate(_LETTERS))
    plain = "".join(letter for letter in latin if not unicodedata.combining(letter))
    for pattern, becomes in _SOUNDS:
        plain = pattern.sub(becomes, plain)
    return plain


def keys(text: str) -> tuple[str, ...]:
    """Return the key of each word, in order."""
    return tuple(found for word in _WORD.findall(unicodedata.normalize("NFKC", text)) if (found := key(word)))


def alike(wanted: str, other: str) -> float:
    """Return how alike two keys are, from 0 to 1; a beginning, and a name with an ending, is nearly the name."""
    if wanted == other:
        return 1.0
    if len(wanted) >= 3 and other.startswith(wanted):
        return 0.9
    if len(other) >= _SHORTEST_STEM and wanted.startswith(other) and len(wanted) <= len(other) + 4:
        return 0.9
    if any(letter.isdigit() for letter in wanted + other):
        return 0.0
    likeness = OSA.normalized_similarity(wanted, other)
    return likeness if likeness > _APART else 0.0


def closest(wanted: Sequence[str], candidates: Sequence[frozenset[str]], *, least: float, most: int) -> tuple[int, ...]:
    """Return the places of the candidates that the wanted keys name best, the best first; never those below `least`.

    A word that few candidates bear says more than one that many do; one that nobody bears counts against all.
    """
    bearers = Counter(each for bag in candidates for each in bag)
    scores = [0.0] * len(candidates)
    whole = 0.0
    for one in dict.fromkeys(wanted):
        likeness = {each: found for each in bearers if (found := alike(one, each))}
        best = [max((likeness.get(each, 0.0) for each in bag), default=0.0) for bag in candidates]
        weight = log(1 + len(candidates) / max(1, sum(1 for each in best if each)))
        whole += weight
        for place, each in enumerate(best):
            scores[place] += weight * each
    good = [place for place, score in enumerate(scores) if whole and score / whole >= least]
    return tuple(sorted(good, key=lambda place: (-scores[place], place))[:most])
