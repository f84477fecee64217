"""How a list of people is read: encodings, separators, headers in three languages, every fault at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.registered import (
    MOST_WRONG_NUMBERS,
    WRONG_NUMBERS_FOR,
    ListFault,
    PeopleList,
    Wrong,
    difference,
    is_for_registered,
    number_key,
    read_people,
)
from storage.records import Registered, RegisteredRow
from tests.makers import a_congress, a_visit

DAY = timedelta(days=1)
EMMA = Registered(number="A-1", name="Emma Brown", language="en", city="Oslo", notes="VIP")


def people(content: bytes) -> dict[str, Registered]:
    read = read_people(content)
    assert isinstance(read, PeopleList), read
    return dict(read.people)


def wrongs(text: str | bytes) -> list[tuple[int, Wrong]]:
    read = read_people(text.encode() if isinstance(text, str) else text)
    assert not isinstance(read, PeopleList)
    return [(fault.line, fault.wrong) for fault in read]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("header", ["Registration number|Full name", "Регистрационный номер|ФИО", "№|Имя и фамилия"])
def test_a_list_is_read_as_programs_write_it(encoding: str, separator: str, header: str) -> None:
    if encoding == "cp1251" and header.startswith("Registration"):
        header = "number|name"
    text = f"{header}\r\nA-1|Иван Петров\r\n\r\nA-2|Emma Brown\r\n".replace("|", separator)
    assert people(text.encode(encoding)) == {
        "A1": Registered(number="A-1", name="Иван Петров"),
        "A2": Registered(number="A-2", name="Emma Brown"),
    }


def test_kazakh_headers_columns_in_any_order_and_excels_own_first_line() -> None:
    text = "sep=;\nҚала;Тегі;Тілі;Аты;Тіркеу нөмірі;Ескертпе;E-mail\nOslo;Brown;ағылшын;Emma;A-1;VIP;x\n"
    read = read_people(text.encode())
    assert isinstance(read, PeopleList)
    assert list(read.people.values()) == [
        Registered(number="A-1", name="Emma Brown", language="en", city="Oslo", notes="VIP")
    ]
    assert read.ignored == ("E-mail",)


def test_every_fault_is_named_with_its_line() -> None:
    text = "number,name,language\n,Emma,en\nA-1,,en\nA-1,Dana,xx\n1.2E+05!,Ivan,\nA-2,?йгерім,kk\nA-3,a,en,more\n"
    assert wrongs(text) == [
        (2, Wrong.NO_NUMBER),
        (3, Wrong.NO_NAME),
        (4, Wrong.LANGUAGE),
        (4, Wrong.NUMBER_TWICE),
        (5, Wrong.BAD_NUMBER),
        (6, Wrong.LOST_LETTERS),
        (7, Wrong.CELLS),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [(1, Wrong.EMPTY)]),
        ("number,name\n", [(1, Wrong.EMPTY)]),
        ("\nfoo,bar\n", [(2, Wrong.NO_NUMBER_COLUMN), (2, Wrong.NO_NAME_COLUMN)]),
        ("number,name,full name\n1,a,b\n", [(1, Wrong.COLUMN_TWICE)]),
        (b"PK\x03\x04\x14\x00", [(1, Wrong.NO_TEXT)]),
    ],
)
def test_what_is_no_list_is_said_to_be_none(text: str | bytes, wanted: list[tuple[int, Wrong]]) -> None:
    assert wrongs(text) == wanted


def test_a_name_over_two_lines_keeps_the_count_of_lines() -> None:
    assert wrongs('number,name\nA-1,"Emma\nBrown"\n,Dana\n') == [(4, Wrong.NO_NUMBER)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('number,name\nA-1,Dana\nA-2,"Emma\n', 3),
        ('sep=,\nnumber,name\nA-1,Dana\nA-2,"Emma\n', 4),
        ('number,name\n\n\nA-2,"Emma\n', 4),
        ('number,name\nA-1,"Emma\nBrown"\nA-2,"Dana\nA-3,Ivan\n', 4),
        ('number,name\nA-1,"Emma" Brown\n', 2),
        ('"number,name\n', 1),
    ],
)
def test_a_quotation_mark_that_does_not_close_is_named_where_its_row_begins(text: str, line: int) -> None:
    assert wrongs(text) == [(line, Wrong.QUOTES)]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert wrongs("sep=;\r\nnumber;name\r\n\r\nA-1;\r\n") == [(4, Wrong.NO_NAME)]
    assert wrongs("number,name\rA-1,\r") == [(2, Wrong.NO_NAME)]
    assert wrongs("sep=,\nnumber,foo\n") == [(2, Wrong.NO_NAME_COLUMN)]
    assert list(people(b"\n \nnumber,name\nA-1,Emma\n")) == ["A1"]
    assert people("number,name\nA-1,Emma\u2028Brown\n".encode())["A1"].name == "Emma Brown"


def faults(text: str) -> tuple[ListFault, ...]:
    read = read_people(text.encode())
    assert not isinstance(read, PeopleList)
    return read


@pytest.mark.parametrize(("column", "most"), [("name", 64), ("surname", 64), ("city", 64), ("notes", 200)])
def test_what_is_too_long_is_named_with_how_long_it_may_be(column: str, most: int) -> None:
    head = "number,name" if column == "name" else f"number,name,{column}"
    row = "A-1," if column == "name" else "A-1,Emma,"
    assert list(people(f"{head}\n{row}{'x' * most}\n".encode())) == ["A1"]
    long = "x" * (most + 1)
    assert faults(f"{head}\n{row}{long}\n") == (ListFault(line=2, wrong=Wrong.TOO_LONG, value=long, other=most),)


def test_a_name_that_would_be_unreadable_as_it_is_kept_is_no_name() -> None:
    assert wrongs(f"number,name,surname\nA-1,{'-' * 64},Brown\n") == [(2, Wrong.NO_NAME)]


@pytest.mark.parametrize("number", ["7", "A-1", "A 1", "A/1", "A.1", "A_1", "№1", "#1", "Ә1", "1" * 32])
def test_a_number_is_letters_digits_and_what_joins_them(number: str) -> None:
    assert [person.number for person in people(f"number,name\n{number},Emma\n".encode()).values()] == [number]


@pytest.mark.parametrize("number", ["1.2E+05", "-", "№", "1" * 33, "A;1", "A*1"])
def test_what_is_no_number_is_named(number: str) -> None:
    assert faults(f"number,name\n{number},Emma\n") == (ListFault(line=2, wrong=Wrong.BAD_NUMBER, value=number),)


def test_a_number_on_two_lines_is_named_with_the_first_of_them() -> None:
    fault = ListFault(line=4, wrong=Wrong.NUMBER_TWICE, value="a1", other=2)
    assert faults("number,name\nA-1,Emma\nA-2,Dana\na1,Ivan\n") == (fault,)
    assert wrongs("number,name\n,Emma\n,Dana\n") == [(2, Wrong.NO_NUMBER), (3, Wrong.NO_NUMBER)]
    assert wrongs("number,name\nA-1,\nA-1,Dana\n") == [(2, Wrong.NO_NAME), (3, Wrong.NUMBER_TWICE)]


def test_question_marks_are_lost_letters_but_in_notes() -> None:
    for head, row in (("name,city", "Emma,?skemen"), ("name,surname", "Emma,?"), ("name,city", "?йгерім,Oslo")):
        assert [wrong for _, wrong in wrongs(f"number,{head}\nA-1,{row}\n")] == [Wrong.LOST_LETTERS]
    assert people(b"number,name,notes\nA-1,Emma,vegan?\n")["A1"].notes == "vegan?"


def test_columns_that_are_not_taken_over_are_named_and_what_is_beyond_the_last_is_a_fault() -> None:
    read = read_people(b"number,name, E-mail ,,Hotel\nA-1,Emma,x\nA-2,Dana,x,y,z\n")
    assert isinstance(read, PeopleList)
    assert read.ignored == ("E-mail", "Hotel")
    assert list(read.people) == ["A1", "A2"]
    assert wrongs("number,name\n,Emma,Oslo\n") == [(2, Wrong.CELLS)]
    assert faults("number,name\nA-1,Emma,Oslo\nA-2,Dana\n") == (ListFault(line=2, wrong=Wrong.CELLS, value="Oslo"),)


def test_what_is_said_of_the_header_is_what_stands_there() -> None:
    assert faults("foo ,bar\n")[0] == ListFault(line=1, wrong=Wrong.NO_NUMBER_COLUMN, value="foo · bar")
    assert faults("number,name,Full name \n1,a,b\n") == (
        ListFault(line=1, wrong=Wrong.COLUMN_TWICE, value="Full name"),
    )
    assert faults("foo\n")[0].other == 0
    assert wrongs("name\nEmma\n") == [(1, Wrong.NO_NUMBER_COLUMN)]
    assert wrongs("number\n1\n") == [(1, Wrong.NO_NAME_COLUMN)]


def test_the_separator_is_the_one_that_the_known_columns_stand_between() -> None:
    assert people(b"number;name;a,b,c,d\nA-1;Emma;\n")["A1"].name == "Emma"
    assert wrongs("foo,bar;baz;qux\n")[0] == (1, Wrong.NO_NUMBER_COLUMN)
    assert faults("foo,bar;baz;qux\n")[0].value == "foo,bar · baz · qux"


@pytest.mark.parametrize("content", [b"number,name\nA-1,Em\x00ma\n", b"\xff\xfen", b"\x98number,name\n"])
def test_what_no_editor_writes_is_no_text(content: bytes) -> None:
    assert wrongs(content) == [(1, Wrong.NO_TEXT)]


def test_a_list_of_twenty_thousand_is_read_and_a_longer_one_is_not() -> None:
    rows = [f"{number},Emma\n" for number in range(20_001)]
    assert len(people(("number,name\n" + "".join(rows[1:])).encode())) == 20_000
    assert wrongs("number,name\n" + "".join(rows)) == [(20_002, Wrong.TOO_MANY)]


@pytest.mark.parametrize(
    ("of_congress", "own", "alone"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
def test_a_visits_own_word_beats_the_congresss(of_congress: bool, own: bool | None, alone: bool) -> None:
    rules = replace(a_congress().rules, registered_only=of_congress)
    assert is_for_registered(a_visit(registered_only=own), rules=rules) is alone


def test_five_wrong_numbers_a_day_are_enough() -> None:
    assert (MOST_WRONG_NUMBERS, WRONG_NUMBERS_FOR) == (5, DAY)


def test_spellings_of_one_number_are_one_key() -> None:
    assert {number_key(each) for each in ("A-12 3", "a123", "А123", "A/123", "Ａ123", "№ A123", "#A123")} == {"A123"}


def test_a_difference_names_the_new_the_changed_and_the_gone() -> None:
    standing = (
        RegisteredRow(id=1, person=EMMA, delegate_id=7),
        RegisteredRow(id=2, person=Registered(number="A-2", name="Dana"), delegate_id=9),
    )
    found = difference(standing, PeopleList(people={"A1": Registered(number="A-1", name="Emma"), "A3": EMMA}))
    assert list(found.new) == ["A3"]
    assert [row.id for row, _ in found.changed] == [1]
    assert [row.id for row in found.gone] == [2]
    assert found.joined_and_gone == 1
    assert difference(standing, PeopleList(people={"A1": EMMA, "A2": standing[1].person})).is_empty


def test_a_difference_is_empty_only_without_new_changed_and_gone_people() -> None:
    standing = (RegisteredRow(id=1, person=EMMA, delegate_id=None),)
    dana = replace(EMMA, name="Dana")
    for new, is_empty in (({"A1": EMMA}, True), ({"A1": EMMA, "A2": dana}, False), ({"A1": dana}, False), ({}, False)):
        assert difference(standing, PeopleList(people=new)).is_empty is is_empty
    assert difference(standing, PeopleList(people={})).joined_and_gone == 0


def test_what_would_happen_has_a_print_that_no_other_thing_has() -> None:
    """Nor has the order of the lines in the file anything to do with it."""
    one = RegisteredRow(id=1, person=EMMA, delegate_id=None)
    dana, ivan = replace(EMMA, name="Dana"), replace(EMMA, name="Ivan")
    said = [
        difference([one], PeopleList(people=new)).fingerprint
        for new in ({"A1": EMMA}, {"A1": dana}, {}, {"A1": EMMA, "A2": dana}, {"A1": EMMA, "A2": ivan})
    ]
    assert len(set(said)) == len(said)
    assert {len(each) for each in said} == {16}
    there = difference([], PeopleList(people={"A2": dana, "A3": ivan})).fingerprint
    assert difference([], PeopleList(people={"A3": ivan, "A2": dana})).fingerprint == there
