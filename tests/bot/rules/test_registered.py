"""How a list of people is read: encodings, separators, headers in three languages, every fault at once."""

import pytest

from bot.rules.registered import PeopleList, Wrong, difference, number_key, read_people
from storage.records import Registered, RegisteredRow

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
    assert wrongs('number,name\nA-1,Dana\nA-2,"Emma\n')[0][1] is Wrong.QUOTES


def test_spellings_of_one_number_are_one_key() -> None:
    assert {number_key(each) for each in ("A-12 3", "a123", "А123", "A/123", "Ａ123")} == {"A123"}


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
