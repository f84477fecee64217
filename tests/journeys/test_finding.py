"""Looking for a visit: free hours chosen or typed, the other filters, the nearest where nothing fits, on one card."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from bot.rules.filtering import Access, Filters, Which
from bot.rules.gaps import Gap
from bot.rules.packing import pack, unpack
from bot.services.finding import find
from bot.services.visits import choice
from bot.texts import finding as texts
from bot.texts import visits as visit_texts
from bot.texts import welcome
from bot.texts.agenda import duration
from storage import Tx, tables
from tests.house import OPEN, Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    forged,
    person,
    plain,
    screen_after,
    settled,
    visit_of,
    visits_held,
    without_buttons,
    words_of,
)
from tests.phone import Message, Phone

MORNING = Gap(8 * 60, 13 * 60)


def listed(card: Message) -> list[str]:
    return [data for data in callbacks(card) if data.startswith("seen:")]


async def keys_of(running: Running, card: Message) -> list[str]:
    known = {str(visit.id): visit.key for visit in (await running.ask(choice, delegate_id=0)).visits}
    return [known[data.split(":")[1]] for data in listed(card)]


async def panel_of(running: Running, phone: Phone) -> Message:
    return await screen_after(phone, "sift:", message=await answered(phone, "/visits"))


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_gap_a_language_and_a_kind_are_chosen_on_one_card_and_the_way_back_keeps_them(
    house: Running, code: str
) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate(language=code)
    panel = await panel_of(house, emma)
    first = panel.message_id
    hours = await screen_after(emma, f"pick:{pack(Filters(), congress)}:g", message=panel)
    assert texts.value_label(say, MORNING, Which.GAP, congress=congress) in [button.text for button in hours.buttons]
    filters = Filters(gap=MORNING)
    panel = await screen_after(emma, f"sift:{pack(filters, congress)}", message=hours)
    guides = await screen_after(emma, f"pick:{pack(filters, congress)}:l", message=panel)
    filters = replace(filters, language="en")
    panel = await screen_after(emma, f"sift:{pack(filters, congress)}", message=guides)
    kinds = await screen_after(emma, f"pick:{pack(filters, congress)}:k", message=panel)
    filters = replace(filters, kind="university")
    panel = await screen_after(emma, f"sift:{pack(filters, congress)}", message=kinds)
    for which in (Which.GAP, Which.LANGUAGE, Which.KIND):
        assert texts.filter_label(say, filters, which, congress=congress) in [button.text for button in panel.buttons]

    found = await screen_after(emma, f"find:{pack(filters, congress)}:0", message=panel)
    assert await keys_of(house, found) == ["enu-am", "nu-am"]
    one = await visit_of(house, "enu-am")
    spare = duration(say, timedelta(minutes=30))
    assert plain(say.gettext("back at {time}, {duration} to spare").format(time="12:30", duration=spare)) in found.text
    card = await screen_after(emma, f"seen:{one.id}:", message=found)
    assert one.title[code] in card.text
    libraries = await screen_after(emma, "libs:", message=card)
    card = await screen_after(emma, f"seen:{one.id}:", message=libraries)
    back = await screen_after(emma, "find:", message=card)
    assert (back.text, back.message_id) == (found.text, first)
    assert await visits_held(house, emma) == []


async def test_what_is_found_comes_in_pages(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    panel = await panel_of(quick_house, emma)
    seen: list[str] = []
    card = await screen_after(emma, "find:", message=panel)
    for _ in range(2):
        seen += await keys_of(quick_house, card)
        card = await screen_after(emma, f"find:1:{len(seen) // 5}", message=card)
    seen += await keys_of(quick_house, card)
    everything = (await quick_house.ask(choice, delegate_id=0)).visits
    assert seen == [visit.key for visit in everything]
    # A page that is not there, as when visits were called off meanwhile, is the last one.
    _, last = await forged(emma, "find:1:999", card=card)
    assert last.text == card.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_where_nothing_fits_the_nearest_are_shown_with_what_does_not_fit(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate(language=code)
    card = await panel_of(quick_house, emma)
    filters = Filters(gap=Gap(9 * 60, 11 * 60 + 30), city="astana")
    _, found = await forged(emma, f"find:{pack(filters, congress)}:0", card=card)
    assert plain(say.gettext("Nothing fits all of this. The nearest are:")) in found.text
    assert (await keys_of(quick_house, found))[0] == "nu-am"  # back at 11:45
    late = duration(say, timedelta(minutes=15))
    assert say.gettext("back at {time}, {duration} too late").format(time="11:45", duration=late) in found.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_what_is_not_known_to_be_step_free_is_said_to_be_unknown(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate(language=code)
    card = await panel_of(quick_house, emma)
    unknown = say.gettext("Step-free: not known yet, ask the desk")
    for access, fits in ((Access.CERTAIN, False), (Access.NOT_RULED_OUT, True)):
        _, card = await forged(emma, f"find:{pack(Filters(access=access), congress)}:0", card=card)
        assert (say.gettext("Nothing fits all of this. The nearest are:") in card.text) is not fits
        assert card.text.count(unknown) == len(listed(card))
        assert say.gettext("Step-free: yes") not in card.text


async def test_free_seats_only_leaves_out_what_is_full(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await answered(owner, "/seats B13 1")
    await quick_house.book(owner, "school-am")
    congress = congress_of(quick_house)
    card = await panel_of(quick_house, emma)
    school = Filters(kind="school")
    _, found = await forged(emma, f"find:{pack(school, congress)}:0", card=card)
    assert await keys_of(quick_house, found) == ["school-am"]
    _, panel = await forged(emma, f"sift:{pack(school, congress)}", card=card)
    panel = await screen_after(emma, f"sift:{pack(replace(school, free=True), congress)}", message=panel)
    found = await screen_after(emma, "find:", message=panel)
    assert words_of(quick_house, "en").gettext("no seat can be had now") not in found.text.split("\n\n")[0]
    assert "Nothing fits" in found.text


TYPED = {
    "en": "I'm free 10-13:30 and must be at the airport at 17",
    "kk": "10-нан 13:30-ға дейін боспын, 17-де әуежайда болуым керек",
    "ru": "свободна с 10 до 13:30, в 17 нужно быть в аэропорту",
}


@pytest.mark.parametrize("code", LANGUAGES)
async def test_typed_hours_are_answered_with_what_fits_and_the_margin(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate(language=code)
    found = await answered(emma, TYPED[code])
    gap = Gap(600, 810, 1020)
    known = await person(quick_house, emma)
    assert known is not None
    expected = await quick_house.ask(
        find, filters=Filters(gap=gap), delegate_id=known.id, congress=congress, now=quick_house.clock.now()
    )
    assert listed(found) == [
        f"seen:{match.visit.id}:{pack(Filters(gap=gap), congress)}:0" for match in expected.fitting or expected.nearest
    ]
    assert texts.filter_label(say, Filters(gap=gap), Which.GAP, congress=congress) in found.text
    assert await keys_of(quick_house, found) == ["school-am", "pres-am", "nu-am"]  # each leaves too early


@pytest.mark.parametrize("code", LANGUAGES)
async def test_hours_are_typed_beside_the_other_filters_and_wrong_ones_are_answered_with_examples(
    house: Running, code: str
) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate(language=code)
    filters = Filters(language="en")
    card = await panel_of(house, emma)
    _, card = await forged(emma, f"pick:{pack(filters, congress)}:g", card=card)
    asked = await screen_after(emma, "hours:", message=card)
    assert asked.text == plain(texts.ask_hours(say))
    for wrong in ("13-10", "tomorrow", "25:00-26:00"):
        answer = await answered(emma, wrong)
        assert answer.text == plain(texts.bad_hours(say)), wrong
        for example in texts.hours_examples(say):
            assert example in answer.text
        assert callbacks(answer) == [f"sift:{pack(filters, congress)}"]
    found = await answered(emma, "13:00-17:00")
    assert await keys_of(house, found) == ["aitu-walk", "nu-pm"]
    assert unpack(listed(found)[0].split(":")[2], congress) == replace(filters, gap=Gap(780, 1020))
    await without_buttons(emma, asked)
    assert await house.ask(_drafts) == 0
    # Nothing waits any more: the same wrong words are just words.
    assert (await answered(emma, "tomorrow")).text == plain(welcome.unknown(say))


def _drafts(tx: Tx) -> int:
    return len(tx.execute(select(tables.drafts)).all())


async def test_a_question_is_answered_while_hours_are_awaited_and_a_button_ends_the_waiting(
    quick_house: Running,
) -> None:
    emma = await quick_house.delegate()
    card = await screen_after(emma, "pick:1:g", message=await panel_of(quick_house, emma))
    asked = await screen_after(emma, "hours:1", message=card)
    assert "desk" in (await answered(emma, "help")).text.lower()
    assert await quick_house.ask(_drafts) == 1
    await screen_after(emma, "sift:", message=asked)
    assert await quick_house.ask(_drafts) == 0


FORGED = (
    *("find:1", "find:2:0", "find::0", "find:1.600.500:0", "find:1....9999:0", "find:1:-1", "sift:x", "sift:2"),
    *("pick:1:z", "pick:1:gg", "pick:2:g", "hours:2", "hours:", "seen:1:2:0", "seen:1:1....77:0"),
)


async def test_filters_of_another_programme_or_forged_ones_begin_anew_and_harm_nothing(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    emma = await quick_house.delegate()
    card = await panel_of(quick_house, emma)
    for data in FORGED:
        answer, shown = await forged(emma, data, card=card)
        assert answer == welcome.old_button_answer(say), data
        assert shown.text == card.text, data
    for data in ("seen:999:1:0", f"seen:{2**31}:1:0"):
        answer, _ = await forged(emma, data, card=card)
        assert answer == welcome.old_button_answer(say), data
    assert await quick_house.ask(_drafts) == 0


@pytest.mark.parametrize("code", LANGUAGES)
async def test_every_button_of_the_filters_answers_and_leads_back(quick_house: Running, code: str) -> None:
    """Each value of each filter is set once, from a panel without any; each screen has a way back."""
    emma = await quick_house.delegate(language=code)
    card = await panel_of(quick_house, emma)
    first = callbacks(card)
    values = []
    for data in first:
        _, shown = await forged(emma, data, card=card)
        assert {"cities", "menu"} & set(callbacks(shown)) or any(each.startswith("sift:") for each in callbacks(shown))
        values.append([each for each in callbacks(shown) if each.startswith(("sift:", "hours:"))])
    for data in dict.fromkeys(chain.from_iterable(values)):
        _, shown = await forged(emma, data, card=card)
        assert any(each.startswith(("find:", "sift:")) for each in callbacks(shown)), data
    assert len(set(chain.from_iterable(values))) > 20


@pytest.mark.parametrize("code", LANGUAGES)
async def test_ones_own_agenda_is_seen_while_browsing(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate(language=code)
    await quick_house.book(emma, "nab-am")  # 09:00-12:00
    cities = await answered(emma, "/visits")
    page = await screen_after(emma, "list:astana:0", message=cities)
    lines = page.text.splitlines()
    clashes = "⚠️ " + say.gettext("Clashes with your {time} visit").format(time="09:00")
    after = say.gettext("Fits: {duration} after your {time} visit")
    fits = "👌 " + after.format(duration=duration(say, timedelta(minutes=105)), time="09:00")
    for key, told in (("nab-am", "✅ " + say.gettext("You are signed up")), ("nu-am", clashes), ("nab-pres-pm", fits)):
        title = (await visit_of(quick_house, key)).title[code]
        (place,) = (place for place, line in enumerate(lines) if line.endswith(title))
        assert lines[place + 2] == told, key
    for key, told in (("nu-am", clashes), ("nab-pres-pm", fits)):
        assert told in (await quick_house.card(emma, key)).text
    elsewhere = (await quick_house.card(emma, "almaty-local")).text
    # In the other city the same hours clash first.
    assert say.gettext("Clashes with your {time} visit").format(time="09:00") in elsewhere
    # Nobody else sees anything of it.
    omar = await quick_house.delegate("Omar", language=code)
    card = await answered(omar, "/visits")
    others = await screen_after(omar, "list:astana:0", message=card)
    everything = await quick_house.ask(choice, delegate_id=0)
    shown = [visit for visit in everything.visits if visit.city == "astana"][:8]
    city = congress.cities["astana"]
    assert others.text == plain(visit_texts.visit_list(say, city, shown, held=(), congress=congress, now=OPEN))
    await settled(omar)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_visit_is_shared_by_its_link_and_the_colleague_opens_its_card(quick_house: Running, code: str) -> None:
    emma, omar = await quick_house.delegate(language=code), await quick_house.delegate("Omar", language="ru")
    card = await quick_house.card(emma, "nab-am")
    share = card.button(words_of(quick_house, code).gettext("Share with a colleague"))
    assert share is not None
    assert share.url is not None
    asked = parse_qs(urlsplit(share.url).query)
    assert share.url.startswith("https://t.me/share/url?")
    assert asked["text"] == [(await visit_of(quick_house, "nab-am")).title[code]]
    (link,) = asked["url"]
    assert link == f"https://t.me/{(await emma.bot()).username}?start=v_nab-am"
    opened = await answered(omar, f"/start {parse_qs(urlsplit(link).query)['start'][0]}")
    assert (await visit_of(quick_house, "nab-am")).title["ru"] in opened.text
    assert "Emma" not in share.url
