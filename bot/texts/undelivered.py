"""What did not arrive, as organizers read it: counts first, then whom to look for, then each message and why."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from bot.language import Language
from bot.services.undelivered import Undelivered
from bot.texts.markup import cut, esc, name, pages, words
from bot.texts.visits import zone_name
from storage.records import Absent, Congress, Lost, MessageState

_LONGEST_REASON = 120
_MOST_NAMES = 30


def undelivered_pages(say: Language, shown: Undelivered, *, congress: Congress, now: datetime) -> list[str]:
    """Return in pages who cannot be reached, with their seats, and which messages failed, expired or are uncertain."""
    lines = ["📪 <b>" + say.gettext("Not delivered") + "</b>"]
    if shown.bus is not None:
        lines.append(say.gettext("Bus {bus}").format(bus=esc(shown.bus.label)))
    if shown.visit is not None:
        lines.append(words(say, shown.visit.title))
    lines.append(f"{say.moment(now)} ({esc(zone_name(say, congress))})")
    lines += [
        "",
        say.gettext("Seats of people who cannot be reached: {n}").format(
            n=sum(not seat.is_lost for seat in shown.absent)
        ),
        say.gettext("Messages not sent to them: {n}").format(n=shown.unreachable),
        say.gettext("Refused by Telegram: {n}").format(n=shown.count(MessageState.FAILED)),
        say.gettext("Too late to send: {n}").format(n=shown.count(MessageState.EXPIRED)),
        say.gettext("Sent, arrival not certain: {n}").format(n=shown.count(MessageState.UNKNOWN)),
    ]
    return pages("\n".join(lines), [*_absent(say, shown), *_lost(say, shown)], room=2_500)


def _absent(say: Language, shown: Undelivered) -> list[str]:
    lost = [seat for seat in shown.absent if seat.is_lost]
    seated = [seat for seat in shown.absent if not seat.is_lost]
    return [
        *_of_visits(say, shown, lost, title=say.gettext("Lost their seat, have no Telegram: please tell them")),
        *_of_visits(say, shown, seated, title=say.gettext("Look for them at the bus")),
    ]


def _of_visits(say: Language, shown: Undelivered, listed: list[Absent], *, title: str) -> list[str]:
    entries = []
    title = f"🔎 <b>{title}</b>\n\n"
    for visit_id, seats in groupby(listed, key=lambda seat: seat.visit_id):
        visit = shown.visits[visit_id]
        head = f"{title}<b>{say.clock(visit.leaves_at)} · {words(say, visit.title)}</b>"
        title = ""
        first, *rest = [_seat(seat) for seat in seats]
        entries += [f"{head}\n{first}", *rest]
    return entries


def _seat(seat: Absent) -> str:
    bus = "" if seat.bus is None else f"{esc(seat.bus)} · "
    phone = "" if seat.contact is None else f" · ☎️ {esc(seat.contact)}"
    return f"{name(seat.name)} · {bus}<code>{esc(seat.code)}</code>{phone}"


def untold(say: Language, people: Sequence[str]) -> list[str]:
    """Name those whom no message reaches, so that somebody tells them."""
    if not people:
        return []
    names = say.listing(name(person) for person in people[:_MOST_NAMES])
    lines = ["☎️ " + say.gettext("Not reached, please look for them: {names}").format(names=names)]
    more = len(people) - _MOST_NAMES
    if more > 0:
        lines.append(
            say.ngettext("and {n} more, see /undelivered", "and {n} more, see /undelivered", more).format(n=more)
        )
    return lines


def _lost(say: Language, shown: Undelivered) -> list[str]:
    entries = []
    for kind, messages in groupby(shown.lost, key=lambda message: message.kind):
        head = f"✉️ <b>{kind_name(say, kind)}</b>"
        first, *rest = [_message(say, message) for message in messages]
        entries += [f"{head}\n{first}", *rest]
    return entries


def _message(say: Language, message: Lost) -> str:
    why = why_not(say, message.state, error=message.error)
    code = "" if message.code is None else f" · <code>{esc(message.code)}</code>"
    return f"{name(message.name)}{code} · {say.moment(message.at)}\n<i>{why}</i>"


def why_not(say: Language, state: MessageState, *, error: str | None) -> str:
    """Say in plain words why a message has not arrived."""
    match state:
        case MessageState.EXPIRED:
            return say.gettext("It could not be sent in time.")
        case MessageState.UNKNOWN:
            return say.gettext("It was sent, but Telegram did not say whether it arrived.")
        case MessageState.UNREACHABLE:
            return say.gettext("This person has blocked the bot or has no Telegram.")
        case MessageState.FAILED:
            why = esc(cut(error or "", _LONGEST_REASON))
            return say.gettext("Telegram refused it: {reason}").format(reason=f"<code>{why}</code>")
        case _:
            return say.gettext("It is still waiting to be sent.")


def kind_name(say: Language, kind: str) -> str:
    """Name the messages of a kind."""
    match kind:
        case "ticket" | "card" | "old-card":
            return say.gettext("Tickets")
        case "moved" | "moved-crew":
            return say.gettext("New departure times")
        case "cancelled" | "cancelled-wait" | "cancelled-crew" | "cancelled-team":
            return say.gettext("Cancelled visits")
        case "seat-asked" | "seat-kept" | "seat-lost" | "other-bus" | "offer-withdrawn" | "merged-crew":
            return say.gettext("Changed buses")
        case "reminder":
            return say.gettext("Reminders")
        case "offer":
            return say.gettext("Offers to the waiting list")
        case "offer-over" | "line-over" | "passed":
            return say.gettext("News of the waiting list")
        case "given":
            return say.gettext("Seats given to colleagues")
        case "announcement":
            return say.gettext("Announcements")
        case "answers":
            return say.gettext("Counts for the owners")
        case "roster" | "roster-news":
            return say.gettext("Passenger lists to leaders")
        case "host-counts":
            return say.gettext("Counts for the hosts")
        case "feedback":
            return say.gettext("Questions how a visit was")
        case "canary":
            return say.gettext("Check messages")
        case "alarm":
            return say.gettext("Alarms for the owners")
        case _:
            return esc(kind)


def usage_undelivered(say: Language) -> str:
    """Explain /undelivered."""
    return say.gettext("Write the command alone, or with a visit or a bus: {example}").format(
        example="<code>/undelivered nab-am</code>"
    )
