"""The list of registered people: what is wrong with its file, what it changes; and a delegate's own number."""

from collections.abc import Iterable, Sequence

from bot.language import Language
from bot.rules.registered import ListFault, Wrong
from bot.services.registered import ListImported, NumberIsYours, NumberRefused, ShownList
from bot.texts.markup import cut, esc
from storage.records import Congress, Registered

MOST_FAULTS = 6
"""So many faults stand in the chat; all of them come as a file."""
_MOST_NAMES = 8
_LONGEST = 60


def faults(say: Language, found: Sequence[ListFault]) -> str:
    """Name the first faults with their lines and how to mend them."""
    head = say.ngettext(
        "{n} fault in the list. Nothing has changed.", "{n} faults in the list. Nothing has changed.", len(found)
    ).format(n=len(found))
    parts = [f"🚫 <b>{head}</b>", *(_fault(say, fault) for fault in found[:MOST_FAULTS])]
    if len(found) > MOST_FAULTS:
        parts.append(say.gettext("All of them are in the file below."))
    return "\n\n".join(parts)


def report(say: Language, found: Sequence[ListFault]) -> str:
    """Return every fault as plain text, for a file."""
    return "\n\n".join(f"{_line(say, fault)}\n{_what(say, fault)}\n{_mend(say, fault)}" for fault in found) + "\n"


def _fault(say: Language, fault: ListFault) -> str:
    return f"<b>{_line(say, fault)}</b>\n{esc(_what(say, fault))}\n→ {esc(_mend(say, fault))}"


def _line(say: Language, fault: ListFault) -> str:
    # Translators: n is the number of a line in a file.
    return say.gettext("Line {n}").format(n=fault.line)


def _what(say: Language, fault: ListFault) -> str:
    value = cut(fault.value, _LONGEST)
    match fault.wrong:
        case Wrong.NO_TEXT:
            return say.gettext("The file cannot be read as text.")
        case Wrong.NO_NUMBER_COLUMN:
            return say.gettext("No column with registration numbers: {columns}").format(columns=value)
        case Wrong.NO_NAME_COLUMN:
            return say.gettext("No column with names: {columns}").format(columns=value)
        case Wrong.COLUMN_TWICE:
            return say.gettext("This column means the same as another one: {column}").format(column=value)
        case Wrong.QUOTES:
            return say.gettext("Quotation marks do not close here, or stand in the middle of a word.")
        case Wrong.EMPTY:
            return say.gettext("There are no people in the file.")
        case Wrong.TOO_MANY:
            return say.gettext("The list is too long.")
        case Wrong.CELLS:
            return say.gettext("More cells than the first line has columns: {value}").format(value=value)
        case Wrong.NO_NUMBER:
            return say.gettext("The registration number is missing.")
        case Wrong.BAD_NUMBER:
            return say.gettext("This is not a registration number: {value}").format(value=value)
        case Wrong.NUMBER_TWICE:
            return say.gettext("This number stands in line {n} already: {value}").format(n=fault.other, value=value)
        case Wrong.NO_NAME:
            return say.gettext("The name is missing.")
        case Wrong.LOST_LETTERS:
            return say.gettext("Letters have been lost here: {value}").format(value=value)
        case Wrong.TOO_LONG:
            return say.gettext("Too long: {value}").format(value=value)
        case Wrong.LANGUAGE:
            return say.gettext("This language is not known: {value}").format(value=value)


def _mend(say: Language, fault: ListFault) -> str:
    match fault.wrong:
        case Wrong.NO_TEXT:
            return say.gettext("Save the table as CSV (in Excel: “CSV UTF-8”) and send it again.")
        case Wrong.NO_NUMBER_COLUMN:
            # Translators: "number" is a column's header in a file; write the one of your language.
            return say.gettext("Write “number” above the column of registration numbers.")
        case Wrong.NO_NAME_COLUMN:
            # Translators: "name" is a column's header in a file; write the one of your language.
            return say.gettext("Write “name” above the column of names.")
        case Wrong.COLUMN_TWICE:
            return say.gettext("Keep one of the two, or call the other one differently.")
        case Wrong.QUOTES:
            return say.gettext("Take the quotation marks out, or save the table as CSV once more.")
        case Wrong.EMPTY:
            return say.gettext("The first line names the columns, each further line is one person.")
        case Wrong.TOO_MANY:
            return say.gettext("Send those who are registered for this congress alone.")
        case Wrong.CELLS:
            return say.gettext("Put a text that holds the separator into quotation marks.")
        case Wrong.NO_NUMBER:
            return say.gettext("Write the number, or take the line out.")
        case Wrong.BAD_NUMBER:
            return say.gettext("Letters, digits and dashes, at most 32. In Excel, format the column as text.")
        case Wrong.NUMBER_TWICE:
            return say.gettext("Each number belongs to one person: correct one of the two lines.")
        case Wrong.NO_NAME:
            return say.gettext("Write the name, or take the line out.")
        case Wrong.LOST_LETTERS:
            return say.gettext("Save the table as “CSV UTF-8”: other forms do not keep Kazakh letters.")
        case Wrong.TOO_LONG:
            return say.ngettext("Shorten it to {n} character.", "Shorten it to {n} characters.", fault.other).format(
                n=fault.other
            )
        case Wrong.LANGUAGE:
            return say.gettext("Write en, kk or ru, or leave it empty.")


def shown(say: Language, found: ShownList) -> str:
    """Say what the list would change."""
    difference = found.difference
    lines = [
        "📥 <b>" + say.gettext("This is what the list of people changes:") + "</b>",
        "",
        say.gettext("People on the list from then on: {n}").format(n=found.people),
    ]
    for label, people in (
        (say.gettext("New: {n}"), list(difference.new.values())),
        (say.gettext("Written differently: {n}"), [person for _, person in difference.changed]),
        (say.gettext("No longer listed: {n}"), [row.person for row in difference.gone]),
    ):
        if people:
            lines += ["", "<b>" + label.format(n=len(people)) + "</b>", *_names(people)]
    if gone := difference.joined_and_gone:
        text = say.ngettext(
            "{n} of those no longer listed uses the bot: seats already given stay.",
            "{n} of those no longer listed use the bot: seats already given stay.",
            gone,
        )
        lines += ["", "⚠️ " + text.format(n=gone)]
    if found.ignored:
        columns = esc(cut(say.listing(found.ignored), 200))
        lines += ["", say.gettext("These columns are not taken over: {columns}").format(columns=columns)]
    return "\n".join(lines)


def _names(people: Iterable[Registered]) -> list[str]:
    every = list(people)
    lines = [f"• {esc(cut(person.number, 32))} · {esc(cut(person.name, _LONGEST))}" for person in every[:_MOST_NAMES]]
    return [*lines, "…"] if len(every) > _MOST_NAMES else lines


def imported(say: Language, done: ListImported) -> str:
    """Say that the list is in use."""
    return "\n".join(
        [
            "✅ <b>" + say.gettext("The new list of people is in use.") + "</b>",
            say.gettext(
                "People: {people}. New: {new}, written differently: {changed}, no longer listed: {gone}."
            ).format(people=done.people, new=done.new, changed=done.changed, gone=done.gone),
        ]
    )


def same(say: Language) -> str:
    """Answer a list that says what stands already."""
    return "✅ " + say.gettext("This list is in use already. Nothing changes.")


def ask_number(say: Language) -> str:
    """Ask a delegate for the registration number."""
    return "\n\n".join(
        [
            "🪪 <b>" + say.gettext("Type your registration number.") + "</b>",
            say.gettext("It is on your badge and in the letter that confirms your registration."),
        ]
    )


def number_is_yours(say: Language, said: NumberIsYours) -> str:
    """Say that the number is taken down, and that the way is free."""
    number = esc(cut(said.number, 32))
    return "\n".join(
        [
            "✅ <b>" + say.gettext("Your registration number: {number}").format(number=number) + "</b>",
            say.gettext("You can sign up for visits now."),
        ]
    )


def number_refused(say: Language, refused: NumberRefused, *, congress: Congress) -> str:
    """Say why the number does not do, how often one may try, and who helps."""
    if refused.taken:
        why = say.gettext("This number is already used by another Telegram account, or at the desk.")
    else:
        why = say.gettext("This number is not on the list of registered participants. Please check it.")
    left = say.ngettext("You can try {n} more time today.", "You can try {n} more times today.", refused.left)
    return "\n\n".join(["🚫 " + why, left.format(n=refused.left), _desk(say, congress)])


def too_many_numbers(say: Language, *, congress: Congress) -> str:
    """Say that the desk helps from here."""
    return "\n\n".join(
        ["🚫 " + say.gettext("Too many numbers that did not fit. You can try again tomorrow."), _desk(say, congress)]
    )


def _desk(say: Language, congress: Congress) -> str:
    return say.gettext("The desk helps: {phone}, {email}").format(
        phone=esc(congress.contacts.phone), email=esc(congress.contacts.email)
    )
