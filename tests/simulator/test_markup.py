"""HTML: what Telegram makes of it, in which words it refuses, and what comes back as safe HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.errors import Refused
from bot.simulator.html_reader import utf16_length
from bot.simulator.markup import Marked, read_html, read_plain
from bot.simulator.rendering import safe_html

TAGS = ("b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler")
WORDS = st.text(alphabet="ab <>&\"'é日😀", max_size=6)


def trees() -> st.SearchStrategy[str]:
    """HTML as a careful bot writes it: what people typed is escaped, tags are closed in order."""
    escaped = WORDS.map(lambda t: t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return st.recursive(escaped, lambda inner: st.lists(inner | tagged(inner), max_size=4).map("".join), max_leaves=12)


def tagged(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(TAGS), inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("<b>Bus</b> B01", "Bus B01", [("bold", 0, 3)]),
        ("<strong>a</strong><em>b</em><ins>c</ins><del>d</del>", "abcd",
         [("bold", 0, 1), ("italic", 1, 1), ("underline", 2, 1), ("strikethrough", 3, 1)]),
        ("<b><i>x</i>y</b>", "xy", [("bold", 0, 2), ("italic", 0, 1)]),
        ("😀 <b>x</b>", "😀 x", [("bold", 3, 1)]),
        ("<b>😀</b>", "😀", [("bold", 0, 2)]),
        ("&lt;b&gt; &amp; &quot; &#65; &#x42;", '<b> & " A B', []),
        ("&nbsp; a && b &copy;", "&nbsp; a && b &copy;", []),
        ("<b></b>nothing", "nothing", []),
        ("  <b> x </b>\n", "x", [("bold", 0, 1)]),
        ("<B>x</B>", "x", [("bold", 0, 1)]),
        ("<b>x</>", "x", [("bold", 0, 1)]),
        ("<a href=https>x</a><code class='language-c'><pre>y</pre></code>", "xy", [("pre", 1, 1)]),
        ('<tg-emoji emoji-id="5">😀</tg-emoji><tg-time unix="9">x</tg-time>', "😀x",
         [("custom_emoji", 0, 2), ("date_time", 2, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        ("a\r\nb\tc", "a\nb c", []),
    ],
)  # fmt: skip
def test_html_becomes_text_and_entities(html: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    marked = read_html(html)
    assert marked.text == text
    assert [(e["type"], e["offset"], e["length"]) for e in marked.entities] == entities


def test_links_and_code_keep_what_they_name() -> None:
    assert read_html('<a href="https://example.org/?a=1&amp;b=2">x</a>').entities == (
        {"type": "text_link", "offset": 0, "length": 1, "url": "https://example.org/?a=1&b=2"},
    )
    assert read_html("<a href='tg://user?id=7'>x</a>").entities[0]["user"]["id"] == 7
    assert read_html("<a href='http://localhost/'>x</a>").entities == ()
    assert read_html('<pre><code class="language-python">x</code></pre>').entities == (
        {"type": "pre", "offset": 0, "length": 1, "language": "python"},
    )


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
        ("яя<p>", 'Unsupported start tag "p" at byte offset 4'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
    ],
)
def test_wrong_html_is_refused_in_telegrams_words(html: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        read_html(html)
    assert refused.value.description == f"Bad Request: can't parse entities: {words}"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/start and /help@our_bot", [("bot_command", 0, 6), ("bot_command", 11, 13)]),
        ("see https://example.org/a, or @someone", [("url", 4, 21), ("mention", 30, 8)]),
        ("and/or 1/2 a@b.kz", []),
    ],
)
def test_telegram_finds_commands_links_and_mentions_itself(text: str, kinds: list[tuple[str, int, int]]) -> None:
    assert [(e["type"], e["offset"], e["length"]) for e in read_plain(text).entities] == kinds


def test_what_is_code_is_no_command() -> None:
    assert [e["type"] for e in read_html("<code>/start</code>").entities] == ["code"]


@pytest.mark.parametrize(
    "html",
    [
        "<b>Bus</b> &lt;B01&gt;",
        "<b><i>x</i>y</b>",
        '<a href="https://example.org/?a=1&amp;b=%22">x</a>',
        '<pre><code class="language-python">x &amp; y</code></pre>',
        "<blockquote expandable>😀<tg-spoiler>x</tg-spoiler></blockquote>",
        "<pre>x</pre><code>y</code>",
    ],
)
def test_safe_html_says_the_same(html: str) -> None:
    marked = read_html(html)
    assert safe_html(marked.text, marked.entities) == html


def test_a_bare_address_becomes_a_link() -> None:
    marked = read_plain("😀 https://example.org/a?b=1&c=2")
    assert safe_html(marked.text, marked.entities) == (
        '😀 <a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>'
    )


def test_entities_that_cross_are_cut_so_that_tags_nest() -> None:
    entities = [{"type": "bold", "offset": 0, "length": 2}, {"type": "italic", "offset": 1, "length": 2}]
    marked = read_plain("abc", entities=entities)
    assert safe_html(marked.text, marked.entities) == "<b>a<i>b</i></b><i>c</i>"


def test_nothing_typed_becomes_a_tag() -> None:
    assert safe_html("<script>alert(1)</script>", ()) == "&lt;script&gt;alert(1)&lt;/script&gt;"
    hostile = Marked(text="x", entities=({"type": "text_link", "offset": 0, "length": 1, "url": '"><script>'},))
    assert safe_html(hostile.text, hostile.entities) == '<a href="&quot;&gt;&lt;script&gt;">x</a>'


@given(trees())
def test_entities_lie_inside_the_text_and_survive_the_way_back(html: str) -> None:
    marked = read_html(html)
    length = utf16_length(marked.text)
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= length for e in marked.entities)
    again = read_html(safe_html(marked.text, marked.entities))
    assert again.text == marked.text
    assert shown(again) == shown(marked)


def shown(marked: Marked) -> set[tuple[int, str]]:
    """Which place is drawn how: nothing else matters to a reader."""
    return {(place, e["type"]) for e in marked.entities for place in range(e["offset"], e["offset"] + e["length"])}


@given(st.text(alphabet="<>/b ia=\"'&;#1x😀я", max_size=40))
def test_any_text_is_read_or_refused_and_never_becomes_wrong_html(html: str) -> None:
    try:
        marked = read_html(html)
    except Refused:
        return
    read_html(safe_html(marked.text, marked.entities))
