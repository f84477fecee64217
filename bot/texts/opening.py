"""What organizers read when they open or close a visit, or hold seats back: the counts before and after."""

from bot.language import Language
from bot.rules.seats import seats_left, seats_offered
from bot.services.opening import DoorSet, HeldBack, TooManyHeld
from bot.texts.markup import esc, words
from storage.records import Visit, VisitState


def door_set(say: Language, done: DoorSet) -> str:
    """Say that a visit is open or closed, and what that means for whom."""
    is_open = done.visit.state is VisitState.OPEN
    if is_open:
        head, meaning = (
            "🟢 " + say.gettext("Open for sign-ups"),
            say.gettext("People can sign up and join the waiting list."),
        )
    else:
        head = "🔴 " + say.gettext("Closed for sign-ups")
        meaning = say.gettext(
            "Nobody new signs up or joins the waiting list. Who has a seat keeps it; who waits moves up."
        )
    if done.was.state is done.visit.state:
        head += " · " + say.gettext("it was so already")
    return "\n".join([f"<b>{head}</b>", _title(say, done.visit), _numbers(say, done.visit), meaning])


def held_back(say: Language, done: HeldBack) -> str:
    """Say how many seats are held back now, and what became of the others."""
    head = say.gettext("Held back: {now} (was {was})").format(now=done.visit.held_back, was=done.was.held_back)
    lines = [
        f"🔒 <b>{head}</b>",
        _title(say, done.visit),
        say.gettext("Free: {now} (was {was})").format(now=seats_left(done.visit), was=seats_left(done.was)),
        _numbers(say, done.visit),
    ]
    if done.offered:
        lines.append(
            say.ngettext(
                "{n} party from the waiting list is offered seats.",
                "{n} parties from the waiting list are offered seats.",
                done.offered,
            ).format(n=done.offered)
        )
    return "\n".join(lines)


def too_many_held(say: Language, refused: TooManyHeld) -> str:
    """Say how many seats can be held back, by an example that works."""
    return "🚫 " + say.gettext(
        "{wanted} seats cannot be held back: {taken} are taken. At most {most}: {example}. Nothing has changed."
    ).format(
        wanted=refused.wanted,
        taken=refused.visit.seats_taken,
        most=refused.most,
        example=f"<code>/holdback {esc(refused.visit.key)} {refused.most}</code>",
    )


def usage_open(say: Language) -> str:
    """Show how the command is used, by an example that works."""
    return say.gettext("Write the visit: {example}").format(example="<code>/open nab-am</code>")


def usage_close(say: Language) -> str:
    """Show how the command is used, by an example that works."""
    return say.gettext("Write the visit: {example}").format(example="<code>/close nab-am</code>")


def usage_hold_back(say: Language) -> str:
    """Show how the command is used, by an example that works."""
    return say.gettext("Write the visit and how many seats are held back: {example}").format(
        example="<code>/holdback nab-am 5</code>"
    )


def _title(say: Language, visit: Visit) -> str:
    return f"<b>{esc(visit.key)}</b> · {say.clock(visit.leaves_at)} · {words(say, visit.title)}"


def _numbers(say: Language, visit: Visit) -> str:
    numbers = say.gettext("Taken {taken} of {offered}, free {free}, held back {held}").format(
        taken=visit.seats_taken, offered=seats_offered(visit), free=seats_left(visit), held=visit.held_back
    )
    waiting = say.ngettext("Waiting: {n} sign-up", "Waiting: {n} sign-ups", visit.waiting).format(n=visit.waiting)
    return f"{numbers} · {waiting}"
