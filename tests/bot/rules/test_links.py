"""Deep links: what is made opens the visit again, and whatever else comes as a payload is told from it."""

from secrets import token_urlsafe

import pytest

from bot.rules.links import (
    GIFT,
    GIFT_BYTES,
    gift_link,
    group_link,
    invitation_link,
    invitation_token,
    pass_link,
    read_payload,
    visit_link,
)
from bot.rules.passes import pass_key
from tests.makers import a_visit


def test_a_visits_link_is_read_back() -> None:
    link = visit_link(a_visit(key="nab-am"), username="visits_bot")
    assert link == "https://t.me/visits_bot?start=v_nab-am"
    assert read_payload(link.partition("=")[2]) == "nab-am"


def test_a_gifts_link_is_read_back_and_kept_apart_from_a_visits() -> None:
    link = gift_link("AZaz09_-AZaz09_-", username="visits_bot")
    assert link == "https://t.me/visits_bot?start=g_AZaz09_-AZaz09_-"
    assert read_payload(link.partition("=")[2]) == "g_AZaz09_-AZaz09_-"


def test_as_many_bytes_as_a_gifts_secret_has_are_read_back() -> None:
    token = token_urlsafe(GIFT_BYTES)
    assert read_payload(GIFT + token) == GIFT + token


def test_an_invitations_secret_is_that_of_its_update_and_its_link_is_read_back() -> None:
    key = pass_key(b"a secret of the bot, of 32 letters")
    token = invitation_token("update/7", key=key)
    assert token == invitation_token("update/7", key=key)
    assert token != invitation_token("update/8", key=key)
    assert token != invitation_token("update/7", key=pass_key(b"another secret"))
    link = invitation_link(token, username="visits_bot")
    assert link == f"https://t.me/visits_bot?start=i_{token}"
    assert read_payload(link.partition("=")[2]) == f"i_{token}"


def test_a_passs_link_carries_the_pass_as_it_was_signed() -> None:
    assert pass_link("t_AZaz09_-", username="visits_bot") == "https://t.me/visits_bot?start=t_AZaz09_-"


def test_a_groups_link_tells_nothing() -> None:
    assert group_link("visits_bot") == "https://t.me/visits_bot?start=group"


@pytest.mark.parametrize(
    ("payload", "key"), [("v_nab-am", "nab-am"), ("nab-am", "nab-am"), ("v_" + "a" * 24, "a" * 24)]
)
def test_a_key_is_read_with_its_prefix_and_without(payload: str, key: str) -> None:
    assert read_payload(payload) == key


@pytest.mark.parametrize(
    "forged",
    [
        *("", "v_", "V_nab-am", "v_NAB-AM", "v_nab am", "v_nab_am", "a" * 25, "v_" + "a" * 25, "v_nab-am\n", "v_қ"),
        *("٣", "../etc", "<b>", "ok:en:", "x" * 4096, "v_v_nab"),
        *("g_" + "a" * 15, "g_" + "a" * 17, "G_" + "a" * 16, "g_" + "a" * 16 + "\n", "g_" + "a" * 15 + "."),
    ],
)
def test_what_names_no_visit_by_its_form_is_not_read(forged: str) -> None:
    assert read_payload(forged) is None
