"""A dangerous act on its one card: the preview, the minute in which nothing has changed, and how it went."""

from collections.abc import Mapping

from bot.language import Language
from bot.services.acts import CANCEL_VISIT, Meanwhile, ShownAct
from bot.texts.cancelling import counts_line, seat_head, wait_head
from bot.texts.markup import bar, esc, name, words
from storage.records import Act, ActState, Visit

_MOST_NAMES = 30


def act(say: Language, shown: ShownAct) -> str:
    """Return the card of an act as it stands; a preview ends where the texts are quoted."""
    match shown.act.state:
        case ActState.SHOWN:
            return _preview(say, shown)
        case ActState.CHANGED:
            return _changed(say, shown)
        case ActState.PLANNED:
            return _planned(say, shown)
        case ActState.RECALLED:
            return _recalled(say, shown)
        case ActState.DONE:
            return _done(say, shown)


def quote(say: Language, visit: Visit) -> str:
    """Return how the news begins, in this language: to those with a seat, and to those who wait."""
    first, _, last = wait_head(say, visit)
    return "<blockquote>" + "\n".join([*seat_head(say, visit), "", first, last]) + "</blockquote>"


def _preview(say: Language, shown: ShownAct) -> str:
    """Show what would happen, in numbers and words. Nothing has."""
    return "\n".join(
        [
            "❓ <b>" + say.gettext("Cancel this visit?") + "</b>",
            *_what(say, shown),
            "",
            *_counts(say, shown.act.preview),
            "",
            say.gettext(
                "A seat is held for 20 minutes: wheelchairs first, then in the order of signing up, whole parties, "
                "nobody who waits is passed."
            ),
            "",
            say.gettext("The texts begin so:"),
        ]
    )


def _changed(say: Language, shown: ShownAct) -> str:
    """Say that the numbers were others when it was due or confirmed: nothing is done, and by whom what changed."""
    lines = ["⚠️ <b>" + say.gettext("Changed meanwhile: nothing has been done") + "</b>", *_what(say, shown), ""]
    lines += [_meanwhile(say, each) for each in shown.meanwhile]
    if shown.is_impossible:
        return "\n".join([*lines, say.gettext("The visit is cancelled or over. There is nothing left to confirm.")])
    if shown.act.before:
        lines += [say.gettext("Before:"), _people(say, shown.act.before), say.gettext("Now:")]
    return "\n".join([*lines, *_counts(say, shown.act.preview)])


def _planned(say: Language, shown: ShownAct) -> str:
    """Say when it takes effect, and that it can be recalled until then."""
    assert shown.act.due_at is not None
    by = [] if shown.is_own else [say.gettext("Planned by {name}").format(name=name(shown.author))]
    return "\n".join(
        [
            "⏱ <b>"
            + say.gettext("The visit will be cancelled at {time}").format(time=_to_the_second(say, shown.act))
            + "</b>",
            *_what(say, shown),
            *by,
            "",
            _people(say, shown.act.preview),
            "",
            say.gettext("Nothing has changed yet, and nobody has been told. Until then you can recall it."),
        ]
    )


def _recalled(say: Language, shown: ShownAct) -> str:
    """Say that nothing has happened and nothing will."""
    return "\n".join(
        ["↩️ <b>" + say.gettext("Recalled: nothing has changed") + "</b>", *_what(say, shown)],
    )


def recalled_answer(say: Language) -> str:
    """The outcome of the recall in the tap's own answer."""
    return say.gettext("Recalled. Nothing has changed.")


def _done(say: Language, shown: ShownAct) -> str:
    """Say what was done, how far the messages are, and whom somebody must call."""
    lines = ["❌ <b>" + say.gettext("The visit is cancelled") + "</b>", *_what(say, shown), ""]
    lines += _counts(say, shown.act.preview)
    if shown.told is not None:
        counts = shown.told
        lines += [
            "",
            bar(counts.total - counts.waiting, counts.total),
            say.gettext("Told: {sent} of {total}").format(sent=counts.sent, total=counts.total),
        ]
    if shown.untold and shown.finished:
        names = say.listing(name(person) for person in shown.untold[:_MOST_NAMES])
        lines.append("☎️ " + say.gettext("Not reached, please look for them: {names}").format(names=names))
        if len(shown.untold) > _MOST_NAMES:
            more = len(shown.untold) - _MOST_NAMES
            lines.append(
                say.ngettext("and {n} more, see /undelivered", "and {n} more, see /undelivered", more).format(n=more)
            )
    return "\n".join(lines)


def usage_cancel_visit(say: Language) -> str:
    """Explain /cancelvisit."""
    return say.gettext("Write the visit: {example}. You see what would happen before anything does.").format(
        example=f"<code>/{CANCEL_VISIT} nab-am</code>"
    )


def _what(say: Language, shown: ShownAct) -> list[str]:
    visit = shown.visit
    return [f"<b>{words(say, visit.title)}</b>", f"🗓 {say.moment(visit.leaves_at)}"]


def _to_the_second(say: Language, planned: Act) -> str:
    assert planned.due_at is not None
    return say.clock(planned.due_at, seconds=True)


def _people(say: Language, counts: Mapping[str, int]) -> str:
    line = counts_line(say, counts["people"], counts["held"], counts["queued"], counts["nothing"])
    return f"👥 <b>{line}</b>"


def _counts(say: Language, counts: Mapping[str, int]) -> list[str]:
    lines = [_people(say, counts)]
    if counts["unreachable"]:
        lines.append("⚠️ " + say.gettext("Cannot be reached: {n}").format(n=counts["unreachable"]))
    lines.append(say.gettext("Parties on its waiting list: {n}").format(n=counts["waiting"]))
    lines.append(
        say.gettext("Hosts and leaders: {crew} · organizers: {team}").format(crew=counts["crew"], team=counts["team"])
    )
    return lines


def _meanwhile(say: Language, change: Meanwhile) -> str:
    who, what = name(change.name), esc(change.what)
    match change.action:
        case "seats":
            text = say.gettext("{bus}: changed meanwhile to {seats} by {name}").format(
                bus=what, seats=esc(change.to), name=who
            )
        case "cancel visit":
            text = say.gettext("{visit}: cancelled meanwhile by {name}").format(visit=what, name=who)
        case "delay":
            text = say.gettext("{visit}: moved meanwhile by {name}").format(visit=what, name=who)
        case _:
            text = say.gettext("{visit}: changed meanwhile by {name}").format(visit=what, name=who)
    return f"✏️ {text}"
