"""The short form of secrets: some journeys with everything heard, and once more with the filters off."""

from pathlib import Path

from tests.proof.secrets import FORBIDDEN, SHORT, hear


async def test_journeys_leave_no_secret_name_or_text_in_the_log(tmp_path: Path) -> None:
    ended, counts = await hear(tmp_path / "heard.log", SHORT)
    assert ended == "0"
    assert {what: counts[what] for what in FORBIDDEN} == dict.fromkeys(FORBIDDEN, 0)
    assert counts["lines"]
    assert counts["names noted"]
    assert counts["texts noted"]


async def test_without_the_filters_they_are_heard(tmp_path: Path) -> None:
    """The negative control."""
    _, counts = await hear(tmp_path / "bare.log", SHORT, guarded=False)
    assert counts["names"]
    assert counts["texts"]
    assert counts["lines"] > 100
