"""The pictures of /stats: bars and a line, in letters that a phone shows without zooming."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from bot.language import Language
from bot.rules.charts import Bar

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

BARS_ON_A_PICTURE = 24
"""More are on a second picture: letters stay readable where Telegram shows a picture as wide as the phone."""
_WIDTH, _MARGIN = 1080, 48
_ROW, _TITLE, _LETTERS, _SMALL = 56, 44, 30, 26
_LABEL, _COUNT = 270, 170
_INK, _FAINT, _GROUND = "#1B2733", "#D9E1E8", "#FFFFFF"
_FREE, _FILLING, _FULL = "#3E8E5A", "#D9A125", "#C23B3B"
"""Colours that differ in brightness too; each bar says its numbers beside it."""
_FILLS_FROM = 0.85


def fill_charts(bars: Sequence[Bar], *, title: str) -> list[bytes]:
    """Return PNGs with a bar a visit and bus, how many of how many seats are taken beside it."""
    parts = [bars[at : at + BARS_ON_A_PICTURE] for at in range(0, len(bars), BARS_ON_A_PICTURE)]
    return [_fill_chart(part, title=title) for part in parts]


def _fill_chart(bars: Sequence[Bar], *, title: str) -> bytes:
    top = _MARGIN + 2 * _TITLE
    picture, draw = _blank(top + len(bars) * _ROW + _MARGIN)
    _write_title(draw, title)
    left, right = _MARGIN + _LABEL, _WIDTH - _MARGIN - _COUNT
    for number, bar in enumerate(bars):
        y = top + number * _ROW
        font = _font(_LETTERS if bar.is_visit else _SMALL, bold=bar.is_visit)
        draw.text((_MARGIN + (0 if bar.is_visit else 28), y + 8), bar.label, font=font, fill=_INK)
        height = _ROW - 16 if bar.is_visit else _ROW - 30
        upper = y + (_ROW - height) // 2 - 4
        draw.rounded_rectangle((left, upper, right, upper + height), radius=8, fill=_FAINT)
        if bar.taken:
            colour = _FULL if bar.share >= 1 else _FILLING if bar.share >= _FILLS_FROM else _FREE
            end = left + max(16, int((right - left) * bar.share))
            draw.rounded_rectangle((left, upper, end, upper + height), radius=8, fill=colour)
        draw.text((right + 20, y + 8), f"{bar.taken} / {bar.offered}", font=font, fill=_INK)
    return _png(picture)


def growth_chart(points: Sequence[tuple[datetime, int]], *, title: str, say: Language) -> bytes:
    """Return a PNG with how many seats were taken by when; times are the congress's."""
    height = 760
    picture, draw = _blank(height)
    _write_title(draw, title)
    small = _font(_SMALL)
    left, right, top, bottom = _MARGIN + 90, _WIDTH - _MARGIN - 10, _MARGIN + 2 * _TITLE, height - _MARGIN - 60
    most = _top_of_scale(max(taken for _, taken in points))
    first, last = points[0][0], points[-1][0]
    span = max(1.0, (last - first).total_seconds())
    for part in range(5):
        y = bottom - (bottom - top) * part / 4
        draw.line((left, y, right, y), fill=_FAINT, width=2)
        draw.text((left - 16, y), str(most * part // 4), font=small, fill=_INK, anchor="rm")
    places = [
        (left + (right - left) * (moment - first).total_seconds() / span, bottom - (bottom - top) * taken / most)
        for moment, taken in points
    ]
    draw.line(places, fill=_FREE, width=6, joint="curve")
    x, y = places[-1]
    draw.ellipse((x - 9, y - 9, x + 9, y + 9), fill=_FREE)
    draw.text((left, bottom + 20), _short(say, first), font=small, fill=_INK, anchor="lt")
    draw.text((right, bottom + 20), _short(say, last), font=small, fill=_INK, anchor="rt")
    return _png(picture)


def _top_of_scale(most: int) -> int:
    """Return a number that four equal steps of a round number lead to, and that nothing exceeds."""
    tens = 1
    while True:
        for step in (tens, 2 * tens, 3 * tens, 5 * tens):
            if 4 * step >= most:
                return 4 * step
        tens *= 10


def _write_title(draw: "ImageDraw", title: str) -> None:
    size = _TITLE
    while size > _SMALL and draw.textlength(title, font=_font(size, bold=True)) > _WIDTH - 2 * _MARGIN:
        size -= 2
    draw.text((_MARGIN, _MARGIN), title, font=_font(size, bold=True), fill=_INK)


def _short(say: Language, moment: datetime) -> str:
    return f"{moment.astimezone(say.zone):%d.%m} {say.clock(moment)}"


def _blank(height: int) -> "tuple[Image, ImageDraw]":
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (_WIDTH, height), _GROUND)
    return picture, ImageDraw.Draw(picture)


def _font(size: int, *, bold: bool = False) -> "FreeTypeFont":
    import font_roboto
    from PIL import ImageFont

    return ImageFont.truetype(font_roboto.RobotoBold if bold else font_roboto.Roboto, size)


def _png(picture: "Image") -> bytes:
    content = BytesIO()
    picture.save(content, format="PNG")
    return content.getvalue()
