"""The log in plain words: every act, who did it and to what; a page in the chat and the rows of a file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.language import Language
from bot.rules.forcing import Passed
from bot.rules.logbook import BOT, WORDS
from bot.services.entries import Doer, Entry
from bot.services.logbook import MOST_ROWS, LogPage, NotUnderstood
from bot.services.rosters import ListKind
from bot.texts.crew import role_name
from bot.texts.importing import field_name
from bot.texts.markup import cut, esc, name
from bot.texts.passing import rule_passed
from bot.texts.visits import zone_name
from storage.records import Congress, Role

_LONGEST_NAME = 40
_LONGEST_ACT = 160


def log_page(say: Language, page: LogPage, *, congress: Congress) -> str:
    """Show a page of the log, the newest line last."""
    lines = ["📓 <b>" + say.gettext("Log") + "</b>", f"<i>{esc(_asked(say, page, congress=congress))}</i>"]
    if not page.entries:
        return "\n".join([*lines, "", say.gettext("Nothing of this is in the log.")])
    day = ""
    for entry in page.entries:
        if say.day(entry.line.at) != day:
            day = say.day(entry.line.at)
            lines += ["", f"<b>{day}</b>"]
        lines.append(log_line(say, entry))
    return "\n".join(lines)


def log_line(say: Language, entry: Entry) -> str:
    """Say in one line when what was done to what, and by whom."""
    about = _about(say, entry)
    parts = [say.clock(entry.line.at), esc(cut(deed(say, entry), _LONGEST_ACT)), doer(say, entry.who)]
    return " · ".join([*parts[:1], *([about] if about else []), *parts[1:]])


def doer(say: Language, who: str | Doer) -> str:
    """Say who did something."""
    match who:
        case Doer.BOT:
            # Translators: who did something, in a log.
            return "🤖 " + say.gettext("the bot")
        case Doer.ERASED:
            # Translators: who did something, in a log: their data is deleted.
            return say.gettext("somebody whose data is deleted")
        case Doer.UNKNOWN:
            # Translators: who did something, in a log: the bot knows no name.
            return say.gettext("somebody the bot has no name of")
        case _:
            return name(cut(who, _LONGEST_NAME))


def deed(say: Language, entry: Entry) -> str:
    """Say in plain words what a line of the log tells of; plain text. One case an action, so it is long."""
    before, after = entry.line.before, entry.line.after
    match entry.line.action:
        case "delay":
            return say.gettext("departure moved from {was} to {now}").format(
                was=_clock(say, before.get("leaves_at")), now=_clock(say, after.get("leaves_at"))
            )
        case "move":
            return say.gettext("moved from {was} to {now}").format(was=_place(before), now=_place(after))
        case "desk":
            return _seated(say, say.gettext("signed up at the desk, seats: {n}"), after)
        case "desk release":
            return say.gettext("seats given back at the desk")
        case "desk join":
            return say.gettext("put into the waiting list at the desk, seats wished for: {n}").format(
                n=_of(after, "party")
            )
        case "desk link":
            return say.gettext("link made at the desk, for the seat to be on the person’s own phone")
        case "desk forget":
            return say.gettext("data of one person deleted at the desk on their wish")
        case "force":
            return _forced(say, after)
        case "merge":
            return say.gettext("passengers put on bus {bus}: {n}").format(bus=_of(after, "bus"), n=_of(after, "people"))
        case "seats":
            return say.gettext("seats of the bus: {was} → {now}").format(
                was=_of(before, "seats"), now=_of(after, "seats")
            )
        case "asked":
            return say.gettext("bus with fewer seats: the passengers have been asked")
        case "swap bus":
            return _coach(say, before, after)
        case "open":
            return say.gettext("opened for sign-ups")
        case "close":
            return say.gettext("closed for sign-ups")
        case "hold back":
            return say.gettext("seats held back: {was} → {now}").format(
                was=_of(before, "held_back"), now=_of(after, "held_back")
            )
        case "text":
            # Translators: an organizer wrote a text; {text} is such as "title" or "nab/name", {languages} "kk, ru".
            return say.gettext("text changed: {text} ({languages})").format(
                text=cut(_of(after, "text"), 40), languages=", ".join(after.get("languages", ()))
            )
        case "plan":
            # Translators: an organizer confirmed a dangerous act; command is such as /cancelvisit.
            return say.gettext("{command}: confirmed, to happen a minute later").format(
                command=_command(after.get("act"))
            )
        case "recall":
            return say.gettext("{command}: recalled before it happened").format(command=_command(after.get("act")))
        case "cancel visit":
            return say.gettext("visit cancelled; people who had seats: {n}").format(n=_of(after, "people"))
        case "pause":
            return say.gettext("waiting list paused")
        case "go on":
            return say.gettext("waiting list goes on")
        case "announce":
            return say.gettext("announcement to “{audience}”, people: {n}").format(
                audience=cut(_of(after, "audience"), 60), n=_of(after, "people")
            )
        case "plan announcement":
            return say.gettext("announcement to “{audience}” planned for {moment}").format(
                audience=cut(_of(after, "audience"), 60), moment=_moment(say, after.get("due_at"))
            )
        case "withdraw announcement":
            return say.gettext("announcement to “{audience}” withdrawn").format(
                audience=cut(_of(after, "audience"), 60)
            )
        case "remind":
            return say.gettext("reminded who had not confirmed, people: {n}").format(n=_of(after, "people"))
        case "list":
            return say.gettext("{list} taken as a file, version {version}").format(
                list=_list(say, after.get("list")), version=_of(after, "version")
            )
        case "log file":
            return say.gettext("log taken as a file, lines: {n}").format(n=_of(after, "rows"))
        case "act file":
            return say.gettext("list of everybody concerned taken as a file, people: {n}").format(n=_of(after, "rows"))
        case "invite":
            return say.gettext("invitation made")
        case "join crew":
            return say.gettext("joined the crew")
        case "grant":
            return say.gettext("owner by the settings")
        case "revoke" if entry.kind == "person":
            return say.gettext("no owner by the settings any more")
        case "revoke":
            return say.gettext("role taken back")
        case "programme":
            return say.gettext("programme applied")
        case "people list":
            return say.gettext("list of people applied, people: {n}").format(n=_of(after, "people"))
        case "refused":
            # Translators: somebody wrote a command of the crew without the role for it.
            return say.gettext("tried without the right to: {command}").format(command=_command(entry.what))
        case _:
            return _own_deed(say, entry)


def _own_deed(say: Language, entry: Entry) -> str:
    """What delegates did for themselves, and the bot for them."""
    after = entry.line.after
    match entry.line.action:
        case "book":
            return _seated(say, say.gettext("signed up, seats: {n}"), after)
        case "release":
            return say.gettext("seats given back")
        case "release one":
            return say.gettext("one person’s seat of the party given back")
        case "undo":
            return say.gettext("giving back undone")
        case "offer to a colleague":
            return say.gettext("seat offered to a colleague by a link")
        case "take from the desk":
            # Translators: somebody signed up at the desk has the seat in their own Telegram from now on.
            return say.gettext("seat of the desk taken to one’s own phone")
        case "take from a colleague":
            return say.gettext("seat taken over from a colleague")
        case "stay":
            # Translators: asked to leave a bus that gets smaller, a passenger would rather stay.
            return say.gettext("would rather stay on the bus")
        case "wheelchair" if after.get("wanted") is False:
            return say.gettext("no wheelchair place needed any more")
        case "wheelchair":
            return say.gettext("wheelchair place asked for")
        case "join":
            return say.gettext("joined the waiting list, seats wished for: {n}").format(n=_of(after, "party"))
        case "leave":
            return say.gettext("left the waiting list")
        case "offer":
            return say.gettext("seats offered: {n}, reply by {moment}").format(
                n=_of(after, "seats"), moment=_moment(say, after.get("until"))
            )
        case "accept":
            return say.gettext("offer accepted, seats: {n}").format(n=_of(after, "party"))
        case "decline":
            return say.gettext("offer declined")
        case "wait for all":
            return say.gettext("offer for a part declined, waits for all seats")
        case "keep until":
            return say.gettext("keeps the seat until the one waited for is real")
        case "offer ran out":
            return say.gettext("offer ran out without an answer")
        case "line over":
            return say.gettext("waiting list ended without a seat")
        case "agree":
            return say.gettext("agreed to the privacy notice")
        case "rename":
            return say.gettext("changed the name")
        case "number":
            return say.gettext("said the registration number")
        case "wrong number":
            return say.gettext("said a registration number that does not fit")
        case "comment":
            return say.gettext("wrote how it was")
        case "forget":
            return say.gettext("data of one person deleted on their wish")
        case "retention" | "names retention":
            return say.gettext("data deleted on the promised day, people: {n}").format(n=_of(after, "people"))
        case _:
            return other_deed(say)


def _seated(say: Language, text: str, after: Mapping[str, Any]) -> str:
    party, bus = text.format(n=_of(after, "party")), after.get("bus")
    return party if not bus else party + ", " + say.gettext("bus {bus}").format(bus=bus)


def _coach(say: Language, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Another coach, and what is different about it."""
    changes = [
        f"{field_name(say, field)} {before.get(field) or '–'} → {now}"
        for field, now in after.items()
        if now != before.get(field)
    ]
    another = say.gettext("another coach")
    return f"{another}: {', '.join(changes)}" if changes else another


def _forced(say: Language, after: Mapping[str, Any]) -> str:
    """A seat given past the rules: past which, and why."""
    parts = [_seated(say, say.gettext("seated past the rules, seats: {n}"), after)]
    parts += [rule_passed(say, Passed(rule), n=_passed(rule, after)) for rule in after.get("rules", ())]
    if after.get("reason"):
        # Translators: what an organizer wrote as a reason follows.
        parts.append(say.gettext("why: {reason}").format(reason=after["reason"]))
    return "; ".join(parts)


def _passed(rule: str, after: Mapping[str, Any]) -> int:
    return int(after.get("held_back" if rule == Passed.HELD_BACK else "passed", 0))


def other_deed(say: Language) -> str:
    """What is said of an act that has no words of its own yet."""
    return say.gettext("something else was changed")


def not_understood(say: Language, word: NotUnderstood) -> str:
    """Say which word of /log means nothing, and how it is written."""
    unknown = say.gettext("“{word}” is no act, bus, visit, moment or name of the crew.").format(
        word=esc(cut(word.word, _LONGEST_NAME))
    )
    return f"🚫 {unknown}\n\n{usage_log(say)}"


def usage_log(say: Language) -> str:
    """Explain /log by examples that work."""
    return "\n".join(
        [
            say.gettext("Write what to look for, in any order:"),
            "<code>/log</code>",
            "<code>/log B01 2h</code>",
            "<code>/log nab-am all</code>",
            "<code>/log delay 2025-08-20</code>",
            "<code>/log Gulzhan 08:00 csv</code>",
            "",
            # Translators: the words that follow are written by organizers as they stand, in English.
            say.gettext("Acts: {words}").format(words=", ".join(WORDS)),
        ]
    )


def log_caption(say: Language, page: LogPage, *, congress: Congress) -> str:
    """Stand under the file."""
    lines = [
        "📓 <b>" + say.gettext("Log") + "</b>",
        esc(_asked(say, page, congress=congress)),
        say.ngettext("{n} line", "{n} lines", len(page.entries)).format(n=len(page.entries)),
    ]
    if page.earlier is not None:
        lines.append(say.gettext("A file holds the newest {n} lines.").format(n=MOST_ROWS))
    return "\n".join(lines)


def log_columns(say: Language) -> Sequence[str]:
    """Head the columns of the file."""
    return (
        say.gettext("When"),
        say.gettext("About"),
        say.gettext("Visit"),
        say.gettext("What"),
        say.gettext("Who"),
    )


def log_cells(say: Language, page: LogPage) -> Sequence[Sequence[str]]:
    """Return the rows of the file, oldest first; plain text, the moment by the congress's clocks."""
    return [
        (
            f"{entry.line.at.astimezone(say.zone):%Y-%m-%d %H:%M:%S}",
            _plain_about(say, entry),
            entry.visit,
            deed(say, entry),
            _plain_doer(say, entry.who),
        )
        for entry in page.entries
    ]


def _plain_doer(say: Language, who: str | Doer) -> str:
    return doer(say, who).removeprefix("🤖 ") if isinstance(who, Doer) else who


def _asked(say: Language, page: LogPage, *, congress: Congress) -> str:
    filters = page.filters
    words = [each for each in (filters.what, page.about) if each]
    if filters.who == BOT:
        words.append(say.gettext("the bot"))
    elif filters.who:
        words.append(cut(page.who or filters.who, _LONGEST_NAME))
    if filters.since is not None:
        # Translators: of the log, from this moment on.
        words.append(say.gettext("from {moment} on").format(moment=say.moment(filters.since)))
    if not filters.what and not filters.who:
        # Translators: what a page of the log shows when nothing else was asked for.
        words.append(say.gettext("what the crew did"))
    return f"{' · '.join(words)} ({zone_name(say, congress)})"


def _about(say: Language, entry: Entry) -> str:
    match entry.kind:
        case "visit" | "bus":
            return f"<b>{esc(entry.what)}</b>"
        case "booking":
            owner = f" {name(cut(entry.owner, _LONGEST_NAME))}" if entry.owner else ""
            return f"<b>{esc(entry.visit)}</b> <code>{esc(entry.what)}</code>{owner}"
        case "delegate" | "person":
            return name(cut(entry.what, _LONGEST_NAME))
        case _:
            return esc(_plain_about(say, entry))


def _plain_about(say: Language, entry: Entry) -> str:
    match entry.kind:
        case "crew":
            role, _, scope = entry.what.partition(":")
            named = role_name(say, Role(role)) if role in list(Role) else ""
            return f"{named}: {scope}" if scope else named
        case "visit" | "bus" | "city" | "delegate" | "person":
            return entry.what
        case "booking":
            return f"{entry.what} {entry.owner}".strip()
        case "command":
            return str(entry.line.after.get("name", ""))
        case _:
            return ""


def _list(say: Language, kind: object) -> str:
    match kind:
        case ListKind.WAITING:
            return say.gettext("waiting list")
        case ListKind.ACCESS:
            return say.gettext("list of wheelchair places")
        case _:
            return say.gettext("passenger list")


def _command(right: object) -> str:
    """Return the command of a right or of an act, as it is typed."""
    return f"/{str(right or '').split(' ')[0]}"


def _of(facts: Mapping[str, Any], key: str) -> str:
    """Return what a line says; a dash where it was emptied with its person's data."""
    return str(facts.get(key, "–"))


def _clock(say: Language, moment: object) -> str:
    return say.clock(datetime.fromisoformat(moment)) if isinstance(moment, str) else "–"


def _moment(say: Language, moment: object) -> str:
    return say.moment(datetime.fromisoformat(moment)) if isinstance(moment, str) else "–"


def _place(columns: Mapping[str, Any]) -> str:
    """Name a visit by its key, with the bus where there is one."""
    visit, bus = _of(columns, "visit"), columns.get("bus")
    return f"{visit} {bus}" if bus else visit
