"""What does not make sense in an event file though each key for itself is well written."""

from collections.abc import Iterator

from storage.programme_file.checks.names import name_findings
from storage.programme_file.checks.promises import promise_findings
from storage.programme_file.checks.rules import rule_findings
from storage.programme_file.checks.seats import seat_findings
from storage.programme_file.checks.times import time_findings
from storage.programme_file.checks.zone import zone_findings
from storage.programme_file.faults import Finding
from storage.programme_file.written import Table


def sense_findings(file: Table) -> Iterator[Finding]:
    """Every fault of sense in the file."""
    for check in (
        name_findings,
        zone_findings,
        time_findings,
        seat_findings,
        promise_findings,
        rule_findings,
    ):
        yield from check(file)
