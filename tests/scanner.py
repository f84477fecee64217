"""A phone's camera for tests: reads a QR code off a picture or a printed page, and the text off a PDF."""

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from PIL import Image
from segno import consts

Grid = list[list[bool]]
"""A code's modules row by row without a margin; True is dark."""

_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def scan(picture: bytes) -> str:
    """Return what the QR code of a PNG says. It must stand upright and have the four light modules around it."""
    image = Image.open(BytesIO(picture)).convert("L")
    width, height = image.size
    dark = [[image.getpixel((x, y)) < 128 for x in range(width)] for y in range(height)]  # type: ignore[operator]
    top = next(y for y, row in enumerate(dark) if any(row))
    left = dark[top].index(True)
    module = (dark[top].index(False, left) - left) // 7  # the upper side of the first finder
    assert min(left, top) >= 4 * module, "no margin: scanners need one of four modules"
    across = (width - 2 * left) // module
    middle = module // 2
    return read(
        [[dark[top + y * module + middle][left + x * module + middle] for x in range(across)] for y in range(across)]
    )


def scan_page(pdf: bytes) -> str:
    """Return what the QR code on a PDF page says, which is drawn as squares."""
    (page,) = [content for content in _streams(pdf) if b" re f" in content]
    squares = [
        tuple(float(number) for number in square.groups())
        for square in re.finditer(rb"([\d.]+) ([\d.]+) ([\d.]+) -[\d.]+ re f", page)
    ]
    left, top, module = min(x for x, _, _ in squares), max(y for _, y, _ in squares), squares[0][2]
    placed = {(round((top - y) / module), round((x - left) / module)) for x, y, _ in squares}
    size = max(max(place) for place in placed) + 1
    return read([[(y, x) in placed for x in range(size)] for y in range(size)])


def read(code: Grid) -> str:
    """Return the text of a code of version 1 to 6 in byte mode; it is not damaged, so nothing is corrected."""
    size = len(code)
    version = (size - 17) // 4
    assert size == 17 + 4 * version <= 41, size
    places = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    shape = int("".join(str(int(code[y][x])) for y, x in places), 2) ^ 0b101010000010010
    level, mask = shape >> 13, _MASKS[shape >> 10 & 7]
    bits = "".join(str(int(code[y][x] ^ mask(y, x))) for y, x in _data_modules(size))
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]
    table: Any = consts.ECC[version]
    data = _in_order(words, [each.num_data for each in table[level] for _ in range(each.num_blocks)])
    flat = "".join(f"{word:08b}" for word in data)
    assert flat[:4] == "0100", "not in byte mode"
    length = int(flat[4:12], 2)
    return bytes(int(flat[12 + 8 * at : 20 + 8 * at], 2) for at in range(length)).decode("ascii")


def _data_modules(size: int) -> Iterator[tuple[int, int]]:
    """Yield the places of the data from the lower right corner on, in columns of two, up and down."""
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):  # column 6 is the timing pattern
        for step in range(size):
            y = size - 1 - step if upwards else step
            yield from ((y, x) for x in (right, right - 1) if not _is_frame(y, x, size))
        upwards = not upwards


def _is_frame(y: int, x: int, size: int) -> bool:
    """Say whether a place is a finder, timing, alignment or format module."""
    in_finder = (y <= 8 and x <= 8) or (y <= 8 and x >= size - 8) or (y >= size - 8 and x <= 8)
    centre = size - 7
    in_alignment = size > 21 and abs(y - centre) <= 2 and abs(x - centre) <= 2
    return in_finder or in_alignment or 6 in (y, x)


def _in_order(words: list[int], lengths: list[int]) -> list[int]:
    blocks: list[list[int]] = [[] for _ in lengths]
    following = iter(words)
    for place in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if place < length:
                block.append(next(following))
    return [word for block in blocks for word in block]


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF as a reader copies it, a line a line: by each font's own table of letters."""
    objects = {int(found[1]): found[2] for found in re.finditer(rb"(\d+) 0 obj\n(.*?)endobj", pdf, re.DOTALL)}
    fonts: dict[bytes, dict[int, str]] = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body):
            table = objects[int(re.findall(rb"/ToUnicode (\d+) 0 R", objects[int(number)])[0])]
            pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4,8})>", table)
            fonts[name] = {
                int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in pairs
            }
    lines = []
    for content in _streams(pdf):
        letters: dict[int, str] = {}
        for font, shown in re.findall(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", content, re.DOTALL):
            if font:
                letters = fonts[font]
                continue
            raw = re.sub(rb"\\(.)", lambda found: {b"r": b"\r"}.get(found[1], found[1]), shown, flags=re.DOTALL)
            glyphs = [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
            lines.append("".join(letters[glyph] for glyph in glyphs))
    return "\n".join(lines)


def _streams(pdf: bytes) -> Iterator[bytes]:
    """Yield what is drawn on the pages."""
    for raw in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            content = zlib.decompress(raw)
        except zlib.error:
            continue
        if b" Tj" in content and b"BT" in content:
            yield content
