"""A departure that moves: what its organizer reads, and its hosts and leaders. Passengers: texts/messages.py."""

from bot.language import Language
from bot.rules.clocks import NotOneMoment
from bot.services.delaying import MovedCrew, Overlap
from bot.services.organizers import LONGEST_DELAY, AlreadyThen, Delayed, OnlyAsAWhole
from bot.texts.markup import esc, name, words
from bot.texts.undelivered import untold
from bot.texts.visits import zone_name
from storage.records import Congress

_MOST_NAMES = 20


def delayed(say: Language, done: Delayed, *, congress: Congress) -> str:
    """Say what the delay did, and whom it has put in a bind."""
    visit, bus = done.visit, done.bus
    leaves_at = visit.leaves_at if bus is None else bus.departs_at
    lines = [f"🕘 <b>{words(say, visit.title)}</b>"]
    if bus is not None:
        lines.append("🚌 <b>" + say.gettext("Bus {bus}").format(bus=esc(bus.label)) + "</b>")
    lines.append(
        say.gettext("Now leaves at {now} (was {was}), back at about {back}. {zone}").format(
            now=f"<b>{say.clock(leaves_at)}</b>",
            was=say.clock(done.was),
            back=say.clock(visit.returns_at),
            zone=esc(zone_name(say, congress)),
        )
    )
    if bus is not None and len(visit.buses) > 1:
        lines.append(say.gettext("The other buses of this visit leave as before."))
    lines.append(
        say.ngettext(
            "{n} sign-up is being told. Reminders follow by themselves.",
            "{n} sign-ups are being told. Reminders follow by themselves.",
            done.told,
        ).format(n=done.told)
    )
    if done.crew:
        # Translators: hosts receive the visit, leaders ride with the buses; so many of them get a message.
        lines.append(say.gettext("Hosts and leaders who are being told: {n}").format(n=done.crew))
    lines += untold(say, done.untold)
    if done.overlaps:
        head = say.ngettext(
            "{n} sign-up overlaps now with another visit. Both seats are kept; its owner is asked which one to keep:",
            "{n} sign-ups overlap now with other visits. All seats are kept; their owners are asked which to keep:",
            len(done.overlaps),
        ).format(n=len(done.overlaps))
        lines += ["", f"⚠️ {head}", *(_overlap(say, each) for each in done.overlaps[:_MOST_NAMES])]
        more = len(done.overlaps) - _MOST_NAMES
        if more > 0:
            lines.append(say.ngettext("and {n} more", "and {n} more", more).format(n=more))
    return "\n".join(lines)


def _overlap(say: Language, each: Overlap) -> str:
    others = say.listing(f"{say.clock(other.leaves_at)} {words(say, other.title)}" for other in each.others)
    line = f"• {name(each.name)} <code>{esc(each.code)}</code> · {others}"
    return line if each.reachable else f"{line} · ☎️ " + say.gettext("cannot be reached by the bot")


def moved_crew(say: Language, shown: MovedCrew, *, congress: Congress) -> str:
    """To hosts and leaders: when the visit, or the bus, leaves now."""
    visit, bus = shown.visit, shown.bus
    leaves_at = visit.leaves_at if bus is None else bus.departs_at
    lines = [
        "🕘 <b>"
        + say.gettext("New departure time: {time}").format(time=say.clock(leaves_at))
        + "</b> "
        + say.gettext("(was {time})").format(time=say.clock(shown.was)),
        f"<b>{words(say, visit.title)}</b>",
    ]
    if bus is not None:
        lines.append("🚌 " + say.gettext("Bus {bus}").format(bus=esc(bus.label)))
    return "\n".join(
        [
            *lines,
            f"🗓 {say.moment(leaves_at)} ({esc(zone_name(say, congress))})",
            "↩️ " + say.gettext("Back at about {time}").format(time=say.clock(visit.returns_at)),
            say.gettext("The passengers are being told."),
        ]
    )


def not_delayed(say: Language, refused: AlreadyThen | OnlyAsAWhole | NotOneMoment) -> str:
    """Say why a departure stays as it is, and the mend."""
    match refused:
        case AlreadyThen(leaves_at):
            return "☑️ " + say.gettext("It leaves at {time} already; nothing has changed.").format(
                time=say.clock(leaves_at)
            )
        case OnlyAsAWhole():
            return "🚫 " + say.gettext(
                "Bus {bus} is a transfer: move the whole visit, {example}. Nothing has changed."
            ).format(bus=esc(refused.bus.label), example=f"<code>/delay {esc(refused.visit.key)} 15</code>")
        case NotOneMoment(skipped=True):
            return "🚫 " + say.gettext(
                "The clocks change that night and skip {time}. Write the minutes instead. Nothing has changed."
            ).format(time=f"{refused.clock:%H:%M}")
        case NotOneMoment():
            return "🚫 " + say.gettext(
                "The clocks change that night and show {time} twice. Write the minutes instead. Nothing has changed."
            ).format(time=f"{refused.clock:%H:%M}")


def usage(say: Language) -> str:
    """Explain /delay."""
    most = int(LONGEST_DELAY.total_seconds() // 60)
    return say.gettext(
        "Write a visit or a bus, and the minutes from −{most} to {most} or the new time: {example}. "
        "To undo, write the same minutes with a minus."
    ).format(
        most=most,
        example=say.listing(f"<code>{each}</code>" for each in ("/delay nab-am 15", "/delay B01 09:40")),
    )
