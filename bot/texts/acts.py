"""A dangerous act on its one card: the preview, the minute in which nothing has changed, and how it went."""

from collections.abc import Mapping

from bot.language import Language
from bot.services.acts import Meanwhile, ShownAct
from bot.texts import cancelling, cutting, import_acts, merging
from bot.texts.deeds import Wording
from bot.texts.markup import bar, esc, name
from bot.texts.undelivered import untold
from storage.records import Act, ActState

WORDINGS: Mapping[str, Wording] = {
    wording.kind: wording for wording in (cancelling.WORDING, cutting.WORDING, import_acts.WORDING, merging.WORDING)
}
"""How each kind of act is worded."""


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


def quote(say: Language, shown: ShownAct) -> str:
    """Return how the news begins, in this language."""
    return "<blockquote>" + "\n".join(_wording(shown).quote(say, shown.visit, shown.act)) + "</blockquote>"


def _preview(say: Language, shown: ShownAct) -> str:
    """Show what would happen, in numbers and words. Nothing has."""
    wording = _wording(shown)
    return "\n".join(
        [
            f"❓ <b>{wording.question(say, shown.act)}</b>",
            *_what(say, shown),
            "",
            *wording.counts(say, shown.act.preview),
            "",
            wording.rule(say, shown.act),
            "",
            say.gettext("The texts begin so:"),
        ]
    )


def _changed(say: Language, shown: ShownAct) -> str:
    """Say that the numbers were others when it was due or confirmed: nothing is done, and by whom what changed."""
    wording = _wording(shown)
    lines = ["⚠️ <b>" + say.gettext("Changed meanwhile: nothing has been done") + "</b>", *_what(say, shown), ""]
    lines += [_meanwhile(say, each) for each in shown.meanwhile]
    if shown.is_impossible:
        return "\n".join([*lines, wording.over(say)])
    if shown.act.before:
        lines += [say.gettext("Before:"), wording.summary(say, shown.act.before), say.gettext("Now:")]
    return "\n".join([*lines, *wording.counts(say, shown.act.preview)])


def _planned(say: Language, shown: ShownAct) -> str:
    """Say when it takes effect, and that it can be recalled until then."""
    wording = _wording(shown)
    by = [] if shown.is_own else [say.gettext("Planned by {name}").format(name=name(shown.author))]
    return "\n".join(
        [
            f"⏱ <b>{wording.planned(say, shown.act, _to_the_second(say, shown.act))}</b>",
            *_what(say, shown),
            *by,
            "",
            wording.summary(say, shown.act.preview),
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
    wording = _wording(shown)
    lines = [f"<b>{wording.done(say, shown.act)}</b>", *_what(say, shown), ""]
    lines += wording.counts(say, shown.act.preview)
    if shown.going is not None:
        lines += ["", *wording.going(say, shown.act, shown.going)]
    if shown.told is not None:
        counts = shown.told
        lines += [
            "",
            bar(counts.total - counts.waiting, counts.total),
            say.gettext("Told: {sent} of {total}").format(sent=counts.sent, total=counts.total),
        ]
    if shown.finished:
        lines += untold(say, shown.untold)
    return "\n".join(lines)


def _wording(shown: ShownAct) -> Wording:
    return WORDINGS[shown.act.kind]


def _what(say: Language, shown: ShownAct) -> list[str]:
    return _wording(shown).what(say, shown.visit, shown.act)


def _to_the_second(say: Language, planned: Act) -> str:
    assert planned.due_at is not None
    return say.clock(planned.due_at, seconds=True)


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
