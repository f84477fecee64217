"""/forget: what it would mean, the question, and the receipt."""

from bot.language import Language
from bot.services.forgetting import Forgotten, Leaving
from bot.texts.markup import words
from bot.texts.waiting import own_line
from storage.records import Congress


def ask_forget(say: Language, asked: Leaving) -> str:
    """Say what goes and what stays, and ask."""
    lines = ["<b>" + say.gettext("Delete everything that is stored about you?") + "</b>"]
    seats = asked.own.tickets
    if seats:
        lines += ["", say.gettext("These seats become free for others at once:")]
        lines += [f"• {say.moment(each.visit.leaves_at)}: {words(say, each.visit.title)}" for each in seats]
    if asked.own.standing:
        lines += ["", say.gettext("These waits and offers end:")]
        lines += [own_line(say, each).strip() for each in asked.own.standing]
    lines += [
        "",
        say.gettext(
            "Deleted: your name, Telegram ID and language, your consent, your companions’ names, what you typed, "
            "messages on their way to you, and what the log says of you."
        ),
        "",
        _what_stays(say, kept=asked.kept, by_settings=asked.by_settings),
        "",
        say.gettext("This cannot be undone. Reminders for deleted seats do not come."),
    ]
    return "\n".join(lines)


def forgotten(say: Language, done: Forgotten, *, congress: Congress) -> str:
    """Give the receipt."""
    lines = [
        "✅ <b>" + say.gettext("Everything about you is deleted.") + "</b>",
        say.gettext("Receipt: {receipt}, {moment}").format(
            receipt=f"<code>{done.receipt}</code>", moment=say.moment(done.at)
        ),
        "",
        say.gettext("Seats free for others: {n}").format(n=done.seats),
        say.gettext("Waiting lists left: {n}").format(n=done.waits),
        say.gettext("Companions’ names deleted: {n}").format(n=done.companions),
        "",
        _what_stays(say, kept=done.kept, by_settings=done.by_settings),
        # Translators: backups, copies of the whole database that the organizers keep for emergencies.
        say.gettext("Copies for emergencies are deleted by {day}.").format(
            day=say.date(congress.privacy.retention_until)
        ),
        say.gettext("The messages in this chat are yours: delete the chat if you like."),
        "",
        say.gettext("You can come back at any time with /start, as somebody new."),
    ]
    return "\n".join(lines)


def forgotten_answer(say: Language) -> str:
    """The outcome in the tap's own answer."""
    return say.gettext("Deleted.")


def changed_answer(say: Language) -> str:
    """Your seats changed since the question: it is asked again."""
    return say.gettext("Something has changed since. Please look again.")


def nothing_stored(say: Language) -> str:
    """Answer somebody of whom nothing is known."""
    return say.gettext("Nothing is stored about you.")


def _what_stays(say: Language, *, kept: int, by_settings: bool) -> str:
    lines = [say.gettext("What stays: bare counts, without a name.")]
    if kept:
        lines.append(say.gettext("Among them your visits that have begun already: {n}").format(n=kept))
    if by_settings:
        lines.append(
            say.gettext(
                "Your rights as an organizer come from the bot’s settings, where your Telegram ID is written; "
                "only who runs the bot can take it out there."
            )
        )
    return "\n".join(lines)
