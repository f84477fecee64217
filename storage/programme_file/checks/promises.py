"""What delegates are told is true: passports, payment, samples, the date until which data is kept."""

import re
from collections.abc import Iterator

from storage.programme_file.faults import Finding
from storage.programme_file.written import Table


def promise_findings(file: Table) -> Iterator[Finding]:
    """Each text or mark that another part of the file contradicts."""
    strict = {library.id for library in file.tables("libraries") if library.says("needs_passport")}
    for visit in file.tables("visits"):
        yield from _passport(visit, strict)
        yield from _payment(visit)
    event = file.table("event")
    if event.says("sample") and "sample_note" not in event.raw:
        problem = "the event is a sample and nothing tells delegates so"
        yield event.finding("sample", problem, mend="add [event.sample_note], or sample = false")
    yield from _retention(file)
    yield from _privacy_words(file)


def _passport(visit: Table, strict: set[str]) -> Iterator[Finding]:
    asking = [name for _, name in visit.texts("stops") if name in strict]
    if asking and visit.raw.get("needs_passport") is False:
        problem = f"{', '.join(asking)} lets nobody in without a passport or ID card"
        yield visit.finding("needs_passport", problem, mend="write needs_passport = true")


def _payment(visit: Table) -> Iterator[Finding]:
    price = visit.number("price_eur")
    if price and "payment" not in visit.raw:
        problem = f"it costs {price} EUR and nothing says how to pay"
        yield visit.finding("price_eur", problem, mend="add [visits.payment]")
    if price == 0 and "payment" in visit.raw:
        yield visit.finding("payment", "the visit is free", mend="take the text out, or write the price")


def _retention(file: Table) -> Iterator[Finding]:
    privacy, visits = file.table("privacy"), file.table("event").day("visits_date")
    ends = [visit.clock("end") for visit in file.tables("visits")]
    last = max([day for day in (visits, *(end.date() for end in ends if end)) if day], default=None)
    until, names = privacy.day("retention_until"), privacy.day("names_until")
    if until and last and until <= last:
        problem = f"data would be gone on {until}, before the visits of {last} are over"
        yield privacy.finding("retention_until", problem, mend="write a later day")
        return
    if names and last and names <= last:
        problem = f"names would be gone on {names}, before the visits of {last} are over"
        yield privacy.finding("names_until", problem, mend="write a later day")
    if names and until and names > until:
        problem = f"names would be kept until {names}, and everything goes on {until}"
        yield privacy.finding("names_until", problem, mend="write an earlier day, or take it out")


def _privacy_words(file: Table) -> Iterator[Finding]:
    """The texts are whole sentences without slots, so they could promise another day than the bot keeps."""
    privacy, email = file.table("privacy"), file.table("contacts").text("email")
    until, names = privacy.day("retention_until"), privacy.day("names_until")
    for key in ("notice", "policy"):
        words = privacy.table(key)
        for language in words.raw:
            said = words.text(language)
            if said and until and not (str(until.day) in said and str(until.year) in said):
                problem = f"the text does not name the day until which data is kept ({until})"
                yield words.finding(language, problem, mend="name retention_until in the text")
            if said and names and key == "policy" and not re.search(rf"(?<!\d){names.day}(?!\d)", said):
                problem = f"the text does not name the day until which names stay on lists ({names})"
                yield words.finding(language, problem, mend="name names_until in the text")
            if said and email and key == "policy" and email not in said:
                problem = f"the text does not name {email}"
                yield words.finding(language, problem, mend="name contacts.email in the text")
