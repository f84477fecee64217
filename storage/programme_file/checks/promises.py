"""What delegates are told is true: passports, payment, samples, the date until which data is kept."""

import re
from collections.abc import Iterator

from storage.programme_file.faults import Finding, said
from storage.programme_file.written import Table


def promise_findings(file: Table) -> Iterator[Finding]:
    """Each text or mark that another part of the file contradicts."""
    strict = {library.id for library in file.tables("libraries") if library.says("needs_passport")}
    for visit in file.tables("visits"):
        yield from _passport(visit, strict)
        yield from _payment(visit)
    event = file.table("event")
    if event.says("sample") and "sample_note" not in event.raw:
        problem = said("the event is a sample and nothing tells delegates so")
        mend = said("add {table}, or {setting}", table="[event.sample_note]", setting="sample = false")
        yield event.finding("sample", problem, mend=mend)
    yield from _retention(file)
    yield from _privacy_words(file)


def _passport(visit: Table, strict: set[str]) -> Iterator[Finding]:
    asking = [name for _, name in visit.texts("stops") if name in strict]
    if asking and visit.raw.get("needs_passport") is False:
        problem = said("nobody gets in without a passport or ID card: {libraries}", libraries=", ".join(asking))
        yield visit.finding("needs_passport", problem, mend=said("write {value}", value="needs_passport = true"))


def _payment(visit: Table) -> Iterator[Finding]:
    price = visit.number("price_eur")
    if price and "payment" not in visit.raw:
        # Translators: it is a visit.
        problem = said("it costs {price} EUR and nothing says how to pay", price=price)
        yield visit.finding("price_eur", problem, mend=said("add {setting}", setting="[visits.payment]"))
    if price == 0 and "payment" in visit.raw:
        yield visit.finding("payment", said("the visit is free"), mend=said("take the text out, or write the price"))


def _retention(file: Table) -> Iterator[Finding]:
    privacy, visits = file.table("privacy"), file.table("event").day("visits_date")
    ends = [visit.clock("end") for visit in file.tables("visits")]
    last = max([day for day in (visits, *(end.date() for end in ends if end)) if day], default=None)
    until, names = privacy.day("retention_until"), privacy.day("names_until")
    if until and last and until <= last:
        problem = said("data would be gone on {day}, before the visits of {visits} are over", day=until, visits=last)
        yield privacy.finding("retention_until", problem, mend=said("write a later day"))
        return
    if names and last and names <= last:
        problem = said("names would be gone on {day}, before the visits of {visits} are over", day=names, visits=last)
        yield privacy.finding("names_until", problem, mend=said("write a later day"))
    if names and until and names > until:
        problem = said("names would be kept until {day}, and everything goes on {end}", day=names, end=until)
        yield privacy.finding("names_until", problem, mend=said("write an earlier day, or take it out"))


def _privacy_words(file: Table) -> Iterator[Finding]:
    """The texts are whole sentences without slots, so they could promise another day than the bot keeps."""
    privacy, email = file.table("privacy"), file.table("contacts").text("email")
    until, names = privacy.day("retention_until"), privacy.day("names_until")
    for key in ("notice", "policy"):
        words = privacy.table(key)
        for language in words.raw:
            text = words.text(language)
            if text and until and not (str(until.day) in text and str(until.year) in text):
                problem = said("the text does not name the day until which data is kept ({day})", day=until)
                yield words.finding(language, problem, mend=said("name {value} in the text", value="retention_until"))
            if text and names and key == "policy" and not re.search(rf"(?<!\d){names.day}(?!\d)", text):
                problem = said("the text does not name the day until which names stay on lists ({day})", day=names)
                yield words.finding(language, problem, mend=said("name {value} in the text", value="names_until"))
            if text and email and key == "policy" and email not in text:
                problem = said("the text does not name {address}", address=email)
                yield words.finding(language, problem, mend=said("name {value} in the text", value="contacts.email"))
