"""What is stored about a person, as words: the caption of /mydata and the page it sends. All of it plain text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.language import Language
from bot.services.entries import Doer, Entry
from bot.services.own_data import ONESELF, OwnData
from bot.texts.log import deed
from bot.texts.undelivered import kind_name, why_not
from storage.records import Congress, LogLine, MessageState, Visit

Section = tuple[str, Sequence[str]]
"""A heading and its lines."""


def caption(say: Language) -> str:
    """Stand under the files."""
    return say.gettext("Everything that is stored about you: this page to read, and the same for machines (JSON).")


def title(say: Language, data: OwnData, *, congress: Congress) -> str:
    """Head the page."""
    return say.gettext("What is stored about you: {congress}, {moment}").format(
        congress=say.words(congress.name), moment=say.moment(data.taken_at)
    )


def sections(say: Language, data: OwnData, *, congress: Congress) -> Sequence[Section]:
    """Return the page, a heading with its lines each; a part of which nothing is stored is left out."""
    rows = data.rows
    found: list[Section] = [
        (say.gettext("You"), [line for row in rows["delegates"] for line in _person(say, row)]),
        (say.gettext("On the organizers’ list of people"), [_listed(say, row) for row in rows["registered"]]),
        (say.gettext("Your visits and waits"), [_booking(say, row, data) for row in rows["bookings"]]),
        (say.gettext("What you are typing"), [_typed(row["fields"]) for row in rows["drafts"]]),
        (say.gettext("Sent to you, or waiting to be sent"), [_message(say, row) for row in rows["outbox"]]),
        (say.gettext("What you wrote, until it is handled"), [_update(say, row) for row in rows["inbox"]]),
        (say.gettext("What you announced"), [_announced(say, row) for row in rows["announcements"]]),
        (say.gettext("What you planned as an organizer"), [_planned(say, row) for row in rows["acts"]]),
        (say.gettext("Your rights as an organizer"), [row["role"] for row in rows["grants"]]),
        (say.gettext("The log of changes"), [_line(say, row) for row in rows["log"]]),
        (
            say.gettext("Messages of this chat that the bot keeps up to date"),
            [f"{row['kind']} · {row['message_id']}" for row in rows["cards"]],
        ),
    ]
    until = (
        say.gettext("Until when"),
        [
            say.gettext("Names leave the passenger lists by {day}.").format(day=say.date(congress.privacy.names_until)),
            say.gettext("Everything is deleted by {day}.").format(day=say.date(congress.privacy.retention_until)),
            say.gettext("Delete it now: /forget"),
        ],
    )
    return [*((heading, lines) for heading, lines in found if lines), until]


def _person(say: Language, row: Mapping[str, Any]) -> Iterator[str]:
    yield say.gettext("Name: {name}").format(name=row["name"])
    yield say.gettext("Telegram ID: {id}").format(id=row["telegram_id"])
    if row["language"]:
        yield say.gettext("Language: {language}").format(language=say.language_name(row["language"]))
    if row["registration"]:
        yield say.gettext("Registration number: {number}").format(number=row["registration"])
    if row["needs"]:
        yield say.gettext("Access needs: {needs}").format(needs=row["needs"])
    yield say.gettext("Known since: {moment}").format(moment=say.moment(row["created_at"]))
    if row["consent_at"]:
        # Translators: the version of the privacy notice, such as 1.
        yield say.gettext("Agreed to the privacy notice, version {version}: {moment}").format(
            version=row["consent"], moment=say.moment(row["consent_at"])
        )
    if row["unreachable_since"]:
        yield say.gettext("Could not be reached since: {moment}").format(moment=say.moment(row["unreachable_since"]))


def _listed(say: Language, row: Mapping[str, Any]) -> str:
    parts = [row["number"], row["name"], row["language"], row["city"], row["notes"]]
    parts.append(say.gettext("Listed since: {moment}").format(moment=say.moment(row["listed_at"])))
    if row["joined_at"]:
        parts.append(say.gettext("You said this number: {moment}").format(moment=say.moment(row["joined_at"])))
    return " · ".join(part for part in parts if part)


def _booking(say: Language, row: Mapping[str, Any], data: OwnData) -> str:
    visit = data.visits[row["visit_id"]]
    riders = [each for each in data.rows["riders"] if each["booking_id"] == row["id"]]
    parts = [
        f"{say.moment(visit.leaves_at)} – {say.words(visit.title)}",
        _state(say, row, visit),
        say.gettext("Code: {code}").format(code=row["code"]),
        say.gettext("Made: {moment}").format(moment=say.moment(row["made_at"])),
    ]
    if riders:
        names = say.listing(_rider(each) for each in riders)
        parts.append(say.gettext("Travellers ({n}): {names}").format(n=len(riders), names=names))
    for moment in (riders[0]["out_at"], riders[0]["back_at"]) if riders else ():
        if moment is not None:
            parts.append(say.gettext("Counted on the bus: {moment}").format(moment=say.moment(moment)))
    return " · ".join(parts)


def _rider(row: Mapping[str, Any]) -> str:
    return f"{row['name']} ({row['needs']})" if row["needs"] else str(row["name"])


def _state(say: Language, row: Mapping[str, Any], visit: Visit) -> str:
    match row["state"]:
        case "booked":
            bus = visit.bus(row["bus_id"])
            seat = say.gettext("A seat")
            return seat if bus is None else f"{seat} ({bus.label})"
        case "offered":
            return say.gettext("A seat is kept for you. Reply by: {moment}").format(
                moment=say.moment(row["offer_until"])
            )
        case "waiting":
            return say.gettext("In the waiting list")
        case _:
            ended = row["released_at"]
            return say.gettext("Ended: {moment}").format(moment="–" if ended is None else say.moment(ended))


def _message(say: Language, row: Mapping[str, Any]) -> str:
    when: datetime = row["settled_at"] or row["due_at"]
    slots = "" if not row["slots"] else f" · {_typed(row['slots'])}"
    return f"{say.moment(when)} · {kind_name(say, row['kind'])} · {_what_became(say, row['state'])}{slots}"


def _what_became(say: Language, state: str) -> str:
    match MessageState(state):
        case MessageState.SENT:
            return say.gettext("Sent.")
        case MessageState.CANCELLED:
            return say.gettext("It was not needed any more.")
        case MessageState.FAILED:
            return say.gettext("Telegram refused it.")
        case other:
            return why_not(say, other, error=None)


def _update(say: Language, row: Mapping[str, Any]) -> str:
    words = _written(row["raw"])
    return say.moment(row["received_at"]) + (f": {words}" if words else "")


def _written(raw: str | None) -> str:
    """Return what somebody typed in an update as it lies; nothing for a button, or for one that cannot be read."""
    try:
        message = json.loads(raw or "{}")["message"]
        return str(message.get("text") or message.get("caption") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _announced(say: Language, row: Mapping[str, Any]) -> str:
    return f"{say.moment(row['made_at'])}: {row['text']}"


def _planned(say: Language, row: Mapping[str, Any]) -> str:
    return f"{say.moment(row['made_at'])} · /{row['kind']} · {row['subject']}"


def _line(say: Language, row: Mapping[str, Any]) -> str:
    details = " · ".join(_typed(row[key]) for key in ("before", "after") if row[key])
    line = f"{say.moment(row['at'])} · {_deed(say, row)} · {_doer(say, row['actor'])}"
    return f"{line} · {details}" if details else line


def _doer(say: Language, actor: object) -> str:
    if actor is None:
        # Translators: who did something, in a log.
        return say.gettext("the bot")
    if actor == ONESELF:
        # Translators: who did something, in a log: the reader.
        return say.gettext("you")
    # Translators: who did something, in a log.
    return say.gettext("somebody else")


def _deed(say: Language, row: Mapping[str, Any]) -> str:
    """Name what a line of the log tells of."""
    match row["action"]:
        case "agree":
            return say.gettext("consent")
        case "rename":
            return say.gettext("new name")
        case "book" | "accept":
            return say.gettext("sign-up")
        case "release":
            return say.gettext("seat given back")
        case "join" | "wait for all" | "keep until":
            return say.gettext("joined the waiting list")
        case "leave" | "decline" | "offer ran out":
            return say.gettext("left the waiting list")
        case "line over":
            return say.gettext("end of the waiting list")
        case "offer":
            return say.gettext("seat offered")
        case _:
            line = LogLine(id=0, at=row["at"], actor=None, action=row["action"], subject="", before={}, after={})
            kind, _, what = str(row.get("subject", "")).partition(":")
            return deed(say, Entry(line=line, who=Doer.BOT, kind=kind, what=what))


def _typed(fields: Any) -> str:
    """Return stored fields as they are: "visit: nab-am, party: 2"."""
    if not isinstance(fields, Mapping):
        return str(fields)
    return ", ".join(f"{key}: {value}" for key, value in fields.items() if value not in (None, [], ""))
