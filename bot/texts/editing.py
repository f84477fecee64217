"""The texts of the programme, as organizers write them: what each says, what is missing, what has changed."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import LANGUAGES, Language
from bot.rules.editing import CONGRESS, Place, Text, gaps, words_now
from bot.services.editing import Asked, BadText, Meanwhile, Proposal, SameText, Saved
from bot.services.editing_facts import Gaps, OneText, Texts, UnknownText
from bot.services.visits import VisitCard
from bot.texts import visits
from bot.texts.log import doer
from bot.texts.markup import cut, esc, units, words
from bot.texts.profile import description
from bot.texts.welcome import desk, menu
from storage.records import Congress, Words

_SNIPPET = 40
_MOST = 12
_SIDE = 560
"""Of one language's old or new text, in UTF-16 units."""


def usage(say: Language) -> str:
    """Explain the command by examples that work."""
    return "\n".join(
        [
            "✏️ <b>" + say.gettext("Texts of the programme, in three languages") + "</b>",
            say.gettext("All texts of a visit, to choose from: {example}").format(example="<code>/texts nab-am</code>"),
            say.gettext("One text in one line, shown before it is saved:"),
            "<code>/texts nab-am title kk Ұлттық академиялық кітапхана</code>",
            say.gettext("Names and the desk of the congress: {example}").format(
                example=f"<code>/texts {CONGRESS}</code>"
            ),
        ]
    )


def text_gaps(say: Language, shown: Gaps) -> str:
    """Explain the command, and say which visits lack translations."""
    lacking = [f"<code>{esc(visit.key)}</code>: {n}" for visit, n in shown.visits if n]
    if shown.congress:
        lacking.append(f"<code>{CONGRESS}</code>: {shown.congress}")
    if not lacking:
        told = "✅ " + say.gettext("No translation is missing.")
    else:
        head = "⚠️ " + say.gettext("Translations are missing (empty, or the same as in another language):")
        rest = len(lacking) - _MOST
        more = ["… " + say.ngettext("and {n} more line", "and {n} more lines", rest).format(n=rest)] if rest > 0 else []
        told = "\n".join([head, *lacking[:_MOST], *more])
    return f"{usage(say)}\n\n{told}"


def gap_label(say: Language, name: str, n: int) -> str:
    """Return the button of a visit or of the congress, with how many translations it lacks."""
    return f"⚠️ {cut(name, 24)} · {n}" if n else cut(name, 24)


def title(say: Language, text: Text, *, congress: Congress) -> str:
    """Name a text, of which library where it is one's; plain text."""
    if text.place is Place.LIBRARY:
        return f"{cut(say.words(congress.libraries[text.id].short), 24)}: {_field(say, text)}"
    return _field(say, text)


def all_texts(say: Language, shown: Texts) -> str:
    """Show every text in short: how it begins, in which languages it is there and in which it is missing."""
    head = say.gettext("Texts: {name}").format(name=esc(shown.name))
    lines = [f"✏️ <b>{head}</b>"]
    if shown.visit is not None:
        lines.append(words(say, shown.visit.title))
    for text in shown.texts:
        said = words_now(text, shown.visit, shown.congress)
        named = f"<b>{esc(title(say, text, congress=shown.congress))}</b> <code>{esc(text.typed)}</code>"
        lines += ["", f"{named} {_marks(text, said, shown.congress)}"]
        if said is not None:
            lines.append(esc(cut(" ".join(say.words(said).split()), _SNIPPET)))
    if shown.visit is None:
        lines += ["", "🔒 " + say.gettext("The privacy notice is changed by /import alone: people have agreed to it.")]
    return "\n".join(lines)


def one_text(say: Language, shown: OneText) -> str:
    """Show a text in full in each language."""
    parts = [_head(say, shown)]
    missing = gaps(shown.text, shown.words, shown.congress.languages)
    for code in shown.congress.languages:
        said = "" if shown.words is None else shown.words.get(code, "")
        mark = " ⚠️ " + say.gettext("missing") if code in missing or not said else ""
        parts.append(f"<b>{_language(code)}</b>{mark}\n{esc(_cut(said)) or '–'}")
    return "\n\n".join(parts)


def asked(say: Language, shown: Asked) -> str:
    """Ask for the new text."""
    head = _head(say, shown.shown)
    if shown.language:
        wanted = say.gettext("Write the new text, in this language: {language}").format(
            language=f"<b>{_language(shown.language)}</b>"
        )
        now = "" if shown.shown.words is None else shown.shown.words.get(shown.language, "")
        parts = [head, wanted, f"<code>{esc(now)}</code>"]
    else:
        parts = [head, say.gettext("Write the new text in all languages, each on a line of its own:"), _example(shown)]
    return "\n\n".join([*parts, say.gettext("/cancel leaves it as it is.")])


def proposed(say: Language, shown: Proposal) -> str:
    """Show old and new, and whose change stands between."""
    parts = [_head(say, shown.shown)]
    if shown.by is not None:
        parts.append(
            "⚠️ "
            + say.gettext("Changed meanwhile by {name}. Nothing is saved: compare with what it says now.").format(
                name=doer(say, shown.by)
            )
        )
    parts += [_change(say, code, shown.shown.words, shown.new) for code in shown.new]
    if shown.shown.text.is_on_tickets:
        parts.append(say.gettext("Tickets that show it are renewed without a sound. Nobody gets a message."))
    else:
        parts.append(say.gettext("Nobody gets a message."))
    return "\n\n".join(parts)


def as_seen(say: Language, shown: Proposal, *, now: datetime) -> str:
    """Show in one language what people will see: the card of the visit, of its libraries, or the desk's lines."""
    visit, congress = shown.seen
    text = shown.shown.text
    if text.place is Place.CONGRESS and text.section == "contacts":
        return desk(say, congress.contacts)
    if visit is None:
        return esc(description(say, congress)) if text.field == "name" else menu(say, congress)
    if text.place is Place.LIBRARY and text.field != "short":
        return visits.libraries(say, visit, congress=congress)
    return visits.card(say, VisitCard(visit=visit, refusal=None, own=None), congress=congress, now=now)


def card_too_long(say: Language) -> str:
    """Refuse a text with which the card would not fit one message."""
    return "🚫 " + say.gettext(
        "With this text the card would be longer than one message of Telegram can be. Nothing has changed. Write it "
        "shorter, or /cancel."
    )


def bad_text(say: Language, refused: BadText) -> str:
    """Say why the words cannot stand there, with the limit and the mend."""
    if refused.most:
        much = refused.length - refused.most
        why = say.ngettext(
            "Too long: {length} characters, at most {most} fit. Shorten it by {n} character.",
            "Too long: {length} characters, at most {most} fit. Shorten it by {n} characters.",
            much,
        ).format(length=refused.length, most=refused.most, n=much)
    elif refused.missing:
        why = say.gettext("Words are missing in: {languages}. Each language begins a line with its mark:").format(
            languages=say.listing(_language(code) for code in refused.missing)
        )
        why += "\n" + _marked(refused.shown)
    else:
        why = say.gettext("There are no words in it. Write the text.")
    where = f" ({_language(refused.language)})" if refused.language else ""
    named = esc(title(say, refused.shown.text, congress=refused.shown.congress))
    return f"🚫 <b>{named}</b>{where}\n{why}\n\n" + say.gettext("Nothing has changed. Write it again, or /cancel.")


def same_text(say: Language, refused: SameText) -> str:
    """Say that nothing is new."""
    return f"{_head(say, refused.shown)}\n\n" + say.gettext("That is what it says already. Nothing has changed.")


def saved(say: Language, done: Saved) -> str:
    """Say what is in use now, old and new."""
    codes = [*(done.now or {}), *(code for code in done.was or {} if code not in (done.now or {}))]
    parts = ["✅ <b>" + say.gettext("Saved, in use at once.") + "</b>\n" + _head(say, done.shown)]
    parts += [_change(say, code, done.was, done.now or {}) for code in codes]
    if done.renewed:
        parts.append(
            say.ngettext(
                "{n} seat: its ticket is renewed without a sound.",
                "{n} seats: their tickets are renewed without a sound.",
                done.renewed,
            ).format(n=done.renewed)
        )
    return "\n\n".join(parts)


def saved_answer(say: Language) -> str:
    """The outcome in the tap's own answer."""
    return say.gettext("Saved, in use at once.")


def meanwhile_answer(say: Language) -> str:
    """The tap's own answer where somebody else has changed the text."""
    return say.gettext("Somebody has changed this text meanwhile. Nothing is saved.")


def not_undone(say: Language, refused: Meanwhile) -> str:
    """Say that another change stands in the way, and what the text says now."""
    told = say.gettext("Changed meanwhile by {name}; it is not taken back. This is what it says now:").format(
        name=doer(say, refused.by)
    )
    return f"⚠️ {told}\n\n{one_text(say, refused.shown)}"


def gone(say: Language) -> str:
    """Answer a button of a text that is not being written any more."""
    return "⌛ " + say.gettext("Nothing is being written any more. Begin again: {example}").format(
        example="<code>/texts</code>"
    )


def unknown_text(say: Language, refused: UnknownText) -> str:
    """Say which texts there are."""
    known = ", ".join(f"<code>{esc(each)}</code>" for each in refused.known[:20])
    told = say.gettext("There is no text “{name}” here. There are: {texts}.").format(
        name=esc(cut(refused.typed, 40)), texts=known
    )
    example = f"<code>/texts {esc(refused.name)} {esc(refused.known[0])} kk …</code>"
    return f"🚫 {told}\n{example}"


def _head(say: Language, shown: OneText) -> str:
    named = esc(title(say, shown.text, congress=shown.congress))
    lines = [f"✏️ <b>{esc(shown.name)}</b> · <b>{named}</b>"]
    if shown.visits > 1:
        lines.append(say.ngettext("Shown on {n} visit.", "Shown on {n} visits.", shown.visits).format(n=shown.visits))
    return "\n".join(lines)


def _change(say: Language, code: str, was: Words | None, now: Words) -> str:
    before, after = (esc(_cut((each or {}).get(code, ""))) or "–" for each in (was, now))
    # Translators: these stand before a text as it was and as it will be.
    return (
        f"<b>{_language(code)}</b>\n"
        + say.gettext("Old: {text}").format(text=before)
        + "\n"
        + say.gettext("New: {text}").format(text=after)
    )


def _cut(text: str) -> str:
    """Three languages, old and new, fit one message; only emoji are cut, which Telegram counts twice."""
    return text if units(text) <= _SIDE else cut(text, _SIDE // 2)


def _marks(text: Text, said: Words | None, congress: Congress) -> str:
    if said is None:
        return "–"
    missing = gaps(text, said, congress.languages)
    return " ".join(f"{code} {'⚠️' if code in missing else '✓'}" for code in congress.languages)


def _example(shown: Asked) -> str:
    return _marked(shown.shown)


def _marked(shown: OneText) -> str:
    said = shown.words or {}
    lines: Sequence[str] = [f"{code}: {said.get(code, '…')}" for code in shown.congress.languages]
    return f"<code>{esc(chr(10).join(lines))}</code>"


def _language(code: str) -> str:
    return LANGUAGES.get(code, code)


def _field(say: Language, text: Text) -> str:
    """Name a text of a visit, a library, a meeting point or the congress."""
    match text.place, text.field:
        case Place.POINT, _:
            return say.gettext("Meeting point")
        case Place.CONGRESS, "name":
            return say.gettext("Name of the congress")
        case Place.CONGRESS, "sample_note":
            return say.gettext("Note about samples")
        case Place.CONGRESS, "desk":
            # Translators: one text that organizers can write: who helps, where, and when.
            return say.gettext("Desk: name")
        case Place.CONGRESS, "place":
            return say.gettext("Desk: place")
        case Place.CONGRESS, _:
            return say.gettext("Desk: hours")
        case _, "title":
            return say.gettext("Title")
        case _, "bring":
            return say.gettext("What to bring")
        case _, "payment":
            return say.gettext("How to pay")
        case _, "name":
            return say.gettext("name")
        case _, "short":
            return say.gettext("short name")
        case _, "address":
            return say.gettext("address")
        case Place.LIBRARY, _:
            return say.gettext("description")
        case _:
            return say.gettext("Description")
