"""The short form of authority: everybody tries everything once, on both databases; and each guard alone holds."""

import pytest

from tests.proof import authority
from tests.proof.authority import intrusions, organizers_buttons, organizers_commands, powerless, set_the_scene
from tests.proof.indoors import indoors

GUARDS = ("bot.handlers.organizers.may_try",)
SERVICES = tuple(f"bot.services.authority.{each}" for each in ("may_try", "may"))


def test_the_commands_and_buttons_are_those_of_the_handlers() -> None:
    """A new one is tried by itself; a command needs arguments here with which it does something."""
    assert organizers_commands() == set(authority.ARGUMENTS)
    assert organizers_buttons()


async def test_nobody_without_a_grant_does_or_learns_anything(database_url: str) -> None:
    async with indoors(database_url) as house:
        scene = await set_the_scene(house)
        tried, harm = await intrusions(scene, brief=True)
        assert not harm
        assert tried > 100
        assert await powerless(scene) == []
        assert house.errors == []


@pytest.mark.parametrize(
    ("off", "harm"),
    [(GUARDS, False), (SERVICES, False), ((*GUARDS, *SERVICES), True)],
    ids=["handlers", "services", "both"],
)
async def test_effects_are_seen_only_when_both_guards_are_off(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, off: tuple[str, ...], harm: bool
) -> None:
    """The negative control; and either guard alone lets nobody do anything."""
    async with indoors(sqlite_url) as house:
        scene = await set_the_scene(house)
        for guard in off:
            monkeypatch.setattr(guard, lambda *asked: True)
        did = [
            each for each in (await intrusions(scene, only=("delegate",)))[1] if each.startswith("delegate changed ")
        ]
    assert bool(did) == harm, did
