"""After a visit: thanks, a question of one tap, and what organizers read of the answers, without names."""

from collections import Counter
from collections.abc import Sequence

from bot.language import Language
from bot.rules.feedback import LONGEST_COMMENT, SCORES
from bot.services.feedback import Opinions, Said
from bot.texts.markup import esc, pages, words


def question(say: Language, shown: Said) -> str:
    """Thank and ask; once answered, thank and show the answer."""
    lines = [f"<b>{words(say, shown.visit.title)}</b>", ""]
    if shown.said is None:
        lines.insert(0, "🙏 <b>" + say.gettext("Thank you for coming! How was it?") + "</b>")
        lines.append(say.gettext("1 is poor, 5 is excellent. Organizers see no names."))
        return "\n".join(lines)
    lines.insert(0, "🙏 <b>" + say.gettext("Thank you!") + "</b>")
    lines.append(say.gettext("Your rating: {score} of 5").format(score=shown.said.score))
    if shown.said.comment is not None:
        lines.append("💬 " + esc(shown.said.comment))
    return "\n".join(lines)


def rated_answer(say: Language, shown: Said) -> str:
    """Confirm the score in the tap's own answer."""
    assert shown.said is not None
    return say.gettext("Thank you! Your rating: {score} of 5").format(score=shown.said.score)


def ask_comment(say: Language, shown: Said) -> str:
    """Ask for a line of words."""
    return "\n".join(
        [
            f"<b>{words(say, shown.visit.title)}</b>",
            say.gettext("Write one line, up to {most} characters. Organizers read it without your name.").format(
                most=LONGEST_COMMENT
            ),
        ]
    )


def opinion_pages(say: Language, shown: Sequence[Opinions]) -> list[str]:
    """Return the average of each visit; of one alone also how often each score was given, and the comments."""
    head = "⭐ <b>" + say.gettext("How the visits were") + "</b>"
    said = [each for each in shown if each.said]
    if not said:
        return [f"{head}\n\n" + say.gettext("Nobody has answered yet.")]
    entries = [_average(say, each) for each in said]
    if len(shown) == 1:
        (only,) = shown
        given = Counter(each.score for each in only.said)
        entries[0] += "\n" + " · ".join(f"{score}: {given[score]}" for score in reversed(SCORES))
        entries += [f"💬 {esc(each.comment)}" for each in only.said if each.comment is not None]
    return pages(head, entries)


def _average(say: Language, shown: Opinions) -> str:
    return f"<b>{esc(shown.visit.key)}</b> · {words(say, shown.visit.title)}\n" + say.gettext(
        "Average: {average} of 5, answers: {n}"
    ).format(average=say.decimal(shown.average), n=len(shown.said))


def usage_feedback(say: Language) -> str:
    """Explain /feedback."""
    return say.gettext("Write the command alone, or with a visit: {example}").format(
        example="<code>/feedback nab-am</code>"
    )
