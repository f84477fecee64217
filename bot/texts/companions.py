"""Typing names: companions and one's own."""

from bot.language import Language
from bot.services.drafts import Party
from bot.texts.markup import cut, name, words


def party(say: Language, shown: Party, *, person: str) -> str:
    """Show who travels so far and ask for the next name. Nothing is held while people type."""
    lines = [f"<b>{words(say, shown.visit.title)}</b>", ""]
    lines += [f"{position}. {name(each)}" for position, each in enumerate((person, *shown.names), 1)]
    lines.append("")
    if shown.room:
        lines.append(
            say.ngettext(
                "Write the name of who comes with you, as on the badge. Room for {n} more.",
                "Write the names of who comes with you, as on the badge, one a line. Room for {n} more.",
                shown.room,
            ).format(n=shown.room)
        )
    else:
        lines.append(say.gettext("That is the largest party for one sign-up."))
    lines.append("<i>" + say.gettext("Seats are taken only when you press “Sign up”.") + "</i>")
    return "\n".join(lines)


def bad_name(say: Language, *, typed: str) -> str:
    """Say that what was typed is no name, and what one looks like."""
    shown = name(cut(" ".join(typed.split()), 40))
    return say.gettext("“{typed}” does not look like a name. Write it in letters, as on the badge.").format(typed=shown)


def ask_name(say: Language, *, person: str) -> str:
    """Ask for one's own name."""
    return say.gettext("On the lists you are “{name}”. Write your name as on your badge.").format(name=name(person))


def renamed(say: Language, *, person: str) -> str:
    """Confirm the new name."""
    return say.gettext("On the lists you are now “{name}”.").format(name=name(person))
