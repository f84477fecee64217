"""The event file: everything about one congress, read from TOML and checked before anything is stored.

`read_programme` answers a whole `ProgrammeFile` or every `Fault` at once, each with its place and its mend.
values.py, places.py, trips.py, rules.py and congress.py say what may stand in the file; shape.py and checks/
find what is wrong with it; lines.py knows on which line a key stands; writing.py writes one out again; wording.py
checks one text by itself. What is said of a file is English here and remembers how it was said, for other languages.
Nothing here knows the database.
"""

from storage.programme_file.congress import ProgrammeFile
from storage.programme_file.faults import Fault, Said, format_faults, said
from storage.programme_file.reading import read_programme
from storage.programme_file.wording import EmptyText, LongText, checked_text
from storage.programme_file.writing import from_document, write_programme

__all__ = [
    "EmptyText",
    "Fault",
    "LongText",
    "ProgrammeFile",
    "Said",
    "checked_text",
    "format_faults",
    "from_document",
    "read_programme",
    "said",
    "write_programme",
]
