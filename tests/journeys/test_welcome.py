"""The first minutes: which language, the notice before anything is stored, and where a deep link leads."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.texts import visits as visit_texts
from bot.texts import welcome
from storage import tables
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    forged,
    handled,
    logged,
    person,
    plain,
    screen_after,
    visit_of,
    words_of,
)
from tests.phone import Phone

OURS = {
    "en": "en",
    "en-US": "en",
    "kk": "kk",
    "kk-KZ": "kk",
    "kz": "kk",
    "kaz": "kk",
    "qaz": "kk",
    "ru": "ru",
    "ru-RU": "ru",
}


async def test_a_phone_in_a_language_of_ours_reads_the_notice_in_it_and_nothing_is_stored(quick_house: Running) -> None:
    phones = [await quick_house.stranger(language=phone) for phone in OURS]
    notices = await asyncio.gather(*(answered(phone, "/start") for phone in phones))
    for code, phone, notice in zip(OURS.values(), phones, notices, strict=True):
        assert notice.text == plain(welcome.notice(words_of(quick_house, code), congress_of(quick_house)))
        assert congress_of(quick_house).privacy.notice[code] in notice.text
        assert callbacks(notice)[0] == f"ok:{code}:"
        assert await person(quick_house, phone) is None


async def test_a_phone_in_another_language_is_shown_the_picker_first(quick_house: Running) -> None:
    phones = [await quick_house.stranger(language=phone) for phone in ("de", "zh-hans", "k", None)]
    for phone in phones:
        picker = await answered(phone, "/start")
        assert picker.text == plain(welcome.picker(congress_of(quick_house)))
        assert callbacks(picker) == ["lang:en:", "lang:kk:", "lang:ru:"]
        assert welcome.PICKER in picker.text
        card = picker
        for code in LANGUAGES:  # from each notice the other languages are one tap away
            card = await screen_after(phone, f"lang:{code}:", message=card)
            assert card.text == plain(welcome.notice(words_of(quick_house, code), congress_of(quick_house)))
            assert set(callbacks(card)) == {f"ok:{code}:", *(f"lang:{other}:" for other in LANGUAGES if other != code)}
        assert await person(quick_house, phone) is None


async def test_what_a_stranger_wrote_is_not_kept_once_it_is_answered(quick_house: Running) -> None:
    stranger = await quick_house.stranger("Wolfgang", language="de")
    await answered(stranger, "/start")
    await answered(stranger, "my passport is N 1234567")
    await handled(quick_house)
    raw = await quick_house.ask(lambda tx: list(tx.scalars(select(tables.inbox.c.raw))))
    assert len(raw) == 2
    assert not any(raw)
    assert await person(quick_house, stranger) is None


async def test_agreeing_stores_consent_language_and_name_and_greets(quick_house: Running) -> None:
    emma = await quick_house.stranger("Emma", language="de")
    picker = await answered(emma, "/start")
    notice = await screen_after(emma, "lang:kk:", message=picker)
    menu = await screen_after(emma, "ok:kk:", message=notice)
    say = words_of(quick_house, "kk")
    assert menu.text == plain(welcome.greeting(say, congress_of(quick_house), person="Emma"))
    assert menu.message_id == picker.message_id
    known = await person(quick_house, emma)
    assert known is not None
    assert (known.name, known.language, known.consent) == ("Emma", "kk", congress_of(quick_house).privacy.version)
    (line,) = await logged(quick_house, "agree")
    assert (line.actor, line.after) == (emma.id, {"notice": "1"})

    again = await answered(emma, "/start")
    assert again.text == menu.text
    assert await person(quick_house, emma) == known
    # The old notice is still in the chat of somebody who scrolls up: pressing it again harms nothing.
    await forged(emma, "ok:kk:", card=menu)
    assert await person(quick_house, emma) == known
    assert len(await logged(quick_house, "agree")) == 1


@pytest.mark.parametrize("phone_language", ["de", "ru"])
async def test_a_deep_link_survives_picker_and_notice(quick_house: Running, phone_language: str) -> None:
    stranger = await quick_house.stranger(language=phone_language)
    first = await answered(stranger, "/start v_aitu-walk")
    notice = await screen_after(stranger, "lang:kk:aitu-walk", message=first)
    card = await screen_after(stranger, "ok:kk:aitu-walk", message=notice)
    visit = await visit_of(quick_house, "aitu-walk")
    assert visit.title["kk"] in card.text
    assert f"book:{visit.id}:1:1" in callbacks(card)
    # Once known, the link leads there at once; with and without its prefix.
    for link in ("/start v_aitu-walk", "/start aitu-walk"):
        assert visit.title["kk"] in (await answered(stranger, link)).text


HOSTILE_PAYLOADS = (
    "v_no-such-visit",
    "v_NAB-AM';DROP",
    "v_../../etc/passwd",
    "a" * 64,
    "v_" + "a" * 62,
    '<b>&"',
    "ok:en:",
    "👾",
    "٣",
    "%s{name}",
    "v_",
    "-",
)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_payload_that_names_no_visit_is_answered_kindly_and_obeyed_in_nothing(
    quick_house: Running, code: str
) -> None:
    say = words_of(quick_house, code)
    known = await quick_house.delegate(language=code)
    greeting = plain(welcome.greeting(say, congress_of(quick_house), person="Emma"))
    nowhere = f"{plain(welcome.link_leads_nowhere(say))}\n\n{greeting}"
    for payload in HOSTILE_PAYLOADS:
        answer = await answered(known, f"/start {payload}")
        assert answer.text == nowhere, payload
        assert callbacks(answer) == ["cities", "my", "wheels", "langs"], payload
    for harmless in ("", " group"):
        assert (await answered(known, f"/start{harmless}")).text == greeting


async def test_a_strangers_hostile_payload_leads_through_the_notice_to_the_menu(quick_house: Running) -> None:
    for payload in HOSTILE_PAYLOADS:
        stranger = await quick_house.stranger("Mallory")
        notice = await answered(stranger, f"/start {payload}")
        menu = await screen_after(stranger, "ok:en:", message=notice)
        assert "cities" in callbacks(menu), payload


async def test_before_the_notice_only_what_needs_no_data_works_and_nothing_is_stored(quick_house: Running) -> None:
    congress = congress_of(quick_house)
    for code in LANGUAGES:
        say = words_of(quick_house, code)
        stranger = await quick_house.stranger(language=code)
        policy = await answered(stranger, "/privacy")
        assert policy.text == plain(welcome.privacy(say, congress))
        assert f"ok:{code}:" in callbacks(policy)
        help_ = await answered(stranger, "/help")
        assert help_.text == plain(welcome.help_text(say, congress, roles=frozenset()))
        picker = await answered(stranger, "/language")
        assert callbacks(picker) == ["lang:en:", "lang:kk:", "lang:ru:"]
        notice = plain(welcome.notice(say, congress))
        for text in ("/visits", "/my", "/stats", "/cancel", "/nonsense", "hello", "/announce all hi"):
            assert (await answered(stranger, text)).text == notice, text
        for data in ("cities", "book:1:1:1", "my", "say:kk", "give:1:1", "announce:7", "nonsense"):
            assert (await forged(stranger, data, card=picker))[1].text == notice, data
        assert await person(quick_house, stranger) is None
    assert await quick_house.ask(lambda tx: tx.scalar(select(func.count()).select_from(tables.delegates))) == 0


async def test_a_forged_consent_stores_nothing(quick_house: Running) -> None:
    stranger = await quick_house.stranger()
    notice = await answered(stranger, "/start")
    for data in ("ok:de:", "ok:en", "ok:en:a:b", "ok::", "lang:xx:", "lang:en", "say:en"):
        _, card = await forged(stranger, data, card=notice)
        assert card.text == notice.text, data
        assert await person(quick_house, stranger) is None


async def test_who_reads_the_whole_policy_can_agree_under_it(quick_house: Running) -> None:
    stranger = await quick_house.stranger("Emma", language="kk")
    await answered(stranger, "/start")
    policy = await answered(stranger, "/privacy")
    menu = await screen_after(stranger, "ok:kk:", message=policy)
    assert "cities" in callbacks(menu)
    known = await person(quick_house, stranger)
    assert known is not None
    assert known.language == "kk"


async def test_the_chosen_language_wins_over_the_phones_for_ever(quick_house: Running) -> None:
    """A Russian phone whose owner reads Kazakh, then English."""
    aigerim = await quick_house.stranger("Aigerim", language="ru")
    notice = await answered(aigerim, "/start")
    notice = await screen_after(aigerim, "lang:kk:", message=notice)
    await screen_after(aigerim, "ok:kk:", message=notice)
    await _all_speak(quick_house, aigerim, "kk")
    for code in ("en", "ru", "kk"):
        choice = await answered(aigerim, "/language")
        assert callbacks(choice) == ["say:en", "say:kk", "say:ru", "menu"]
        tap = await aigerim.tap(f"say:{code}", message=choice)
        assert tap.text == welcome.language_set_answer(words_of(quick_house, code))
        known = await person(quick_house, aigerim)
        assert known is not None
        assert known.language == code
        await _all_speak(quick_house, aigerim, code)


async def _all_speak(running: Running, phone: Phone, code: str) -> None:
    say, congress = words_of(running, code), congress_of(running)
    assert (await answered(phone, "/help")).text == plain(welcome.help_text(say, congress, roles=frozenset()))
    assert (await answered(phone, "/visits")).text == plain(visit_texts.cities(say, congress))
    assert (await answered(phone, "what?")).text == plain(welcome.unknown(say))
    assert (await answered(phone, "/privacy")).text == plain(welcome.privacy(say, congress))
