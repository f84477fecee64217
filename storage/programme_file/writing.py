"""An event file is written out again: every key and value; only the comments of the former text are lost."""

import json
from collections.abc import Mapping
from typing import Any

import tomli_w

from storage.programme_file.congress import ProgrammeFile


def from_document(document: Mapping[str, Any]) -> ProgrammeFile:
    """Return the checked file of a stored document; keys that were unknown when it was stored have their defaults."""
    return ProgrammeFile.model_validate_json(json.dumps(document))


def write_programme(document: Mapping[str, Any], *, heading: str) -> str:
    """Return the event file of a document as TOML; each line of the heading becomes a comment at the top."""
    whole = from_document(document).model_dump(exclude_none=True)
    comment = "".join(f"# {line}\n" for line in heading.splitlines())
    return f"{comment}\n{tomli_w.dumps(whole, multiline_strings=True)}"
