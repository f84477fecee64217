"""The event file: the shipped one is faultless, and every kind of fault is named with its place and its mend."""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import load_languages
from storage import programme_file
from storage.programme_file import Fault, ProgrammeFile, Said, format_faults, read_programme, said
from storage.programme_file.lines import Lines

SHIPPED = Path(programme_file.__file__).parents[1] / "programmes" / "wlic2025.toml"
TEXT = SHIPPED.read_text(encoding="utf-8")


def read(text: str) -> ProgrammeFile | list[Fault]:
    return read_programme(text, source="wlic2025.toml")


def faults_in(text: str) -> list[Fault]:
    answer = read(text)
    assert isinstance(answer, list), "the file has no fault"
    return answer


def shipped() -> ProgrammeFile:
    answer = read(TEXT)
    assert isinstance(answer, ProgrammeFile), format_faults(answer)
    return answer


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One slip of the pen, `old` -> `new` after `anchor`, and what is to be said about it.

    The fault stands on the line where `new` begins, or where the text `line` begins when something was left out.
    """

    anchor: str = ""
    old: str
    new: str
    place: str
    problem: str
    mend: str
    line: str = ""

    def made(self) -> str:
        at = TEXT.index(self.old, TEXT.index(self.anchor))
        return TEXT[:at] + self.new + TEXT[at + len(self.old) :]

    def on_line(self) -> int:
        text, anchor = self.made(), TEXT.index(self.anchor)
        at = text.index(self.line, anchor) if self.line else text.index(self.new, anchor)
        return text.count("\n", 0, at) + 1


NU_PM = 'id = "nu-pm"'
B08 = 'id = "B08"'

SLIPS = {
    # Keys and kinds of value
    "an unknown key": Slip(
        anchor=NU_PM,
        old="capacity = 45",
        new='capacity = 45\ncolour = "red"',
        line="colour",
        place='visits[4] "nu-pm" .colour',
        problem="colour is not a key that the bot knows",
        mend="take it out; the keys known here are id, city, slot",
    ),
    "a misspelt key is one fault": Slip(
        anchor=NU_PM,
        old="capacity = 45",
        new="capasity = 45",
        place='visits[4] "nu-pm" .capasity',
        problem="capasity is not a key that the bot knows",
        mend="write capacity",
    ),
    "a misspelt table is one fault": Slip(
        anchor=NU_PM,
        old="[visits.title]",
        new="[visits.titel]",
        place='visits[4] "nu-pm" .titel',
        problem="titel is not a key that the bot knows",
        mend="write title",
    ),
    "a missing key": Slip(
        anchor='[[libraries]]\nid = "gogol"',
        old='city = "karaganda"\n',
        new="",
        line="[[libraries]]",
        place='libraries[9] "gogol" .city',
        problem="city is missing",
        mend="add city = …",
    ),
    "a missing table of words": Slip(
        anchor='[[visits]]\nid = "school-am"',
        old=TEXT[TEXT.index("  [visits.title]", TEXT.index('id = "school-am"')) : TEXT.index('id = "aitu-walk"')],
        new="\n[[visits]]\n",
        line="[[visits]]",
        place='visits[8] "school-am" .title',
        problem="title is missing",
        mend="add [visits.title] with the words in each language",
    ),
    "a missing table": Slip(
        anchor="[rules]",
        old=TEXT[TEXT.index("  [rules.quiet_hours]") : TEXT.index("  [rules.offers]")],
        new="",
        line="[rules]",
        place="rules.quiet_hours",
        problem="quiet_hours is missing",
        mend="add [rules.quiet_hours]",
    ),
    "a text for a number": Slip(
        anchor=B08,
        old="seats = 45",
        new='seats = "45"',
        place='buses[7] "B08" .seats',
        problem='"45" is of the wrong kind',
        mend="write a whole number",
    ),
    "a moment in quotes": Slip(
        anchor=B08,
        old="departs = 2025-08-22T14:15:00+05:00",
        new='departs = "2025-08-22T14:15:00+05:00"',
        place='buses[7] "B08" .departs',
        problem="of the wrong kind",
        mend="write a moment with its offset",
    ),
    "an unknown word": Slip(
        anchor=NU_PM,
        old='slot = "pm"',
        new='slot = "evening"',
        place='visits[4] "nu-pm" .slot',
        problem='"evening" is not known here',
        mend='write one of "am", "pm", "full"',
    ),
    # Ids
    "an id that fits no deep link": Slip(
        old='id = "religious"',
        new='id = "Religious_1"',
        place='tags[2] "Religious_1" .id',
        problem="“Religious_1” does not fit",
        mend="use 1 to 24 of a-z 0-9 -",
    ),
    "a bus id with a blank": Slip(
        old=B08,
        new='id = "B 08"',
        place='buses[7] "B 08" .id',
        problem="“B 08” does not fit",
        mend="use 1 to 12 of A-Z a-z 0-9 -",
    ),
    "an id twice": Slip(
        anchor='id = "ai"',
        old='id = "ai"',
        new='id = "religious"',
        place='tags[3] "religious" .id',
        problem="“religious” is already the id of tags[2]",
        mend="give one of them another id",
    ),
    "a reminder id twice": Slip(
        anchor='id = "before-departure"',
        old='id = "before-departure"',
        new='id = "evening-before"',
        place='rules.reminders[1] "evening-before" .id',
        problem="“evening-before” is already the id of rules.reminders[0]",
        mend="give one of them another id",
    ),
    "a language that is no code": Slip(
        anchor=NU_PM,
        old='guide_languages = ["en"]',
        new='guide_languages = ["English"]',
        place='visits[4] "nu-pm" .guide_languages[0]',
        problem="“English” does not fit",
        mend='write a language code such as "kk"',
    ),
    "a stop twice": Slip(
        old='stops = ["gogol", "abai-children"]',
        new='stops = ["gogol", "gogol"]',
        place='visits[10] "karaganda-day" .stops[1]',
        problem="“gogol” is named twice",
        mend="take one of them out",
    ),
    "a language twice": Slip(
        old='languages = ["en", "kk", "ru"]',
        new='languages = ["en", "kk", "ru", "kk"]',
        place="event.languages[3]",
        problem="“kk” is named twice",
        mend="take one of them out",
    ),
    # Names of nothing
    "an unknown city": Slip(
        anchor='id = "karaganda-day"',
        old='city = "karaganda"',
        new='city = "karagandy"',
        place='visits[10] "karaganda-day" .city',
        problem="there is no city “karagandy”",
        mend="write karaganda",
    ),
    "an unknown city of the venue": Slip(
        anchor='id = "congress-center"',
        old='city = "astana"',
        new='city = "oslo"',
        place="venue.city",
        problem="there is no city “oslo”",
        mend="add it to [[cities]], or write one of astana, karaganda, almaty",
    ),
    "an unknown library": Slip(
        anchor=NU_PM,
        old='stops = ["nu"]',
        new='stops = ["nuu"]',
        place='visits[4] "nu-pm" .stops[0]',
        problem="there is no library “nuu”",
        mend="write nu",
    ),
    "an unknown kind of library": Slip(
        anchor='id = "binom"',
        old='kind = "school"',
        new='kind = "skool"',
        place='libraries[8] "binom" .kind',
        problem="there is no library kind “skool”",
        mend="write school",
    ),
    "an unknown meeting point": Slip(
        anchor=NU_PM,
        old='"mp-main"',
        new='"mp-mian"',
        place='visits[4] "nu-pm" .meeting_point',
        problem="there is no meeting point “mp-mian”",
        mend="write mp-main",
    ),
    "an unknown tag": Slip(
        anchor='id = "public-pm"',
        old='tags = ["children"]',
        new='tags = ["childern"]',
        place='visits[7] "public-pm" .tags[0]',
        problem="there is no tag “childern”",
        mend="write children",
    ),
    "a bus with no visit": Slip(
        anchor='id = "B01"',
        old='visit = "nab-am"',
        new='visit = "nab-a"',
        place='buses[0] "B01" .visit',
        problem="there is no visit “nab-a”",
        mend="write nab-am",
    ),
    "a default language that is not spoken": Slip(
        old='default_language = "en"',
        new='default_language = "de"',
        place="event.default_language",
        problem="“de” is not one of the event’s languages",
        mend="write one of en, kk, ru",
    ),
    # Words
    "a missing language": Slip(
        anchor=NU_PM,
        old='  kk = "Назарбаев Университетінің кітапханасы (түстен кейін)"\n',
        new="",
        line="  [visits.title]",
        place='visits[4] "nu-pm" .title.kk',
        problem="there are no words in kk",
        mend='add kk = "…"',
    ),
    "a language that is not spoken": Slip(
        anchor="[venue.name]",
        old="  kk = ",
        new='  kz = "Астана"\n  kk = ',
        place="venue.name.kz",
        problem="kz is not one of the event’s languages (en, kk, ru)",
        mend="take it out, or add the language to event.languages",
    ),
    "empty words": Slip(
        anchor="[contacts.hours]",
        old='ru = "18–21 августа: 08:00–18:00; 22 августа: 06:30–22:00"',
        new='ru = "  "',
        place="contacts.hours.ru",
        problem="ru is empty",
        mend="write the text",
    ),
    "words too long for a card": Slip(
        anchor=NU_PM,
        old="Nazarbayev University Library (afternoon)",
        new="Nazarbayev " * 20,
        line='  en = "Nazarbayev ',
        place='visits[4] "nu-pm" .title.en',
        problem="too long: 220 characters",
        mend="shorten it to 150",
    ),
    # The zone
    "an unknown zone": Slip(
        old='timezone = "Asia/Almaty"',
        new='timezone = "Asia/Astana"',
        place="event.timezone",
        problem="the time zone “Asia/Astana” is not known on this machine",
        mend="write an IANA name such as Asia/Almaty",
    ),
    "an offset of the event that the zone does not have": Slip(
        old='utc_offset = "+05:00"',
        new='utc_offset = "+06:00"',
        place="event.utc_offset",
        problem="+06:00 is not the offset of Asia/Almaty on 2025-08-22: there it is +05:00",
        mend="write +05:00; if the file is right, the machine’s zone data is old: update tzdata",
    ),
    "an offset that is not written as one": Slip(
        old='utc_offset = "+05:00"',
        new='utc_offset = "+05:99"',
        place="event.utc_offset",
        problem="“+05:99” does not fit",
        mend='write it like "+05:00"',
    ),
    "a moment with another offset": Slip(
        anchor=B08,
        old="departs = 2025-08-22T14:15:00+05:00",
        new="departs = 2025-08-22T14:15:00+06:00",
        place='buses[7] "B08" .departs',
        problem="does not have the offset of Asia/Almaty on that day: there it is +05:00",
        mend="write +05:00",
    ),
    "a moment without an offset": Slip(
        anchor=B08,
        old="departs = 2025-08-22T14:15:00+05:00",
        new="departs = 2025-08-22T14:15:00",
        place='buses[7] "B08" .departs',
        problem="2025-08-22 14:15:00 has no UTC offset",
        mend="write 2025-08-22T14:15:00 with it, such as +05:00",
    ),
    # Times
    "a congress that ends before it starts": Slip(
        old="end_date = 2025-08-22",
        new="end_date = 2025-08-12",
        place="event.end_date",
        problem="2025-08-12 is before the first day 2025-08-18",
        mend="write a later day",
    ),
    "visits on a day without a congress": Slip(
        old="end_date = 2025-08-22",
        new="end_date = 2025-08-21",
        line="visits_date = ",
        place="event.visits_date",
        problem="2025-08-22 is not a day of the congress (2025-08-18 to 2025-08-21)",
        mend="write one of its days",
    ),
    "a visit on another day": Slip(
        anchor='id = "aitu-walk"',
        old="end = 2025-08-22T15:30",
        new="end = 2025-08-23T15:30",
        place='visits[9] "aitu-walk" .end',
        problem="2025-08-23 15:30 is not on the visits day 2025-08-22",
        mend="write a moment of that day",
    ),
    "a visit that ends before it starts": Slip(
        anchor='id = "aitu-walk"',
        old="end = 2025-08-22T15:30",
        new="end = 2025-08-22T13:30",
        place='visits[9] "aitu-walk" .end',
        problem="it ends 2025-08-22 13:30, not after its start 2025-08-22 14:00",
        mend="write a later end",
    ),
    "booking that closes before the general opening": Slip(
        anchor='id = "almaty-fly"',
        old="booking_opens = 2025-07-01T09:00:00+05:00",
        new="",
        line="booking_closes = 2025-08-08",
        place='visits[11] "almaty-fly" .booking_closes',
        problem="booking closes 2025-08-08 18:00, not after it opens 2025-08-18 09:00",
        mend="give the visit its own booking_opens",
    ),
    "booking that closes before it opens": Slip(
        anchor="[rules]",
        old="booking_closes = 2025-08-21T20:00",
        new="booking_closes = 2025-08-17T20:00",
        place="rules.booking_closes",
        problem="booking closes 2025-08-17 20:00, not after it opens 2025-08-18 09:00",
        mend="write a later moment",
    ),
    "a visit's booking that closes after departure": Slip(
        anchor='id = "karaganda-day"',
        old="booking_closes = 2025-08-20T18:00",
        new="booking_closes = 2025-08-22T07:30",
        place='visits[10] "karaganda-day" .booking_closes',
        problem="2025-08-22 07:30 is not before departure 2025-08-22 07:30",
        mend="write a moment before departure",
    ),
    "general booking that closes after a departure": Slip(
        anchor="[rules]",
        old="booking_closes = 2025-08-21T20:00",
        new="booking_closes = 2025-08-22T09:00",
        place="rules.booking_closes",
        problem="2025-08-22 09:00 is not before the departure of nab-am, enu-am, katru-am",
        mend="write an earlier moment, or give these visits their own booking_closes",
    ),
    "boarding after departure": Slip(
        anchor=B08,
        old="boarding = 2025-08-22T13:55",
        new="boarding = 2025-08-22T14:55",
        place='buses[7] "B08" .boarding',
        problem="boarding 2025-08-22 14:55 is after departure 2025-08-22 14:15",
        mend="let boarding begin before the bus departs",
    ),
    "a bus that departs before its visit starts": Slip(
        anchor=B08,
        old="departs = 2025-08-22T14:15",
        new="departs = 2025-08-22T14:05",
        place='buses[7] "B08" .departs',
        problem="it departs 2025-08-22 14:05, before “nu-pm” starts (2025-08-22 14:15)",
        mend="write a later departure",
    ),
    "a bus that departs when its visit is over": Slip(
        anchor=B08,
        old="departs = 2025-08-22T14:15",
        new="departs = 2025-08-22T18:15",
        place='buses[7] "B08" .departs',
        problem="it departs 2025-08-22 18:15, when “nu-pm” is over (2025-08-22 16:45)",
        mend="write an earlier departure",
    ),
    # Seats
    "a visit with no bus": Slip(
        anchor='id = "aitu-walk"',
        old='mode = "walk" ',
        new="",
        line='id = "aitu-walk"',
        place='visits[9] "aitu-walk" .id',
        problem="no bus carries this visit",
        mend='add a bus with visit = "aitu-walk", or write mode = "walk"',
    ),
    "a walk with a bus": Slip(
        anchor=NU_PM,
        old='slot = "pm"',
        new='slot = "pm"\nmode = "walk"',
        line='visit = "nu-pm"',
        place='buses[7] "B08" .visit',
        problem="it belongs to “nu-pm”, which is a walk",
        mend="take the bus out",
    ),
    "more wheelchair places than seats": Slip(
        anchor='id = "B07"',
        old="wheelchair_places = 2",
        new="wheelchair_places = 20",
        place='buses[6] "B07" .wheelchair_places',
        problem="more wheelchair places (20) than seats (18), which they are part of",
        mend="write at most 18",
    ),
    "a host that lets nobody in": Slip(
        anchor=NU_PM,
        old="capacity = 45",
        new="capacity = 0",
        place='visits[4] "nu-pm" .capacity',
        problem="capacity is 0",
        mend="write more than 0",
    ),
    "more seats held back than there are": Slip(
        anchor=NU_PM,
        old="capacity = 45",
        new="capacity = 60\nheld_back = 50",
        line="held_back",
        place='visits[4] "nu-pm" .held_back',
        problem="seats held back: 50; there are 45",
        mend="write at most 45",
    ),
    "a party that no rule allows": Slip(
        old="seats_per_booking = 4",
        new="seats_per_booking = 11",
        place="rules.seats_per_booking",
        problem="seats_per_booking is 11",
        mend="write at most 10",
    ),
    "a visit with no stop": Slip(
        anchor=NU_PM,
        old='stops = ["nu"]',
        new="stops = []",
        place='visits[4] "nu-pm" .stops',
        problem="stops is empty",
        mend="name at least one",
    ),
    "a visit with too many stops": Slip(
        anchor=NU_PM,
        old='stops = ["nu"]',
        new='stops = ["nu", "nab", "enu", "katru", "binom"]',
        place='visits[4] "nu-pm" .stops',
        problem="stops names 5",
        mend="name at most 4",
    ),
    "a pin off the globe": Slip(
        anchor='id = "mp-nqz"',
        old="lat = 51.0222",
        new="lat = 151.0222",
        place='meeting_points[2] "mp-nqz" .lat',
        problem="lat is 151.0222",
        mend="write at most 90.0",
    ),
    # Promises
    "a visit that forgets the passport": Slip(
        anchor='id = "nab-pres-pm"',
        old="needs_passport = true",
        new="needs_passport = false",
        place='visits[1] "nab-pres-pm" .needs_passport',
        problem="nobody gets in without a passport or ID card: presidential",
        mend="write needs_passport = true",
    ),
    "a price and no way to pay": Slip(
        anchor=NU_PM,
        old="price_eur = 0",
        new="price_eur = 5",
        place='visits[4] "nu-pm" .price_eur',
        problem="it costs 5 EUR and nothing says how to pay",
        mend="add [visits.payment]",
    ),
    "a way to pay and no price": Slip(
        anchor='id = "karaganda-day"',
        old="price_eur = 15",
        new="price_eur = 0",
        line="  [visits.payment]",
        place='visits[10] "karaganda-day" .payment',
        problem="the visit is free",
        mend="take the text out, or write the price",
    ),
    "a sample that is not said": Slip(
        old=TEXT[TEXT.index("  [event.sample_note]") : TEXT.index("  [event.name]")],
        new="",
        line="sample = true",
        place="event.sample",
        problem="the event is a sample and nothing tells delegates so",
        mend="add [event.sample_note], or sample = false",
    ),
    "data that is gone before the visits": Slip(
        old="retention_until = 2025-09-30",
        new="retention_until = 2025-07-30",
        place="privacy.retention_until",
        problem="data would be gone on 2025-07-30, before the visits of 2025-08-22 are over",
        mend="write a later day",
    ),
    "names that are gone before the visits": Slip(
        old="names_until = 2025-09-05",
        new="names_until = 2025-08-05",
        place="privacy.names_until",
        problem="names would be gone on 2025-08-05, before the visits of 2025-08-22 are over",
        mend="write a later day",
    ),
    "names that are kept longer than anything": Slip(
        old="names_until = 2025-09-05",
        new="names_until = 2025-10-05",
        place="privacy.names_until",
        problem="names would be kept until 2025-10-05, and everything goes on 2025-09-30",
        mend="write an earlier day, or take it out",
    ),
    "a policy without the day of the names": Slip(
        anchor="[privacy.policy]",
        old="не позднее 5 сентября 2025 года",
        new="скоро",
        line='  ru = """',
        place="privacy.policy.ru",
        problem="the text does not name the day until which names stay on lists (2025-09-05)",
        mend="name names_until in the text",
    ),
    "a privacy text without the day": Slip(
        anchor="[privacy.notice]",
        old="2025 жылғы 30 қыркүйектен кешіктірілмей жойылады",
        new="кейін жойылады",
        line='  kk = "Сізге',
        place="privacy.notice.kk",
        problem="the text does not name the day until which data is kept (2025-09-30)",
        mend="name retention_until in the text",
    ),
    "a privacy text without the address": Slip(
        anchor="[privacy.policy]",
        old="Связь: стойка «Визиты в библиотеки», visits@example.org.",
        new="Связь: стойка «Визиты в библиотеки».",
        line='  ru = """',
        place="privacy.policy.ru",
        problem="the text does not name visits@example.org",
        mend="name contacts.email in the text",
    ),
    # Rules
    "a reminder without a time": Slip(
        anchor='id = "before-departure"',
        old="minutes_before = 60\n",
        new="",
        line='id = "before-departure"',
        place='rules.reminders[1] "before-departure" .id',
        problem="nothing says when it is due",
        mend='write either evening_at = "18:00" or minutes_before = 60',
    ),
    "a reminder with two times": Slip(
        anchor='id = "before-departure"',
        old="minutes_before = 60\n",
        new='minutes_before = 60\nevening_at = "18:00"\n',
        line='id = "before-departure"',
        place='rules.reminders[1] "before-departure" .id',
        problem="it is due twice",
        mend="write either",
    ),
    "a reminder at no clock time": Slip(
        old='evening_at = "18:00"',
        new='evening_at = "6 pm"',
        place='rules.reminders[0] "evening-before" .evening_at',
        problem='"6 pm" is not a clock time',
        mend='write it like "18:00"',
    ),
    "a reminder at night": Slip(
        old='evening_at = "18:00"',
        new='evening_at = "23:00"',
        place='rules.reminders[0] "evening-before" .evening_at',
        problem="23:00 is inside the quiet hours 22:00-07:00",
        mend="write an earlier clock time",
    ),
    "a reminder after the bus has left": Slip(
        anchor='id = "before-departure"',
        old="grace_minutes = 50",
        new="grace_minutes = 60",
        place='rules.reminders[1] "before-departure" .grace_minutes',
        problem="it could go out 60 min late, when the bus has left",
        mend="write less than 60",
    ),
    "offer deadlines out of order": Slip(
        old="more_than_hours_left = 48",
        new="more_than_hours_left = 10",
        line="    [[rules.offers.deadlines]]",
        place="rules.offers.deadlines",
        problem="the deadlines do not run from most hours left to least",
        mend="sort them by more_than_hours_left",
    ),
    "no offer deadline on the last day": Slip(
        old="more_than_hours_left = 0",
        new="more_than_hours_left = 2",
        line="    [[rules.offers.deadlines]]\n    more_than_hours_left = 48",
        place="rules.offers.deadlines",
        problem="no deadline holds for the last 2 h",
        mend="add one with more_than_hours_left = 0",
    ),
}


VALUES = {
    "2025-08-22T09:00:00+05:00": "2025-08-22 09:00:00+05:00",
    "2025-08-22": "2025-08-22",
    "true": "true",
    "[1, 2]": "[ … ]",
    "{ a = 1 }": "{ … }",
    "9" * 400: "9" * 40 + "…",
}


@pytest.mark.parametrize(("written", "named"), VALUES.items())
def test_a_value_of_the_wrong_kind_is_named_as_files_have_it(written: str, named: str) -> None:
    [fault] = faults_in(re.sub(r"^( *phone = ).*$", rf"\g<1>{written}", TEXT, count=1, flags=re.MULTILINE))
    assert fault.problem == f"{named} is of the wrong kind"


def test_the_shipped_file_is_faultless() -> None:
    programme = shipped()
    assert (len(programme.cities), len(programme.libraries)) == (3, 14)
    assert (len(programme.visits), len(programme.buses)) == (13, 16)
    assert sum(bus.seats for bus in programme.buses if bus.visit == "nab-am") == 90


def test_the_shipped_file_says_that_it_is_a_sample() -> None:
    event = shipped().event
    assert event.sample
    assert event.sample_note is not None
    assert set(event.sample_note) == {"en", "kk", "ru"}


def test_moments_are_aware_and_mean_astana_time() -> None:
    first = shipped().buses[0]
    assert first.departs == datetime(2025, 8, 22, 4, 0, tzinfo=UTC)


def test_the_flight_opens_early_and_its_bus_is_a_transfer() -> None:
    programme = shipped()
    flight = next(visit for visit in programme.visits if visit.id == "almaty-fly")
    assert flight.booking_opens is not None
    assert flight.booking_closes is not None
    assert flight.booking_opens < flight.booking_closes < programme.rules.booking_opens
    assert flight.names_final
    assert [(bus.id, bus.transfer) for bus in programme.buses if bus.visit == flight.id] == [("B15", True)]


def test_a_programme_comes_back_whole_from_json() -> None:
    programme = shipped()
    assert ProgrammeFile.model_validate_json(programme.model_dump_json()) == programme


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS.keys())
def test_each_fault_is_named_alone_with_its_place_and_its_mend(slip: Slip) -> None:
    [fault] = faults_in(slip.made())
    assert fault.place == f"wlic2025.toml, line {slip.on_line()}, {slip.place}"
    assert slip.problem in fault.problem
    assert slip.mend in fault.mend


def test_an_empty_file_names_every_part_that_is_missing() -> None:
    missing = {fault.problem for fault in faults_in("")}
    assert {"event is missing", "visits is missing", "rules is missing"} <= missing


def test_several_faults_at_once_are_all_named_in_the_order_of_the_text() -> None:
    text = TEXT
    for old, new in (
        ('default_language = "en"', 'default_language = "de"'),
        ('kind = "school"', 'kind = "skool"'),
        ('stops = ["katru"]', 'stops = ["katrou"]\ncolour = "red"'),
        ("departs = 2025-08-22T14:15:00+05:00", "departs = 2025-08-22T14:15:00"),
        ("seats_per_booking = 4", "seats_per_booking = 40"),
    ):
        assert old in text
        text = text.replace(old, new)
    places = [fault.place.split(", ")[2] for fault in faults_in(text)]
    assert places == [
        "event.default_language",
        'libraries[8] "binom" .kind',
        'visits[6] "katru-am" .stops[0]',
        'visits[6] "katru-am" .colour',
        'buses[7] "B08" .departs',
        "rules.seats_per_booking",
    ]


def test_two_faults_of_one_table_are_both_named() -> None:
    text = TEXT.replace('visit = "nu-pm"', 'visit = "nu-pn"').replace('bay = "D"\nboarding', "bay = 4\nboarding", 1)
    problems = {fault.problem for fault in faults_in(text)}
    assert problems == {"there is no visit “nu-pn”", "no bus carries this visit", "4 is of the wrong kind"}


def test_a_host_limit_below_the_seats_of_the_buses_is_no_fault() -> None:
    programme = shipped()
    visit = next(visit for visit in programme.visits if visit.id == "public-pm")
    assert visit.capacity < sum(bus.seats for bus in programme.buses if bus.visit == visit.id)


def test_only_a_transfer_may_depart_before_its_visit_starts() -> None:
    at = TEXT.index('id = "B15"')
    tail = TEXT[at:].replace("T08:40", "T04:30", 1).replace("T09:00", "T05:00", 1)
    assert isinstance(read(TEXT[:at] + tail), ProgrammeFile)
    [fault] = faults_in(TEXT[:at] + tail.replace("transfer = true", "transfer = false", 1))
    assert "it departs 2025-08-22 05:00, before “almaty-fly” starts (2025-08-22 05:15)" in fault.problem


def test_a_list_that_is_missing_is_one_fault_and_not_one_for_each_of_its_names() -> None:
    begin, end = TEXT.index("[[library_kinds]]"), TEXT.index("[[tags]]")
    [fault] = faults_in(TEXT[:begin] + TEXT[end:])
    assert (fault.problem, fault.mend) == ("library_kinds is missing", "add [[library_kinds]]")


WRITTEN_ODDLY = r"""a.b = 1 # it's "one
[[visits]] # first
policy = '''
[[visits]]
fake = 1
'''
stops = [
  'x', # ]
  { y = 'z' },
]
[visits."ti tle"]
en = "]\" #"
[[visits]]
  [[ visits . rules ]]
end = 2
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a", "b"), 1),
        (("visits", 0, "policy"), 3),
        (("visits", 0, "fake"), 2),
        (("visits", 0, "stops", 1, "y"), 7),
        (("visits", 0, "ti tle", "en"), 12),
        (("visits", 1), 13),
        (("visits", 1, "rules", 0, "end"), 15),
        (("nowhere",), 1),
    ],
)
def test_lines_are_found_however_the_toml_is_written(path: tuple[str | int, ...], line: int) -> None:
    assert tomllib.loads(WRITTEN_ODDLY)
    assert Lines(WRITTEN_ODDLY).line_of(path) == line


def test_lines_are_right_with_windows_line_ends() -> None:
    slip = SLIPS["an unknown library"]
    [fault] = faults_in(slip.made().replace("\n", "\r\n"))
    assert fault.place == f"wlic2025.toml, line {slip.on_line()}, {slip.place}"


@pytest.mark.parametrize("code", ["kk", "ru"])
def test_every_fault_is_said_in_the_readers_language(code: str) -> None:
    """What is left in Latin letters stands in the file, or belongs into it: keys, ids, settings and their values."""
    say = load_languages("Asia/Almaty")[code]
    english = set()
    for slip in SLIPS.values():
        for fault in faults_in(slip.made()):
            for sentence in (fault.place, fault.problem, fault.mend):
                assert isinstance(sentence, Said)
                assert sentence.template.format(**sentence.places) == sentence
                again = say.again(sentence)
                assert all(str(value) in again for value in sentence.places.values())
                english |= {sentence.template} if say.gettext(sentence.template) == sentence.template else set()
    assert english == set()


def test_faults_read_as_blocks_on_a_terminal() -> None:
    fault = Fault(place=said("a.toml, line 1, event.id"), problem=said("it is {it}", it="red"), mend=said("write blue"))
    faults = [fault] * 2
    assert format_faults(faults) == (
        "a.toml, line 1, event.id\n  Problem: it is red\n  Mend:    write blue\n\n"
        "a.toml, line 1, event.id\n  Problem: it is red\n  Mend:    write blue"
    )


STATEMENTS = [number for number, line in enumerate(TEXT.splitlines()) if re.match(r" *[a-z_]+ = |\[", line)]
JUNK = ["0", "-1", '""', "[]", "{}", "[0]", '["x"]', "{x = 1}", "2025-08-22", "2025-08-22T09:00:00", "nan", "true"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STATEMENTS), st.sampled_from([None, *JUNK])), min_size=1, max_size=4))
def test_whatever_is_written_is_read_or_refused_with_places_inside_the_text(
    edits: list[tuple[int, str | None]],
) -> None:
    lines = TEXT.splitlines()
    for number, junk in edits:
        key, equals, _ = lines[number].partition(" = ")
        lines[number] = f"{key} = {junk}" if junk and equals else ""
    answer = read("\n".join(lines))
    if isinstance(answer, list):
        assert answer
        for fault in answer:
            place = re.match(r"wlic2025\.toml, line (\d+)", fault.place)
            assert place
            assert 1 <= int(place[1]) <= len(lines)
            assert fault.problem
            assert fault.mend
