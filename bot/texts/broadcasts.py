"""What organizers read of an announcement: its preview, how far it is, how it went, and why it could not go."""

from collections.abc import Mapping
from typing import assert_never

from bot.language import LANGUAGES, Language
from bot.rules.audience import EVERYBODY
from bot.rules.phrasing import BadGap, TooMuch, UnknownPhrase, is_phrased, read_phrases
from bot.rules.scheduling import NotAMoment, TooFar, TooLate
from bot.rules.wording import ANY, gaps_of, text_for, texts_of
from bot.services.broadcasts import BadMoment, BadPhrase, DraftGone, NobodyListens, NoText, Planned, Preview, Progress
from bot.services.hearing import Silence
from bot.services.organizers import UnknownName
from bot.texts.markup import bar, cut, esc, name, words
from bot.texts.messages import announcement
from bot.texts.phrases import bad_phrase, phrased
from bot.texts.undelivered import untold
from storage.records import Visit

_LONGEST_TYPED, _LONGEST_SHOWN, _MOST_NAMES = 40, 300, 40


def usage(say: Language, *, most: int) -> str:
    """Explain /announce, by examples that work."""
    lines = [
        say.gettext("Write whom it is for and the text, up to {most} characters:").format(most=most),
        "<code>/announce nab-am …</code>",
        "<code>/announce B01 or B02: …</code>",
        "<code>/announce karaganda and kk: …</code>",
        "<code>/announce nab-am and waiting: …</code>",
        "",
        # Translators: booked, waiting, silent, all, and, or are written by organizers as they stand here, in English.
        say.gettext(
            "Names: visit, bus, city, language (en, kk, ru), booked, waiting, silent, a role, all. Joined by: and, or."
        ),
        say.gettext("Two or three languages: begin each text on a new line with en:, kk: or ru:"),
        say.gettext("Ready in all languages: {example}, see /phrases").format(
            example="<code>/announce B01 #late B01 15</code>"
        ),
        say.gettext("Later, and asking for an answer: {example}").format(
            example="<code>/announce nab-am @07:40 !ok …</code>"
        ),
    ]
    return "\n".join(lines)


Refused = NobodyListens | NoText | DraftGone | UnknownName | BadMoment | BadPhrase


def refused(say: Language, why: Refused, *, most: int) -> str:
    """Say why nothing can be sent, and the mend."""
    match why:
        case UnknownPhrase() | BadGap() | TooMuch():
            return bad_phrase(say, why)
        case NotAMoment(typed):
            text = say.gettext("There is no such time: {typed}. Write it so: {examples}")
            return "🚫 " + text.format(
                typed=f"<code>{esc(cut(typed, _LONGEST_TYPED))}</code>",
                examples="<code>@07:40</code>, <code>@22.08 07:40</code>, <code>@2025-08-22 07:40</code>",
            )
        case TooLate(moment):
            return "🚫 " + say.gettext("{moment} is in the past; nothing has changed.").format(
                moment=say.moment(moment)
            )
        case TooFar(moment):
            return "🚫 " + say.gettext("{moment} is too far ahead; nothing has changed.").format(
                moment=say.moment(moment)
            )
        case UnknownName(typed):
            unknown = say.gettext("“{name}” is no visit, bus, city, language, state or role.").format(name=esc(typed))
            return f"🚫 {unknown}\n\n{usage(say, most=most)}"
        case NoText():
            return usage(say, most=most)
        case NobodyListens(visit, who) if visit is None and who != EVERYBODY:
            return "🚫 " + say.gettext("Nobody is in this audience: {audience}").format(
                audience=f"<code>{esc(who)}</code>"
            )
        case NobodyListens(None):
            return "🚫 " + say.gettext("Nobody uses the bot yet.")
        case NobodyListens():
            return "🚫 " + say.gettext("Nobody has signed up for this visit yet.")
        case DraftGone():
            return "🚫 " + say.gettext("This preview is no longer valid. Write the announcement again.")
        case _:
            assert_never(why)


def preview(say: Language, shown: Preview, *, languages: Mapping[str, Language]) -> str:
    """Show an announcement as its readers will see it, with how many they are and which language has no text."""
    texts = _texts(shown, languages)
    lines = [
        "📣 <b>" + say.gettext("Preview") + "</b>",
        say.gettext("To: {audience}").format(audience=_to(say, shown.visit, shown.who)),
        say.gettext("People: {n} ({languages})").format(
            n=shown.people,
            languages=say.listing(f"{LANGUAGES.get(code, code)} {n}" for code, n in sorted(shown.languages.items())),
        ),
    ]
    if shown.unreachable:
        lines.append("⚠️ " + say.gettext("Cannot be reached: {n}").format(n=shown.unreachable))
    if shown.opted_out:
        lines.append(_opted_out(say, shown.opted_out))
    if shown.due_at is not None:
        lines.append("⏰ " + say.gettext("Goes out: {moment}").format(moment=say.moment(shown.due_at)))
    if shown.asks:
        lines.append("👍 " + say.gettext("Its readers are asked to confirm. After 5 minutes you read who has not."))
    if shown.waits_until is not None:
        lines.append(
            "🌙 " + say.gettext("Quiet hours: it goes out at {time}").format(time=say.clock(shown.waits_until))
        )
    for code in gaps_of(texts, shown.languages):
        _, instead = text_for(texts, code)
        lines.append(
            "⚠️ "
            + say.gettext("No text in {language}: {n} read {other}").format(
                language=LANGUAGES.get(code, code),
                n=shown.languages[code],
                other=LANGUAGES.get(instead, "…"),
            )
        )
    if set(texts) <= {ANY}:
        lines += ["", f"<blockquote>{announcement(say, text=shown.text)}</blockquote>", ""]
        lines.append(say.gettext("Your text goes out as you wrote it, in one language, to everybody."))
        return "\n".join(lines)
    for code, text in texts.items():
        lines += ["", f"<b>{LANGUAGES.get(code, '…')}</b>", f"<blockquote>{esc(text)}</blockquote>"]
    if is_phrased(shown.text):
        lines.append(say.gettext("From the phrasebook: each reader gets it in their own language."))
    else:
        lines.append(say.gettext("Your texts go out as you wrote them, to each reader in their language."))
    return "\n".join(lines)


def _texts(shown: Preview, languages: Mapping[str, Language]) -> dict[str, str]:
    """Return the text of each language; of phrases all there are."""
    sayings = read_phrases(shown.text) if is_phrased(shown.text) else ()
    if not sayings or not isinstance(sayings, tuple):
        return texts_of(shown.text)
    return {code: phrased(language, sayings) for code, language in languages.items()}


def planned(say: Language, shown: Planned) -> str:
    """Say when an announcement goes out, to whom and what it says; or that it does not."""
    announcement = shown.announcement
    assert announcement.due_at is not None
    title = (
        "⏰ <b>" + say.gettext("Planned for {moment}").format(moment=say.moment(announcement.due_at)) + "</b>"
        if announcement.is_planned
        else "✖️ <b>" + say.gettext("Withdrawn: it does not go out") + "</b>"
    )
    lines = [
        title,
        say.gettext("To: {audience}").format(audience=_to(say, shown.visit, announcement.who)),
        say.gettext("People as things are now: {n}").format(n=shown.people),
        say.gettext("Planned by {name}").format(name=name(shown.author)),
    ]
    if announcement.asks:
        lines.append("👍 " + say.gettext("Its readers are asked to confirm. After 5 minutes you read who has not."))
    return "\n".join([*lines, f"<blockquote>{esc(cut(announcement.text, _LONGEST_SHOWN))}</blockquote>"])


def withdrawn_answer(say: Language) -> str:
    """The outcome of withdrawing in the tap's own answer."""
    return say.gettext("It does not go out.")


def heard_answer(say: Language) -> str:
    """The outcome of a reader's tap in its own answer."""
    return say.gettext("Thank you, noted.")


def unheard(say: Language, shown: Silence) -> str:
    """Say who has not confirmed an announcement, with the buses they ride; whom it did not reach is marked."""
    announcement = shown.announcement
    lines = [
        "👍 <b>" + say.gettext("Confirmed: {n}").format(n=shown.confirmed) + "</b>",
        say.gettext("To: {audience}").format(audience=f"<code>{esc(announcement.who or EVERYBODY)}</code>"),
        f"<blockquote>{esc(cut(announcement.text, _LONGEST_SHOWN))}</blockquote>",
    ]
    if not shown.people:
        return "\n".join([*lines, say.gettext("Everybody has confirmed.")])
    lines.append("<b>" + say.gettext("Not confirmed: {n}").format(n=len(shown.people)) + "</b>")
    for person in shown.people[:_MOST_NAMES]:
        buses = f" · {esc(', '.join(person.buses))}" if person.buses else ""
        missed = "" if person.arrived else " ⚠️"
        lines.append(f"• {name(cut(person.name, _LONGEST_TYPED))}{buses}{missed}")
    if len(shown.people) > _MOST_NAMES:
        more = len(shown.people) - _MOST_NAMES
        lines.append(say.ngettext("and {n} more", "and {n} more", more).format(n=more))
    if any(not person.arrived for person in shown.people):
        lines.append("⚠️ " + say.gettext("did not arrive, or it is not certain that it did"))
    if shown.reminded:
        lines += ["", "🔔 " + say.gettext("Reminded: {n}").format(n=shown.reminded)]
    return "\n".join(lines)


def reminded_answer(say: Language, shown: Silence) -> str:
    """The outcome of reminding in the tap's own answer."""
    return say.gettext("Reminded: {n}").format(n=shown.reminded)


def tested_answer(say: Language) -> str:
    """The texts were sent to the author alone."""
    return say.gettext("Sent to you alone.")


def progress(say: Language, shown: Progress) -> str:
    """Say how far an announcement is, and at the end how it went."""
    counts = shown.counts
    title = say.gettext("Announcement sent") if shown.finished else say.gettext("Sending the announcement…")
    done = counts.total - counts.waiting
    lines = [
        f"📣 <b>{title}</b>",
        say.gettext("To: {audience}").format(audience=_to(say, shown.visit, shown.announcement.who)),
        bar(done, counts.total),
        say.gettext("Sent: {sent} of {total}").format(sent=counts.sent, total=counts.total),
        say.gettext("Unreachable: {n}").format(n=counts.unreachable),
        say.gettext("Failed: {n}").format(n=counts.failed),
    ]
    if counts.unknown:
        lines.append(say.gettext("Sent, arrival not certain: {n}").format(n=counts.unknown))
    if shown.announcement.asks:
        lines.append("👍 " + say.gettext("Confirmed: {n}").format(n=shown.confirmed))
    if shown.opted_out:
        lines.append(_opted_out(say, shown.opted_out))
    return "\n".join([*lines, *untold(say, shown.untold)])


def _to(say: Language, visit: Visit | None, who: str) -> str:
    if visit is not None:
        return words(say, visit.title)
    return f"<code>{esc(who)}</code>" if who not in ("", EVERYBODY) else say.gettext("everybody who uses the bot")


def _opted_out(say: Language, n: int) -> str:
    return "🔕 " + say.gettext("Not written to, as they wish (/stop): {n}").format(n=n)
