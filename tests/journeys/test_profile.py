"""How the bot shows itself: names and descriptions per language, commands per language and role, set only once."""

from bot.simulator import Simulator
from bot.texts import profile
from tests.house import OWNER, Running, running_bot
from tests.journeys.scenes import LANGUAGES, answered, congress_of, screen_after, until, words_of
from tests.phone import Phone, Telegram


async def presented(running: Running) -> None:
    """Wait until the bot has presented itself: the owners' own commands come last."""
    await until(lambda: _has_asked_for(running, "getMyCommands", chat_id=OWNER))


async def shows(phone: Phone, commands: tuple[tuple[str, str], ...]) -> None:
    """Wait until this person's menu lists these commands in these words."""

    async def listed() -> bool:
        return tuple((each.command, each.description) for each in await phone.commands()) == commands

    await until(listed)


async def test_names_and_descriptions_follow_the_phones_language(quick_house: Running) -> None:
    for phone_language, code in (("en", "en"), ("kk", "kk"), ("ru", "ru"), ("de", "en")):
        say = words_of(quick_house, code)
        phone = await quick_house.stranger(language=phone_language)
        wanted = (
            profile.bot_name(say),
            profile.description(say, congress_of(quick_house)),
            profile.short_description(say),
        )

        async def seen(phone: Phone = phone, wanted: tuple[str, str, str] = wanted) -> bool:
            bot = await phone.bot()
            return (bot.name, bot.description, bot.short_description) == wanted

        await until(seen)
        await shows(phone, profile.delegate_commands(say))


async def test_commands_follow_the_chosen_language_and_back_again(quick_house: Running) -> None:
    """A Russian phone whose owner reads Kazakh for a while."""
    phone = await quick_house.delegate(language="ru")
    await shows(phone, profile.delegate_commands(words_of(quick_house, "ru")))
    for code in ("kk", "ru", "en", "ru"):
        choice = await answered(phone, "/language")
        await phone.tap(f"say:{code}", message=choice)
        await shows(phone, profile.delegate_commands(words_of(quick_house, code)))


async def test_who_picks_another_language_at_the_start_sees_its_commands(quick_house: Running) -> None:
    phone = await quick_house.stranger(language="de")
    picker = await answered(phone, "/start")
    notice = await screen_after(phone, "lang:kk:", message=picker)
    await screen_after(phone, "ok:kk:", message=notice)
    await shows(phone, profile.delegate_commands(words_of(quick_house, "kk")))


async def test_organizers_see_their_commands_in_their_language(quick_house: Running) -> None:
    await presented(quick_house)
    owner = await quick_house.organizer(language="kk")
    await shows(owner, profile.organizer_commands(words_of(quick_house, "kk")))
    for code in LANGUAGES:
        choice = await answered(owner, "/language")
        await owner.tap(f"say:{code}", message=choice)
        await shows(owner, profile.organizer_commands(words_of(quick_house, code)))


async def test_a_delegates_choice_costs_few_calls(quick_house: Running) -> None:
    """Most people read their phone's language: for them nothing of their own is set."""
    await presented(quick_house)
    await shows(await quick_house.stranger(language="kk"), profile.delegate_commands(words_of(quick_house, "kk")))
    before = len(await _settings(quick_house))
    for code in LANGUAGES:
        await quick_house.delegate(language=code)
    assert len(await _settings(quick_house)) == before


async def test_a_second_start_sets_nothing_again(simulator: Simulator, sqlite_url: str) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        await presented(running)
        owner = await running.organizer(language="ru")
        await shows(owner, profile.organizer_commands(words_of(running, "ru")))
        await shows(await running.stranger(language="kk"), profile.delegate_commands(words_of(running, "kk")))
        first = await _settings(running)
        assert {"setMyName", "setMyDescription", "setMyShortDescription", "setMyCommands"} == set(first)
        last = (await running.telegram.calls())[-1].n
    async with running_bot(sqlite_url, simulator=simulator) as running:
        await until(lambda: _has_asked_for(running, "getMyCommands", since=last, chat_id=OWNER))
        again = await running.telegram.calls(since=last)
        assert [call.method for call in again if call.method.startswith("set")] == []
        assert [call.method for call in again].count("getMyCommands") == len(LANGUAGES) + 1


async def test_what_somebody_changed_is_mended_at_the_next_start(simulator: Simulator, sqlite_url: str) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        phone = await running.stranger(language="ru")
        await shows(phone, profile.delegate_commands(words_of(running, "ru")))
        await running.app.application.bot.set_my_short_description("Old words", "ru")
        last = (await running.telegram.calls())[-1].n
    async with running_bot(sqlite_url, simulator=simulator) as running:

        async def mended() -> bool:
            return (await phone.bot()).short_description == profile.short_description(words_of(running, "ru"))

        phone = await running.stranger(language="ru")
        await until(mended)
        assert [call.method for call in await running.telegram.calls(since=last) if call.method.startswith("set")] == [
            "setMyShortDescription"
        ]


async def test_a_refused_name_keeps_nothing_else_from_being_set(simulator: Simulator, sqlite_url: str) -> None:
    """Telegram lets a bot's name be changed a few times a day only."""
    async with Telegram(simulator.url) as telegram:
        await telegram.fault("setMyName", "429", times=-1, retry_after=8000)
    async with running_bot(sqlite_url, simulator=simulator) as running:
        await shows(await running.stranger(language="ru"), profile.delegate_commands(words_of(running, "ru")))
        assert not [call for call in await running.telegram.calls("setMyName") if call.status == 200]
        assert (await answered(await running.delegate(), "/help")).text


async def _settings(running: Running) -> list[str]:
    return [call.method for call in await running.telegram.calls() if call.method.startswith("set")]


async def _has_asked_for(running: Running, method: str, *, since: int = 0, chat_id: int) -> bool:
    calls = await running.telegram.calls(method, since=since)
    return any(str(chat_id) in str(call.params) for call in calls)
