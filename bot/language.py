"""Catalogs -> Language: the reader's sentences, numbers of things, and moments as the congress's clocks show them.

Catalogs are compiled in memory at start (0.1 s for 1,500 sentences), so there is no compiled copy to forget.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from storage.records import Words

LANGUAGES = {"en": "English", "kk": "Қазақша", "ru": "Русский"}
"""What the bot speaks, each called as its readers call it."""
SOURCE = "en"

_FOLDER = Path(__file__).parent.parent / "locales"
_DAYS = {"en": "EEEE, d MMMM", "kk": "d MMMM, EEEE", "ru": "EEEE, d MMMM"}
"""Explicit patterns: Babel's Kazakh puts the weekday first and its skeletons fall to short forms (facts)."""
_ALIASES = {"kz": "kk", "kaz": "kk", "qaz": "kk"}


class Sentence(Protocol):
    """What was said in English and remembers how: its msgid, and what stands in its places."""

    template: str
    places: Mapping[str, object]


class Language:
    """One language's sentences, and moments in the congress's zone, never the phone's."""

    def __init__(self, code: str, translations: GNUTranslations, *, zone: ZoneInfo) -> None:
        self.code = code
        self.zone = zone
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self._locale = Locale.parse(code)
        # Babel looks on the disk each time; a congress has few days and few languages.
        self._days: dict[date, str] = {}
        self._names: dict[str, str] = {}

    def words(self, words: Words) -> str:
        """Return the programme's words for this reader; the source language where a text is missing."""
        return words.get(self.code) or words[SOURCE]

    def again(self, sentence: Sentence) -> str:
        """Return what was said of an event file, for this reader."""
        return self.gettext(sentence.template).format(**sentence.places)

    def day(self, moment: datetime) -> str:
        """Return such as "Friday, 22 August" or "22 тамыз, жұма"."""
        return self.date(moment.astimezone(self.zone).date())

    def date(self, day: date) -> str:
        """Return such as "Friday, 22 August" for a calendar day."""
        if day not in self._days:
            self._days[day] = format_date(day, _DAYS[self.code], locale=self._locale)
        return self._days[day]

    def clock(self, moment: datetime, *, seconds: bool = False) -> str:
        """Return such as "08:40", or "08:40:13": two digits, 24 hours, in every language."""
        return f"{moment.astimezone(self.zone):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def moment(self, moment: datetime) -> str:
        """Return such as "Friday, 22 August, 08:40"."""
        return f"{self.day(moment)}, {self.clock(moment)}"

    def language_name(self, code: str) -> str:
        """Return such as "English", "ағылшын тілі" or "английский"; the code itself for one Babel doesn't know."""
        if code not in self._names:
            try:
                self._names[code] = Locale.parse(code).get_display_name(self._locale) or code
            except UnknownLocaleError:
                self._names[code] = code
        return self._names[code]

    def decimal(self, number: float) -> str:
        """Return such as "4.6" or "4,6"."""
        return format_decimal(number, "0.0", locale=self._locale)

    def listing(self, items: Iterable[str]) -> str:
        """Join with commas; no "and", which Babel's Kazakh lacks from three items on."""
        return ", ".join(items)


Languages = Mapping[str, Language]


def load_languages(zone: str, *, folder: Path = _FOLDER) -> dict[str, Language]:
    """Return every language by its code, telling moments in this IANA zone."""
    clock = ZoneInfo(zone)
    return {code: Language(code, _translations(folder, code), zone=clock) for code in LANGUAGES}


@cache
def _translations(folder: Path, code: str) -> GNUTranslations:
    """Read a catalog, once in a process: three take as long as all of a start that comes after the imports."""
    with (folder / code / "LC_MESSAGES" / "bot.po").open("rb") as file:
        catalog = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def guess_language(phone_code: str | None) -> str | None:
    """Return the language of a phone's IETF tag, or None when the bot does not speak it: then the picker asks.

    `kz`, `kaz` and `qaz` count as Kazakh. Nothing is guessed from neighbours.
    """
    if not phone_code:
        return None
    code = phone_code.lower().replace("_", "-").split("-")[0]
    code = _ALIASES.get(code, code)
    return code if code in LANGUAGES else None
