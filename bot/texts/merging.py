"""Two buses of a visit become one: its card, and what passengers and leaders read."""

from bot.language import Language
from bot.rules.merging import DoesNotFit, NotTogether
from bot.services.merging import MergedCrew
from bot.texts import labels
from bot.texts.deeds import Counts, Wording
from bot.texts.markup import esc, words
from bot.texts.visits import zone_name
from storage.records import Act, Congress, Visit


def merged_crew(say: Language, shown: MergedCrew, *, congress: Congress) -> str:
    """To the leaders of both buses."""
    head = say.gettext("Bus {was} is not needed: its passengers ride on bus {bus}").format(
        was=esc(shown.was), bus=esc(shown.bus.label)
    )
    return "\n".join(
        [
            f"🚌 <b>{head}</b>",
            f"<b>{words(say, shown.visit.title)}</b>",
            f"🗓 {say.moment(shown.bus.departs_at)} ({esc(zone_name(say, congress))})",
            say.ngettext(
                "{n} person changes and is being told. The new list follows.",
                "{n} people change and are being told. The new list follows.",
                shown.people,
            ).format(n=shown.people),
        ]
    )


def does_not_fit(say: Language, refused: DoesNotFit) -> str:
    """Say how many too many there are, and the mend."""
    lines = []
    if refused.seats:
        lines.append(
            "🚫 "
            + say.ngettext(
                "Bus {into} has {n} seat too few for everybody of bus {bus}. Nothing has changed.",
                "Bus {into} has {n} seats too few for everybody of bus {bus}. Nothing has changed.",
                refused.seats,
            ).format(n=refused.seats, into=esc(refused.into.label), bus=esc(refused.bus.label))
        )
        lines.append(
            say.gettext("If the coach has them: {example}. Or move parties one by one: {move}").format(
                example=f"<code>/seats {esc(refused.into.label)} {refused.into.seats + refused.seats}</code>",
                move="<code>/move</code>",
            )
        )
    if refused.wheelchairs:
        lines.append(
            "♿ "
            + say.ngettext(
                "Bus {into} has {n} wheelchair place too few. Nothing has changed.",
                "Bus {into} has {n} wheelchair places too few. Nothing has changed.",
                refused.wheelchairs,
            ).format(n=refused.wheelchairs, into=esc(refused.into.label))
        )
    return "\n".join(lines)


def not_together(say: Language, refused: NotTogether) -> str:
    """Say that these are no two buses of one visit from one place."""
    return "🚫 " + say.gettext(
        "{bus} and {into} are not two buses of one visit from the same place. Nothing has changed. "
        "For another visit, move parties one by one: {move}"
    ).format(bus=esc(refused.bus.label), into=esc(refused.into.label), move="<code>/move</code>")


def usage(say: Language) -> str:
    """Explain /merge."""
    return say.gettext(
        "Write the bus to empty and the bus of the same visit that takes its passengers: {example}. "
        "You see what would happen before anything does."
    ).format(example="<code>/merge B02 B01</code>")


def _summary(say: Language, counts: Counts) -> str:
    people = say.ngettext("{n} person changes the bus", "{n} people change the bus", counts["people"])
    return f"👥 <b>{people.format(n=counts['people'])}</b>"


def _counts(say: Language, counts: Counts) -> list[str]:
    lines = [_summary(say, counts)]
    if counts["wheelchairs"]:
        lines.append("♿ " + say.gettext("Wheelchair places: {n}").format(n=counts["wheelchairs"]))
    if counts["offers"]:
        lines.append(say.gettext("Open offers that go along: {n}").format(n=counts["offers"]))
    if counts["unreachable"]:
        lines.append("⚠️ " + say.gettext("Cannot be reached: {n}").format(n=counts["unreachable"]))
    if counts["crew"]:
        lines.append(say.gettext("Bus leaders who are told: {n}").format(n=counts["crew"]))
    return lines


def _quote(say: Language, visit: Visit, act: Act) -> list[str]:
    head = say.gettext("You now travel on bus {bus} (was {was})").format(bus=_into(act), was=_bus(act))
    return [f"🚌 <b>{head}</b>", f"<b>{words(say, visit.title)}</b>"]


def _bus(act: Act) -> str:
    return esc(str(act.arguments.get("bus", "")))


def _into(act: Act) -> str:
    return esc(str(act.arguments.get("into", "")))


WORDING = Wording(
    kind="merge",
    question=lambda say, act: say.gettext("Put everybody of bus {bus} on bus {into}?").format(
        bus=_bus(act), into=_into(act)
    ),
    planned=lambda say, act, time: say.gettext("Bus {bus} will be emptied into bus {into} at {time}").format(
        bus=_bus(act), into=_into(act), time=time
    ),
    done=lambda say, act: (
        "🚌 "
        + say.gettext("Bus {bus} is empty: its passengers ride on bus {into}").format(bus=_bus(act), into=_into(act))
    ),
    over=lambda say: say.gettext("They do not fit any more, or the visit is over. There is nothing left to confirm."),
    summary=_summary,
    counts=_counts,
    rule=lambda say, act: say.gettext(
        "Parties stay whole, nobody loses a seat. The empty bus has 0 seats then; {example} gives them back."
    ).format(example=f"<code>/seats {_bus(act)} 40</code>"),
    quote=_quote,
    confirm=lambda say, counts: labels.confirm_merge(say, people=counts["people"]),
)
