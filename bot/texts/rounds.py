"""What leaders and hosts are sent by themselves: a list under a file, what changed on it, counts without names."""

from datetime import datetime

from bot.language import Language
from bot.services.rosters import Roster
from bot.services.rounds import HostCounts
from bot.texts.markup import esc, words
from bot.texts.rosters import head_lines, news_lines
from bot.texts.visits import zone_name
from storage.records import Congress


def roster_news(say: Language, shown: Roster, *, congress: Congress, now: datetime) -> str:
    """To a leader who has the list: the difference alone."""
    title = "📋 <b>" + say.gettext("The passenger list has changed") + "</b>"
    return "\n".join([title, *map(esc, head_lines(say, shown, congress=congress, now=now)), *news_lines(say, shown)])


def host_counts(say: Language, counts: HostCounts, *, congress: Congress) -> str:
    """To a host: how many come and when, which languages they read, how many need a wheelchair place."""
    visit = counts.visit
    lines = [
        "🏛 <b>" + say.gettext("Your guests") + "</b>",
        f"<b>{words(say, visit.title)}</b>",
        say.ngettext("{n} person", "{n} people", counts.people).format(n=counts.people),
        # Translators: to a library that receives a visit: when its guests' bus leaves, and when they are back.
        say.gettext("Departure: {leaves}, back at about {back} ({zone})").format(
            leaves=say.moment(visit.leaves_at), back=say.clock(visit.returns_at), zone=esc(zone_name(say, congress))
        ),
    ]
    if counts.languages:
        told = say.listing(f"{say.language_name(code)} {n}" for code, n in counts.languages.items())
        lines.append(say.gettext("Languages of the guests: {languages}").format(languages=esc(told)))
    if visit.guide_languages:
        guide = say.listing(say.language_name(code) for code in visit.guide_languages)
        lines.append(say.gettext("Guide’s languages: {languages}").format(languages=esc(guide)))
    lines.append("♿ " + say.gettext("Wheelchair places needed: {n}").format(n=counts.wheelchairs))
    return "\n".join(lines)
