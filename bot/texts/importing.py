"""An event file that comes by the chat: what is wrong with it, what it would change, whom that would harm."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.language import Language
from bot.services.importing import LARGEST_FILE, Export, Faults, Imported, OtherZone
from bot.services.programme_changes import CONGRESS, REMOVED, ROOM, SEATS, Change, Comparison, Harm
from bot.texts.markup import cut, esc, units

MOST_FAULTS = 5
"""So many faults stand in the chat; all of them come as a file."""
_MOST_LINES = 30
_LONGEST_LINE = 90
_LONGEST_NAME = 24
_ROOM = 3_600
"""Of a message's 4,096 UTF-16 units."""
_CLOCKS = ("start", "end", "boarding", "departs")
_MOMENTS = ("booking_opens", "booking_closes")


def ask_file(say: Language) -> str:
    """Ask for the event file."""
    return "\n\n".join(
        [
            "📥 <b>" + say.gettext("Send the event file (.toml) or a list of people (.csv) as a document.") + "</b>",
            say.gettext(
                "/export gives you the event file in use: change it and send it back. Nothing changes before you agree."
            ),
            say.gettext(
                "A list of people has the columns number and name; language, city and notes if you like. Who is missing"
                " in a new list is no longer on it."
            ),
        ]
    )


def not_toml(say: Language) -> str:
    """Answer a file of another kind."""
    return "🚫 " + say.gettext(
        "An event file’s name ends with .toml (/export gives you one), that of a list of people with .csv."
    )


def too_large(say: Language) -> str:
    """Answer a file that is larger than any programme."""
    return "🚫 " + say.gettext("The file is too large: at most {n} KB. Nothing has changed.").format(
        n=LARGEST_FILE // 1024
    )


def no_text(say: Language) -> str:
    """Answer a file that is not written in UTF-8."""
    return "🚫 " + say.gettext("The file cannot be read as text. Save it in UTF-8 and send it again.")


def faults(say: Language, found: Faults) -> str:
    """Name the first faults with their lines and how to mend them."""
    head = say.ngettext(
        "{n} fault in the file. Nothing has changed.", "{n} faults in the file. Nothing has changed.", len(found.faults)
    ).format(n=len(found.faults))
    entries = [
        f"<b>{esc(cut(say.again(fault.place), 150))}</b>\n{esc(cut(say.again(fault.problem), 250))}\n"
        f"→ {esc(cut(say.again(fault.mend), 250))}"
        for fault in found.faults[:MOST_FAULTS]
    ]
    if len(found.faults) > MOST_FAULTS:
        entries.append(say.gettext("All of them are in the file below."))
    return "\n\n".join([f"🚫 <b>{head}</b>", *entries])


def all_faults(say: Language, found: Faults) -> str:
    """Name every fault, for a plain file."""
    return "\n".join(
        "\n".join(
            [
                say.again(fault.place),
                "  " + say.gettext("Problem: {problem}").format(problem=say.again(fault.problem)),
                "  " + say.gettext("Mend: {mend}").format(mend=say.again(fault.mend)),
                "",
            ]
        )
        for fault in found.faults
    )


def nothing_new(say: Language) -> str:
    """Answer a file that says what stands already."""
    return "✅ " + say.gettext("This file says what is in use already. Nothing changes.")


def other_programme(say: Language) -> str:
    """Say that the plan for a file is over: what it was made for has changed."""
    return say.gettext("What the file changes is another by now. Send it again to see it afresh.")


def import_gone(say: Language) -> str:
    """Answer a button whose file is not kept any more."""
    return "⌛ " + say.gettext("This preview is over. Send the file again.")


def other_zone(say: Language, refused: OtherZone) -> str:
    """Say that another time zone takes a restart."""
    return "🚫 " + say.gettext(
        "The file has another time zone ({zone}). That takes a restart with this file. Nothing has changed."
    ).format(zone=esc(cut(refused.zone, 60)))


def changed_answer(say: Language) -> str:
    """The tap's own answer where somebody has changed something since the preview."""
    return say.gettext("Somebody has changed something meanwhile. Nothing is applied yet: look again.")


def comparison(say: Language, compared: Comparison) -> str:
    """Say what the file would change, or what stands in its way; where buses get too small, the plan stands below."""
    if compared.harms and not compared.can_be_planned:
        head = "🚫 <b>" + say.gettext("This would harm people who are booked. Nothing has changed.") + "</b>"
        foot = say.gettext("Write these as they stand (/export shows it) and send the file again.")
        return _joined(say, head, [_harm(say, harm) for harm in compared.harms], foot)
    head = "📥 <b>" + say.gettext("This is what the file changes:") + "</b>"
    if compared.smaller:
        foot = "⚠️ " + say.ngettext(
            "More seats of {n} bus are taken than it would have: the plan for its passengers stands below.",
            "More seats of {n} buses are taken than they would have: the plan for their passengers stands below.",
            len(compared.smaller),
        ).format(n=len(compared.smaller))
    else:
        foot = say.gettext("Booked people keep their seats. Tickets that say something else now are renewed.")
    if compared.asks_again:
        foot += "\n⚠️ " + say.gettext("The privacy notice is a new one: everybody is asked for consent again.")
    return _joined(say, head, _differences(say, compared), foot)


def imported(say: Language, done: Imported) -> str:
    """Say that the file is in use."""
    head = "✅ <b>" + say.gettext("The new programme is in use.") + "</b>"
    return _joined(say, head, [] if done.comparison is None else _differences(say, done.comparison), "")


def export_caption(say: Language, given: Export) -> str:
    """What stands under the file."""
    return say.gettext(
        "The programme as it stands now, version {n}. Change it and send it back; the bot shows what would change."
    ).format(n=given.version)


def _joined(say: Language, head: str, lines: list[str], foot: str) -> str:
    kept: list[str] = []
    for line in lines[:_MOST_LINES]:
        if sum(map(units, (head, foot, line, *kept))) > _ROOM:
            break
        kept.append(line)
    if rest := len(lines) - len(kept):
        kept.append("… " + say.ngettext("and {n} more line", "and {n} more lines", rest).format(n=rest))
    return "\n\n".join(part for part in (head, "\n".join(kept), foot) if part)


def _differences(say: Language, compared: Comparison) -> list[str]:
    lines = []
    for many, names in (
        (
            say.ngettext("{n} new visit: {names}", "{n} new visits: {names}", len(compared.new_visits)),
            compared.new_visits,
        ),
        (say.ngettext("{n} new bus: {names}", "{n} new buses: {names}", len(compared.new_buses)), compared.new_buses),
        (
            say.ngettext("{n} visit removed: {names}", "{n} visits removed: {names}", len(compared.gone_visits)),
            compared.gone_visits,
        ),
        (
            say.ngettext("{n} bus removed: {names}", "{n} buses removed: {names}", len(compared.gone_buses)),
            compared.gone_buses,
        ),
        (
            say.ngettext("Words of {n} visit: {names}", "Words of {n} visits: {names}", len(compared.words)),
            compared.words,
        ),
    ):
        if names:
            lines.append("• " + many.format(n=len(names), names=esc(cut(say.listing(names), _LONGEST_LINE))))
    if compared.rewritten:
        lines.append(
            "• "
            # Translators: {texts} are such as "nab-am title kk": of which visit, which text, in which language.
            + say.gettext("Texts written by organizers (/texts) become those of the file: {texts}").format(
                texts=esc(cut(say.listing(compared.rewritten), _LONGEST_LINE))
            )
        )
    lines += [f"• {_change(say, change)}" for change in compared.changes]
    if compared.sections:
        known = _section_names(say)
        lines.append(
            "• " + say.gettext("Also changed: {what}").format(what=say.listing(known[s] for s in compared.sections))
        )
    return lines


def _change(say: Language, change: Change) -> str:
    field = field_name(say, change.field)
    was, now = (_value(say, change.field, value) for value in (change.was, change.now))
    return f"{_subject(say, change.kind, change.name)} · {field}: {was} → <b>{now}</b>"


def _subject(say: Language, kind: str, name: str) -> str:
    called = esc(cut(name, _LONGEST_NAME))
    return say.gettext("Bus {bus}").format(bus=called) if kind == "bus" else f"<b>{called}</b>"


def _value(say: Language, field: str, value: Any) -> str:
    match value:
        case bool():
            said = say.gettext("yes") if value else say.gettext("no")
        case None | "" | []:
            said = "–"
        case list():
            said = say.listing(str(each) for each in value)
        case str() if field in _CLOCKS:
            said = say.clock(datetime.fromisoformat(value))
        case str() if field in _MOMENTS:
            said = say.moment(datetime.fromisoformat(value))
        case _:
            said = str(value)
    return esc(cut(said, _LONGEST_LINE))


def _harm(say: Language, harm: Harm) -> str:
    line = f"• {_subject(say, harm.kind, harm.name)} · {_harmful_change(say, harm)} · "
    line += say.ngettext("{n} seat is taken", "{n} seats are taken", harm.seats).format(n=harm.seats)
    command = _command(harm)
    return line if command is None else f"{line} → <code>{esc(cut(command, _LONGEST_LINE))}</code>"


def _harmful_change(say: Language, harm: Harm) -> str:
    match harm.field:
        case field if field == CONGRESS:
            return say.gettext("this is another congress, the bot serves {name}").format(
                name=esc(cut(str(harm.value), _LONGEST_NAME))
            )
        case field if field == REMOVED:
            return say.gettext("is removed")
        case field if field == ROOM:
            return say.gettext("seats for delegates: {n}").format(n=esc(str(harm.value)))
        case "seats" | "wheelchair_places":
            return f"{field_name(say, harm.field)}: {esc(str(harm.value))}"
        case field:
            return say.gettext("other than now: {what}").format(what=field_name(say, field))


def _command(harm: Harm) -> str | None:
    """The command that does it properly, with the people told."""
    match harm.kind, harm.field:
        case "bus", field if field == SEATS:
            return f"/seats {harm.name} {harm.value}"
        case "bus", "boarding" | "departs":
            return f"/delay {harm.value} 15"
        case "visit", "start" | "end":
            return f"/delay {harm.name} 15"
        case "visit", field if field == REMOVED:
            return f"/cancelvisit {harm.name}"
        case _:
            return None


def _section_names(say: Language) -> Mapping[str, str]:
    return {
        "event": say.gettext("congress"),
        "venue": say.gettext("venue"),
        "contacts": say.gettext("contacts"),
        "privacy": say.gettext("privacy notice"),
        "attribution": say.gettext("map credits"),
        "cities": say.gettext("cities"),
        "library_kinds": say.gettext("kinds of library"),
        "libraries": say.gettext("libraries"),
        "meeting_points": say.gettext("meeting points"),
        "tags": say.gettext("themes"),
        "rules": say.gettext("rules"),
        "order": say.gettext("order of the visits"),
    }


def field_name(say: Language, field: str) -> str:
    """Return what a field of a visit or a bus is called, by its name in the event file; one without a word as it is."""
    return esc(_field_names(say).get(field, field))


def _field_names(say: Language) -> Mapping[str, str]:
    # Translators: these name one field of a visit or a bus, before its old and its new value: "seats: 45 → 29".
    return {
        "boarding": say.gettext("boarding"),
        "departs": say.gettext("departure"),
        "start": say.gettext("start"),
        "end": say.gettext("end"),
        "seats": say.gettext("seats"),
        "wheelchair_places": say.gettext("wheelchair places"),
        "bay": say.gettext("bay"),
        "plate": say.gettext("plate"),
        "kind": say.gettext("kind of bus"),
        "transfer": say.gettext("transfer"),
        "visit": say.gettext("visit"),
        "city": say.gettext("city"),
        "slot": say.gettext("part of the day"),
        "mode": say.gettext("bus or walk"),
        "stops": say.gettext("libraries"),
        "meeting_point": say.gettext("meeting point"),
        "guide_languages": say.gettext("guide languages"),
        "capacity": say.gettext("host’s limit"),
        "held_back": say.gettext("held back"),
        "price_eur": say.gettext("price in euros"),
        "needs_passport": say.gettext("passport needed"),
        "lunch_included": say.gettext("lunch included"),
        "status": say.gettext("confirmed or not"),
        "booking_opens": say.gettext("booking opens"),
        "booking_closes": say.gettext("booking closes"),
        "names_final": say.gettext("names are final"),
        "tags": say.gettext("themes"),
        "closed": say.gettext("closed"),
    }
