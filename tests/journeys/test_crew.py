"""The crew by chat: invited by a link, listed, taken back, with the commands of the role and no others."""

import re

import pytest

from bot.texts import crew as texts
from bot.texts import profile
from storage import grants
from storage.records import Grant, Role
from tests.house import Running
from tests.journeys.scenes import LANGUAGES, answered, callbacks, next_message, plain, screen_after, words_of
from tests.journeys.test_profile import shows
from tests.phone import Message, Phone


def payload(link: Message) -> str:
    """The start payload of the link in an invitation."""
    found = re.search(r"\?start=(\S+)", link.text)
    assert found is not None, link.text
    return found.group(1)


async def roles(house: Running, phone: Phone) -> frozenset[Role]:
    return await house.ask(grants.roles_of, phone.id)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_leader_is_invited_listed_and_taken_back(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    usage = await answered(owner, "/invite")
    assert "/invite leader B01" in usage.text
    link = await answered(owner, "/invite leader b01")
    assert "B01" in link.text
    emma, marat = await house.delegate("Emma", language=code), await house.delegate("Marat", language=code)
    welcomed = await answered(emma, f"/start {payload(link)}")
    assert "B01" in welcomed.text
    assert await roles(house, emma) == {Role.LEADER}
    late = await answered(marat, f"/start {payload(link)}")
    assert late.text == plain(texts.invitation_gone(say))
    assert await roles(house, marat) == frozenset()

    listed = await answered(owner, "/crew")
    assert "Emma" in listed.text
    asked = await screen_after(owner, "crewask:", message=listed)
    assert "Emma" in asked.text
    back = await screen_after(owner, "crew", message=asked)
    assert "Emma" in back.text
    asked = await screen_after(owner, "crewask:", message=back)
    (off,) = [data for data in callbacks(asked) if data.startswith("crewoff:")]
    left = await screen_after(owner, off, message=asked)
    assert "Emma" not in left.text
    told = await next_message(emma, welcomed.message_id)
    assert "B01" in told.text
    assert await roles(house, emma) == frozenset()


async def test_an_organizer_has_the_commands_until_the_role_ends(house: Running) -> None:
    say = words_of(house, "en")
    owner, emma = await house.organizer(), await house.delegate("Emma")
    unknown = (await answered(emma, "/stats")).text
    assert (await answered(emma, "/crew")).text == unknown
    assert (await answered(emma, "/invite leader B01")).text == unknown
    link = await answered(owner, "/invite organizer")
    await answered(emma, f"/start {payload(link)}")
    await shows(emma, profile.organizer_commands(say))
    refused = await answered(emma, "/invite organizer")
    assert refused.text != unknown
    assert "start=" not in refused.text
    listed = await answered(owner, "/crew")
    asked = await screen_after(owner, "crewask:", message=listed)
    await screen_after(owner, "crewoff:", message=asked)
    await shows(emma, profile.delegate_commands(say))
    told = await answered(emma, "/stats")
    assert told.text == unknown


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_citys_team_and_the_desk_are_invited_with_their_own_commands(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    for typed, role, command in (("city Алматы", Role.CITY, "queue"), ("desk", Role.DESK, "why")):
        link = await answered(owner, f"/invite {typed}")
        emma = await house.delegate(f"Emma {role}", language=code)
        welcomed = await answered(emma, f"/start {payload(link)}")
        assert texts.role_name(say, role) in welcomed.text
        assert await roles(house, emma) == {role}
        await shows(emma, profile.crew_commands(say, frozenset({role})))
        assert f"\n/{command} " in (await answered(emma, "/help")).text
    listed = await answered(owner, "/crew")
    for role, scope in ((Role.CITY, "almaty"), (Role.DESK, "")):
        assert plain(texts.grant_name(say, Grant(role, scope))) in listed.text


async def test_who_is_new_here_joins_behind_the_notice(house: Running) -> None:
    owner, emma = await house.organizer(), await house.stranger("Emma")
    link = await answered(owner, "/invite host nab-am")
    notice = await answered(emma, f"/start {payload(link)}")
    assert await roles(house, emma) == frozenset(), "nothing before the notice"
    welcomed = await screen_after(emma, "ok:en:", message=notice)
    assert "nab-am" in welcomed.text
    assert await roles(house, emma) == {Role.HOST}


@pytest.mark.parametrize(
    "typed", ["/invite leader", "/invite leader B99", "/invite host B01", "/invite king", "/invite leader B01 x"]
)
async def test_what_cannot_be_given_is_explained(house: Running, typed: str) -> None:
    owner = await house.organizer()
    answer = await answered(owner, typed)
    assert "start=" not in answer.text
    assert answer.text
