"""What is no TOML: what is wrong and the mend are named in sentences that are translated, at the line where it is."""

import inspect
import re
import tomllib

import pytest

from storage.programme_file import Fault, read_programme
from storage.programme_file.faults import Said
from storage.programme_file.syntax import in_our_words
from tests.makers import PROGRAMME

TEXT = PROGRAMME.read_text(encoding="utf-8")

SLIPS = {
    "a missing =": ('slot = "am"', 'slot "am"', "a key stands here without =", "write it like seats = 45"),
    "words behind a text": ('slot = "am"', 'slot = "am" pm', "something stands behind the value", "into quotes"),
    "a quote within quotes": (
        'slot = "am"',
        'slot = "the "am" one"',
        "something stands behind the value",
        "into quotes",
    ),
    "no key": ('slot = "am"', '= "am"', "what stands here is no key", "begin the line with a key"),
    "a last comma in braces": ('slot = "am"', 'slot = { en = "am", }', "what stands here is no key", "no comma after"),
    "a key twice": ('slot = "am"', 'slot = "am"\nslot = "am"', "stands in the file already", "take one of them out"),
    "a key twice in braces": ('slot = "am"', "slot = { a = 1, a = 2 }", "stands in the file already", "take one"),
    "a list without commas": ('slot = "am"', 'slot = ["am" "pm"]', "a comma or ] is missing", "put commas between"),
    "braces without commas": ('slot = "am"', "slot = { a = 1 b = 2 }", "a comma or } is missing", "put commas between"),
    "a table's name": ("[[buses]]", "[[buses]", "the brackets round the name", "write it like [[visits]]"),
    "no closing quote": ('slot = "am"', 'slot = "am', "a text in quotes does not end", "close it with a quote"),
    "no closing apostrophe": ('slot = "am"', "slot = 'am", "a text in quotes does not end", "close it with a quote"),
    "a bell": ('slot = "am"', 'slot = "a\am"', "a character stands here", "delete the line"),
    "a nul": ('slot = "am"', r'slot = "a\u0000m"', "a character stands here", "delete the line"),
    "a backslash": ('slot = "am"', r'slot = "C:\am"', "begins with \\ like this", r"write \\ where \ is meant"),
    "a day that is none": ('slot = "am"', "slot = 2025-02-30", "there is no such date", "write it like 2025-08-22"),
    "no quotes": ('slot = "am"', "slot = am", "this value cannot be read", "put a text into quotes"),
    "a number beyond reading": ('slot = "am"', f"slot = {'9' * 5_000}", "this number is too long", "shorten it"),
    "brackets without end": ('slot = "am"', f"slot = {'[' * 5_000}", "more lists in lists", "close each list"),
}


def fault_of(text: str) -> Fault:
    faults = read_programme(text, source="e.toml")
    assert isinstance(faults, list)
    [fault] = faults
    return fault


@pytest.mark.parametrize(("right", "wrong", "problem", "mend"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_named_with_its_line_and_its_mend(right: str, wrong: str, problem: str, mend: str) -> None:
    before, _, after = TEXT.partition(right)
    fault = fault_of(before + wrong + after)
    assert fault.place == f"e.toml, line {(before + wrong).count(chr(10)) + 1}"
    assert problem in fault.problem
    assert mend in fault.mend
    assert isinstance(fault.problem, Said)
    assert isinstance(fault.mend, Said)


def test_a_text_that_ends_in_the_middle_names_its_last_line() -> None:
    assert fault_of("schema_version = 1\nlanguages = [\n").place == "e.toml, line 3"
    assert "does not end" in fault_of('schema_version = 1\nname = """\nCongress\n').problem


def test_everything_that_the_reader_can_say_is_said_in_our_words() -> None:
    reader = inspect.getsource(inspect.getmodule(tomllib.loads))  # type: ignore[arg-type]
    messages = {
        re.sub(r"{.*?}", "'x'", message).replace(r"\\", "\\")
        for message in re.findall(r'suffixed_err\(\s*src,\s*\w+,\s*f?"(.*?)"\s*\)', reader, flags=re.DOTALL)
    }
    assert len(messages) > 15
    assert not [message for message in messages if in_our_words(message)[0].startswith("this is not TOML")]


def test_what_a_later_reader_may_say_is_handed_on() -> None:
    problem, mend = in_our_words("Flux capacitor missing")
    assert problem == "this is not TOML: Flux capacitor missing"
    assert "this line and the one above" in mend
