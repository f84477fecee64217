"""What organizers read of an announcement: its preview, how far it is, how it went, and why it could not go."""

from typing import assert_never

from bot.language import LANGUAGES, Language
from bot.rules.audience import EVERYBODY
from bot.rules.wording import ANY, gaps_of, text_for, texts_of
from bot.services.broadcasts import DraftGone, NobodyListens, NoText, Preview, Progress
from bot.services.organizers import UnknownName
from bot.texts.markup import bar, esc, words
from bot.texts.messages import announcement
from storage.records import Visit


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
    ]
    return "\n".join(lines)


def refused(say: Language, why: NobodyListens | NoText | DraftGone | UnknownName, *, most: int) -> str:
    """Say why nothing can be sent, and the mend."""
    match why:
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


def preview(say: Language, shown: Preview) -> str:
    """Show an announcement as its readers will see it, with how many they are and which language has no text."""
    texts = texts_of(shown.text)
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
    lines.append(say.gettext("Your texts go out as you wrote them, to each reader in their language."))
    return "\n".join(lines)


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
    if shown.opted_out:
        lines.append(_opted_out(say, shown.opted_out))
    return "\n".join(lines)


def _to(say: Language, visit: Visit | None, who: str) -> str:
    if visit is not None:
        return words(say, visit.title)
    return f"<code>{esc(who)}</code>" if who not in ("", EVERYBODY) else say.gettext("everybody who uses the bot")


def _opted_out(say: Language, n: int) -> str:
    return "🔕 " + say.gettext("Not written to, as they wish (/stop): {n}").format(n=n)
