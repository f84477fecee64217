"""An event file that makes buses smaller than what is taken on them: how its act is worded."""

from bot.language import Language
from bot.texts import labels
from bot.texts.cutting import leaving_line, lost_head, moved_head, withdrawn_head
from bot.texts.deeds import Counts, Wording
from bot.texts.importing import other_programme
from bot.texts.markup import cut, esc
from storage.records import Act, Visit

_SUMMED = ("leaving", "held", "queued", "nothing", "other_bus", "offers", "unreachable")
_LONGEST_NAME = 60
_MOST_BUSES = 12


def _by_bus(counts: Counts) -> dict[str, dict[str, int]]:
    """Return the numbers of each bus by its label; counts hold them as "leaving/B07"."""
    buses: dict[str, dict[str, int]] = {}
    for key, number in counts.items():
        what, _, label = key.partition("/")
        if label:
            buses.setdefault(label, {})[what] = number
    return buses


def _sums(counts: Counts) -> dict[str, int]:
    buses = _by_bus(counts).values()
    return {what: sum(bus[what] for bus in buses) for what in _SUMMED}


def _summary(say: Language, counts: Counts) -> str:
    sums = _sums(counts)
    lines = []
    if sums["other_bus"]:
        lines.append(say.gettext("To another bus of the same visit: {n}").format(n=sums["other_bus"]))
    if sums["leaving"]:
        lines.append(f"👥 <b>{leaving_line(say, sums)}</b>")
    return "\n".join(lines) or say.gettext("Nobody has to leave a bus.")


def _counts(say: Language, counts: Counts) -> list[str]:
    sums, buses = _sums(counts), _by_bus(counts)
    lines = [_summary(say, counts)]
    if sums["offers"]:
        lines.append(say.gettext("Open offers that are withdrawn: {n}").format(n=sums["offers"]))
    if sums["unreachable"]:
        lines.append("⚠️ " + say.gettext("Cannot be reached: {n}").format(n=sums["unreachable"]))
    lines += [_bus_line(say, label, buses[label]) for label in list(buses)[:_MOST_BUSES]]
    if (rest := len(buses) - _MOST_BUSES) > 0:
        lines.append("… " + say.ngettext("and {n} more line", "and {n} more lines", rest).format(n=rest))
    return lines


def _bus_line(say: Language, label: str, bus: Counts) -> str:
    # Translators: a bus gets fewer seats; of those who are too many some sit on another bus, some lose their seats.
    return "• " + say.gettext(
        "Bus {bus}: {was} → {seats} seats, {people} on it; to another bus {other}, lose their seats {leaving}"
    ).format(
        bus=esc(label),
        was=bus["was"],
        seats=bus["seats"],
        people=bus["people"],
        other=bus["other_bus"],
        leaving=bus["leaving"],
    )


def _rule(say: Language, act: Act) -> str:
    first = say.gettext("Another bus of the visit first; nobody with a wheelchair is moved.")
    if not _sums(act.preview)["leaving"]:
        return first
    rule = say.gettext("Then those who signed up last leave, whole parties; a seat is held for 20 minutes.")
    asks = say.gettext("Nobody is asked who would go by choice: {command} does that, bus by bus.").format(
        command="/seats"
    )
    return f"{first} {rule} {asks}"


def _quote(say: Language, visit: Visit, act: Act) -> list[str]:
    sums = _sums(act.preview)
    if sums["leaving"]:
        return lost_head(say, visit)
    if sums["other_bus"]:
        return [moved_head(say, bus="…", was=str(act.arguments["buses"][0]))]
    return [withdrawn_head(say)]


def _moving(counts: Counts) -> int:
    sums = _sums(counts)
    return sums["leaving"] + sums["other_bus"]


WORDING = Wording(
    kind="import",
    what=lambda _say, _visit, act: [f"📄 <b>{esc(cut(str(act.arguments['name']), _LONGEST_NAME))}</b>"],
    question=lambda say, _: say.gettext("Put this file in use?"),
    planned=lambda say, _, time: say.gettext("The file is in use from {time}").format(time=time),
    done=lambda say, _: "✅ " + say.gettext("The new programme is in use."),
    over=other_programme,
    summary=_summary,
    counts=_counts,
    rule=_rule,
    quote=_quote,
    confirm=lambda say, counts: (
        labels.confirm_cut(say, people=_moving(counts)) if _moving(counts) else labels.apply_file(say)
    ),
)
