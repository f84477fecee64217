"""A bus gets smaller, or another one: who is asked, who stays, who leaves; and what organizers see of it."""

from bot.language import Language
from bot.rules.coaches import MOST_SEATS
from bot.services.asking import Stays
from bot.services.cut_facts import OfferWithdrawn, OtherBus, SeatAsked, SeatKept, SeatLost
from bot.services.swapping import Swapped
from bot.texts import labels
from bot.texts.cancelling import following
from bot.texts.deeds import Counts, Wording
from bot.texts.markup import esc, words
from bot.texts.tickets import bus_and_bay, departure_lines, travellers
from bot.texts.undelivered import untold
from storage.records import Act, Bus, Congress, Cut, Visit


def asked(say: Language, shown: SeatAsked, *, congress: Congress) -> str:
    """Ask whether they would go elsewhere; what is held for them is named, and what happens if they stay."""
    held = shown.offered.ticket
    bus = shown.ticket.bus
    assert held.booking.offer_until is not None
    lines = [
        *asked_head(say, shown.ticket.visit, bus=bus.label if bus else ""),
        "",
        "✋ <b>"
        + say.ngettext(
            "{n} seat on another visit is held for you:",
            "{n} seats on another visit are held for you:",
            held.booking.party,
        ).format(n=held.booking.party)
        + "</b>",
        f"<b>{words(say, held.visit.title)}</b>",
        *departure_lines(say, held.visit, held.bus, congress=congress),
        "↩️ " + say.gettext("Back at about {time}").format(time=say.clock(held.visit.returns_at)),
        *travellers(say, held.booking),
        "",
        "⏱ <b>" + say.gettext("Please answer by {time}.").format(time=say.clock(shown.until)) + "</b>",
    ]
    if shown.is_last:
        lines.append(
            say.gettext(
                "If too few others go, those who signed up last lose their seats, and you are among them. "
                "The other seat stays held for you until {time}."
            ).format(time=say.clock(held.booking.offer_until))
        )
    else:
        lines.append(say.gettext("If you stay, you keep your seat. If you go, somebody else keeps theirs."))
    return "\n".join(lines)


def asked_head(say: Language, visit: Visit, *, bus: str) -> list[str]:
    """How the question begins."""
    return [
        "🚌 <b>" + say.gettext("Your bus has become smaller") + "</b>",
        f"<b>{words(say, visit.title)}</b>",
        f"🗓 {say.moment(visit.leaves_at)}",
        say.gettext("Not everybody fits on bus {bus} any more. Would you take another visit instead?").format(
            bus=esc(bus)
        ),
    ]


def kept(say: Language, shown: SeatKept, *, congress: Congress) -> str:
    """Nobody had to go any more, or others did."""
    return "\n".join(
        [
            "✅ <b>" + say.gettext("You keep your seat") + "</b>",
            f"<b>{words(say, shown.ticket.visit.title)}</b>",
            *departure_lines(say, shown.ticket.visit, shown.ticket.bus, congress=congress),
            *_plate(say, shown.ticket.bus),
            "",
            say.gettext("The other seat is no longer held for you."),
        ]
    )


def lost(say: Language, shown: SeatLost, *, congress: Congress) -> str:
    """Say that their seat is gone, with what is held for them instead, or where they wait, or where the desk is."""
    return "\n".join([*lost_head(say, shown.visit), "", *following(say, shown.follows, congress=congress)])


def lost_head(say: Language, visit: Visit) -> list[str]:
    """The bad news itself."""
    return [
        "❌ <b>" + say.gettext("Your seat is gone: the bus has become smaller") + "</b>",
        f"<b>{words(say, visit.title)}</b>",
        f"🗓 {say.moment(visit.leaves_at)}",
        say.gettext("We are sorry. Those who signed up last had to leave."),
    ]


def other_bus(say: Language, shown: OtherBus, *, congress: Congress) -> str:
    """The new bus first, where a locked phone shows it."""
    bus = shown.ticket.bus
    label = bus.label if bus else ""
    head = moved_head(say, bus=label, was=shown.was)
    if label == shown.was:
        head = "🚌 <b>" + say.gettext("Your bus is another coach now: {bus}").format(bus=esc(label)) + "</b>"
    return "\n".join(
        [
            head,
            f"<b>{words(say, shown.ticket.visit.title)}</b>",
            *departure_lines(say, shown.ticket.visit, bus, congress=congress),
            *_plate(say, bus),
        ]
    )


def moved_head(say: Language, *, bus: str, was: str) -> str:
    """How the news begins to somebody who sits on another bus now."""
    text = say.gettext("You now travel on bus {bus} (was {was})").format(bus=esc(bus), was=esc(was))
    return f"🚌 <b>{text}</b>"


def withdrawn_head(say: Language) -> str:
    """How the news begins to somebody whose offer is taken back."""
    return "⏳ <b>" + say.gettext("The seat offered to you is gone: the bus has become smaller") + "</b>"


def _plate(say: Language, bus: Bus | None) -> list[str]:
    if bus is None or not bus.plate:
        return []
    return ["🔎 " + say.gettext("Plate: {plate}").format(plate=esc(bus.plate))]


def withdrawn(say: Language, shown: OfferWithdrawn) -> str:
    """Say that what they were offered is not there any more, and that they wait on where they stood."""
    return "\n".join(
        [
            withdrawn_head(say),
            f"<b>{words(say, shown.wait.visit.title)}</b>",
            f"🗓 {say.moment(shown.wait.visit.leaves_at)}",
            "🔢 " + say.gettext("Your place in the list: {place}").format(place=shown.wait.place),
            say.gettext("We write to you as soon as a seat is free again."),
        ]
    )


def stays_answer(say: Language, done: Stays) -> str:
    """The outcome of "I stay" in the tap's own answer."""
    if done.is_sure:
        return say.gettext("Noted: you keep your seat.")
    return say.gettext("Noted: you would rather stay. You hear by {time} whether that works.").format(
        time=say.clock(done.until)
    )


def stays(say: Language, done: Stays) -> str:
    """What stands on the card of who would rather stay."""
    return f"🚌 <b>{words(say, done.visit.title)}</b>\n{stays_answer(say, done)}"


def swapped(say: Language, done: Swapped) -> str:
    """Say what the other coach is, and that its passengers are told."""
    bus = done.bus
    lines = [
        "🚌 <b>"
        + say.gettext("Another coach as bus {bus}: {seats} seats (was {was})").format(
            bus=esc(bus.label), seats=bus.seats, was=done.was
        )
        + "</b>",
        bus_and_bay(say, bus),
        *_plate(say, bus),
        say.ngettext("{n} sign-up is being told.", "{n} sign-ups are being told.", done.told).format(n=done.told),
        *untold(say, done.untold),
    ]
    return "\n".join(lines)


def usage_swap(say: Language) -> str:
    """Explain /swapbus."""
    return say.gettext(
        "Write the bus and what is another: {example}. The label stays, it is the sign in the window. "
        "One of seats (1 to {most}), bay and plate is enough; with fewer seats than are taken you see first what "
        "would happen."
    ).format(most=MOST_SEATS, example="<code>/swapbus B01 seats=29 bay=4 plate=123ABC01</code>")


def usage_seats(say: Language) -> str:
    """Explain /seats."""
    return say.gettext(
        "Write the bus and its seats, 1 to {most}: {example}. If more are taken, you see first what would happen."
    ).format(most=MOST_SEATS, example="<code>/seats B01 40</code>")


def _summary(say: Language, counts: Counts) -> str:
    lines = [
        "👥 <b>"
        + say.gettext("On the bus: {people} of {was} · too many: {n}").format(
            people=counts["people"], was=counts["was"], n=counts["too_many"]
        )
        + "</b>"
    ]
    if counts["leaving"]:
        lines.append(leaving_line(say, counts))
    return "\n".join(lines)


def leaving_line(say: Language, counts: Counts) -> str:
    """Say in one line how many leave by the rule, and what becomes of them."""
    return say.ngettext(
        # Translators: so many people lose their seats by the stated rule: another seat is held for some, others wait
        # in a list, for others is nothing.
        "By the rule {n} person leaves: {held} held, {queued} queued, {nothing} nothing",
        "By the rule {n} people leave: {held} held, {queued} queued, {nothing} nothing",
        counts["leaving"],
    ).format(n=counts["leaving"], held=counts["held"], queued=counts["queued"], nothing=counts["nothing"])


def _counts(say: Language, counts: Counts) -> list[str]:
    lines = [
        "👥 <b>"
        + say.gettext("On the bus: {people} of {was} · too many: {n}").format(
            people=counts["people"], was=counts["was"], n=counts["too_many"]
        )
        + "</b>"
    ]
    if counts["offers"]:
        lines.append(say.gettext("Open offers that are withdrawn: {n}").format(n=counts["offers"]))
    if counts["other_bus"]:
        lines.append(say.gettext("To another bus of the same visit: {n}").format(n=counts["other_bus"]))
    if counts["asked"]:
        # Translators: so many people are asked whether they would rather go elsewhere, before the rule moves anybody.
        lines.append(say.gettext("Asked first, with a seat held elsewhere: {n} more").format(n=counts["asked"]))
    if counts["leaving"]:
        if counts["asked"]:
            lines.append(say.gettext("If nobody goes by choice:"))
        lines.append(leaving_line(say, counts))
    if counts["unreachable"]:
        lines.append("⚠️ " + say.gettext("Cannot be reached: {n}").format(n=counts["unreachable"]))
    return lines


def _rule(say: Language, act: Act) -> str:
    first = _coach(say, act) + say.gettext("Another bus of the visit first; nobody with a wheelchair is moved.")
    if not act.preview.get("leaving"):
        return first
    rule = say.gettext("Then those who signed up last leave, whole parties; a seat is held for 20 minutes.")
    if not act.preview.get("asked"):
        return f"{first} {rule}"
    asks = say.gettext("Before that, passengers are asked for 15 minutes who would take another visit.")
    return f"{first} {rule} {asks}"


def _coach(say: Language, act: Act) -> str:
    """What else is another on the bus, where a whole coach is swapped."""
    bay, plate = act.arguments.get("bay"), act.arguments.get("plate")
    if bay is None and plate is None:
        return ""
    what = ", ".join(
        each
        for each in (
            say.gettext("bay {bay}").format(bay=esc(bay)) if bay else "",
            say.gettext("plate {plate}").format(plate=esc(plate)) if plate else "",
        )
        if each
    )
    return say.gettext("Another coach comes ({what}); its passengers are told.").format(what=what) + "\n"


def _quote(say: Language, visit: Visit, act: Act) -> list[str]:
    lines: list[str] = []
    if act.preview.get("asked"):
        lines += [*asked_head(say, visit, bus=_bus(act)), ""]
    if act.preview.get("leaving"):
        lines += lost_head(say, visit)
    elif act.preview.get("other_bus"):
        lines.append(moved_head(say, bus="…", was=_bus(act)))
    else:
        lines.append(withdrawn_head(say))
    return lines


def _going(say: Language, act: Act, going: object) -> list[str]:
    """How far the asking is, or what it came to."""
    if not isinstance(going, Cut):
        return []
    if going.is_open:
        return [
            "🙋 <b>"
            + say.gettext("Passengers are asked until {time}").format(time=say.clock(going.asks_until))
            + "</b>",
            # Translators: of so many people asked, some take another visit and some would rather stay.
            say.gettext("Asked: {asked} · go: {gone} · stay: {staying}").format(
                asked=going.asked, gone=going.gone, staying=going.staying
            ),
        ]
    outcome = going.outcome or {}
    lines = [
        "🏁 <b>" + say.gettext("The asking has ended: {n} went by choice").format(n=outcome.get("gone", 0)) + "</b>"
    ]
    if outcome.get("other_bus"):
        lines.append(say.gettext("To another bus of the same visit: {n}").format(n=outcome["other_bus"]))
    if outcome.get("leaving"):
        lines.append(leaving_line(say, outcome))
    elif "leaving" in outcome:
        lines.append(say.gettext("Nobody had to leave by the rule."))
    if outcome.get("seats", act.arguments["seats"]) != act.arguments["seats"]:
        lines.append(
            "⚠️ " + say.gettext("The bus carries {n} seats: so many may not be moved.").format(n=outcome["seats"])
        )
    return lines


def _bus(act: Act) -> str:
    return str(act.arguments.get("bus", ""))


WORDING = Wording(
    kind="seats",
    question=lambda say, act: say.gettext("Bus {bus}: only {seats} seats?").format(
        bus=esc(_bus(act)), seats=act.arguments["seats"]
    ),
    planned=lambda say, act, time: say.gettext("Bus {bus} gets {seats} seats at {time}").format(
        bus=esc(_bus(act)), seats=act.arguments["seats"], time=time
    ),
    done=lambda say, act: (
        "🚌 " + say.gettext("Bus {bus}: {seats} seats").format(bus=esc(_bus(act)), seats=act.arguments["seats"])
    ),
    over=lambda say: say.gettext("The bus is getting smaller already, or has left. There is nothing left to confirm."),
    summary=_summary,
    counts=_counts,
    rule=_rule,
    quote=_quote,
    confirm=lambda say, counts: labels.confirm_cut(say, people=counts["leaving"] or counts["other_bus"]),
    going=_going,
)
