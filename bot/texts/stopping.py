"""/stop: what still comes, what does not, and how all of it comes again."""

from bot.language import Language


def stopped(say: Language) -> str:
    """Say exactly what still comes after /stop."""
    return "\n".join(
        [
            "🔕 <b>" + say.gettext("Only the needful from now on") + "</b>",
            say.gettext("You still get what your seats depend on:"),
            "• " + say.gettext("a departure that moves or is cancelled"),
            "• " + say.gettext("the reminder shortly before departure"),
            "• " + say.gettext("news of a waiting list that you have joined"),
            "• " + say.gettext("answers to what you press and write here"),
            "",
            say.gettext(
                "No longer: the reminder of the evening before, announcements, the question how a visit was. "
                "Your seats are yours as before."
            ),
            say.gettext("To get everything again, press the button or /start."),
        ]
    )


def resumed(say: Language) -> str:
    """Say that everything comes again."""
    return "🔔 " + say.gettext("All messages are on again. To stop them: /stop")


def resumed_answer(say: Language) -> str:
    """The same in the tap's own answer."""
    return say.gettext("All messages are on again.")
