"""A picture that fills a phone: large words, black on white, that a driver reads at arm's length."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

_WIDTH, _HEIGHT = 1080, 1920
_MARGIN, _GAP = 60, 40
_SMALL, _LARGE, _SMALLEST = 52, 118, 22
_LARGEST = 1.5
"""Words begin so many times as large and shrink until they fit."""
_LINE = 1.2
"""A line's height, in sizes of its letters."""


def driver_card(pleas: Sequence[Sequence[str]]) -> bytes:
    """Return a PNG with one plea below the other: its second line is large, all words are within the picture."""
    import font_roboto
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (_WIDTH, _HEIGHT), 255)
    draw = ImageDraw.Draw(picture)
    room = (_HEIGHT - 2 * _MARGIN - (len(pleas) - 1) * 2 * _GAP) // len(pleas)
    top = _MARGIN
    for number, plea in enumerate(pleas):
        if number:
            draw.line((_MARGIN, top - _GAP, _WIDTH - _MARGIN, top - _GAP), fill=0, width=4)
        scale = _LARGEST
        while True:
            small = ImageFont.truetype(font_roboto.Roboto, max(_SMALLEST, int(_SMALL * scale)))
            large = ImageFont.truetype(font_roboto.RobotoBold, max(_SMALLEST, int(_LARGE * scale)))
            lines = [
                (line, large if place == 1 else small)
                for place, text in enumerate(plea)
                for line in _wrapped(text, large if place == 1 else small, draw)
            ]
            if sum(font.size * _LINE for _, font in lines) <= room or small.size == large.size:
                break
            scale *= 0.9
        at = float(top)
        for line, font in lines:
            draw.text((_MARGIN, at), line, font=font, fill=0)
            at += font.size * _LINE
        top += room + 2 * _GAP
    content = BytesIO()
    picture.save(content, format="PNG")
    return content.getvalue()


def _wrapped(text: str, font: "FreeTypeFont", draw: "ImageDraw") -> list[str]:
    """Break the text where a line is full; a word longer than a line is broken anywhere."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font=font) <= _WIDTH - 2 * _MARGIN:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if draw.textlength(lines[-1] + letter, font=font) > _WIDTH - 2 * _MARGIN:
                lines.append("")
            lines[-1] += letter
    return lines
