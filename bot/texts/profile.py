"""How the bot presents itself: name, descriptions, commands by role. Limits: 64, 512, 120, 256 characters."""

from bot.language import Language
from bot.rules.authority import may_try
from storage.records import Congress, Role


def bot_name(say: Language) -> str:
    return say.gettext("Library visits")


def description(say: Language, congress: Congress) -> str:
    """What stands in the empty chat above the Start button; plain text."""
    return say.gettext(
        "{congress}: choose library visits, sign up with one tap, get your bus, times and reminders here. Press Start."
    ).format(congress=say.words(congress.name))


def short_description(say: Language) -> str:
    """What stands in the bot's profile."""
    return say.gettext("Library visits of the congress: seats, buses, reminders")


def delegate_commands(say: Language) -> tuple[tuple[str, str], ...]:
    """Return (command, what it does) for everybody."""
    return (
        ("visits", say.gettext("Choose a visit")),
        ("my", say.gettext("My tickets")),
        ("number", say.gettext("Say your registration number")),
        ("access", say.gettext("Wheelchair places")),
        ("language", say.gettext("Language")),
        ("help", say.gettext("What this bot can do")),
        ("privacy", say.gettext("How your data is treated")),
        ("mydata", say.gettext("What is stored about you")),
        ("forget", say.gettext("Delete everything about you")),
        ("cancel", say.gettext("Stop typing")),
        ("stop", say.gettext("Only the needful messages")),
    )


def crew_commands(say: Language, roles: frozenset[Role]) -> tuple[tuple[str, str], ...]:
    """Return (command, what it does) for somebody of the crew: what their roles let them do, then everybody's."""
    own = delegate_commands(say)
    return tuple(each for each in organizer_commands(say) if each in own or may_try(roles, each[0]))


def organizer_commands(say: Language) -> tuple[tuple[str, str], ...]:
    """Return (command, what it does) for organizers, theirs first."""
    return (
        ("board", say.gettext("The morning’s buses, what is wrong first")),
        ("today", say.gettext("Your day in order")),
        ("stats", say.gettext("Seats taken and free")),
        ("roster", say.gettext("Passenger list of a visit or bus")),
        ("queue", say.gettext("Waiting list of a visit")),
        ("find", say.gettext("Look for a rider by name or code")),
        ("why", say.gettext("What happened, and why")),
        ("log", say.gettext("Who of the crew did what")),
        ("delay", say.gettext("Move a departure and tell its passengers")),
        ("desk", say.gettext("Sign somebody up at the desk")),
        ("force", say.gettext("Seat somebody past a rule")),
        ("move", say.gettext("Move a sign-up to another visit or bus")),
        ("merge", say.gettext("Put two buses of a visit together")),
        ("seats", say.gettext("Set the seats of a bus")),
        ("swapbus", say.gettext("Another coach in the place of a bus")),
        ("open", say.gettext("Open a visit for sign-ups")),
        ("close", say.gettext("Close a visit for sign-ups")),
        ("holdback", say.gettext("Hold seats back")),
        ("texts", say.gettext("Write the texts of the programme")),
        ("export", say.gettext("The programme as a file")),
        ("import", say.gettext("Bring a changed programme")),
        ("cancelvisit", say.gettext("Cancel a visit and find other seats")),
        ("undelivered", say.gettext("What did not arrive, whom to look for")),
        ("feedback", say.gettext("How the visits were")),
        ("crew", say.gettext("Who has which role")),
        ("invite", say.gettext("Invite to the crew")),
        ("announce", say.gettext("Write to passengers")),
        ("phrases", say.gettext("What can be said in all languages at once")),
        *delegate_commands(say),
    )
