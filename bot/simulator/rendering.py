"""Texts with entities, written as safe HTML for the page and for tests."""

from html import escape

from bot.simulator.wire import Json

TAGS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "tg-spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "expandable_blockquote": "blockquote",
}  # fmt: skip


def safe_html(text: str, entities: tuple[Json, ...]) -> str:
    """The text as HTML with nothing in it but Telegram's own tags; line breaks stay line breaks."""
    if not entities:
        return escape(text, quote=False)
    units = text.encode("utf-16-le", "surrogatepass")
    edges = sorted({0, len(units) // 2} | {p for e in entities for p in (e["offset"], e["offset"] + e["length"])})
    edges = [edge for edge in edges if 0 <= edge <= len(units) // 2]
    out: list[str] = []
    stack: list[Json] = []
    waiting = list(entities)
    for start, end in zip(edges, [*edges[1:], None], strict=True):
        while stack and any(e["offset"] + e["length"] <= start for e in stack):
            # What crosses another entity is cut in two, so that the tags nest.
            closing = stack.pop()
            out.append(_tags(closing, text)[1])
            if closing["offset"] + closing["length"] > start:
                waiting.insert(0, {**closing, "length": closing["offset"] + closing["length"] - start, "offset": start})
        while waiting and waiting[0]["offset"] <= start:
            entity = waiting.pop(0)
            stack.append(entity)
            out.append(_tags(entity, text)[0])
        if end is not None:
            out.append(escape(units[start * 2 : end * 2].decode("utf-16-le", "replace"), quote=False))
    out.extend(_tags(entity, text)[1] for entity in reversed(stack))
    return "".join(out)


def _tags(entity: Json, text: str) -> tuple[str, str]:
    kind = entity["type"]
    if kind in ("text_link", "url"):
        url = entity.get("url") or slice_utf16(text, entity["offset"], entity["length"])
        return f'<a href="{escape(url)}">', "</a>"
    if kind == "pre" and "language" in entity:
        return f'<pre><code class="language-{escape(entity["language"])}">', "</code></pre>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    tag = TAGS.get(kind)
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")


def slice_utf16(text: str, offset: int, length: int) -> str:
    """The part of the text an entity names."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")
