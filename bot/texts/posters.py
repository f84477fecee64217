"""What stands on a visit's poster: plain text, printed."""

from bot.language import Language
from bot.texts.visits import zone_name
from storage.records import Congress, Visit


def title(say: Language, visit: Visit) -> str:
    """The visit's title."""
    return say.words(visit.title)


def facts(say: Language, visit: Visit, *, congress: Congress) -> tuple[str, str]:
    """When and where it begins."""
    place = say.words(congress.meeting_points[visit.meeting_point].name)
    return (
        f"{say.moment(visit.leaves_at)}–{say.clock(visit.returns_at)} ({zone_name(say, congress)})",
        say.gettext("Meeting point: {place}").format(place=place),
    )


def scan(say: Language) -> str:
    """What to do with the code."""
    # Translators: printed under a QR code. It opens this visit in Telegram.
    return say.gettext("Scan to see this visit and sign up in Telegram")
