"""What the bot tells about itself: name, descriptions, commands, menu button."""

from dataclasses import dataclass, field

from bot.simulator.wire import Json, dumps

PRIVATE = "all_private_chats"
GROUPS = "all_group_chats"


@dataclass(slots=True, kw_only=True)
class Profile:
    """By language, "" standing for every other one; commands by scope and language."""

    bot_id: int
    username: str
    first_name: str
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    _user: tuple[str, str] | None = None

    def me(self) -> Json:
        """The Bot API's User for the bot."""
        return {"id": self.bot_id, "is_bot": True, "first_name": self.name(""), "username": self.username}

    def user(self) -> str:
        """JSON of `me()`, made once for each name."""
        name = self.name("")
        if self._user is None or self._user[0] != name:
            self._user = name, dumps(self.me())
        return self._user[1]

    def name(self, language: str) -> str:
        """The bot's name as readers of this language see it."""
        return self.names.get(language) or self.names.get("") or self.first_name

    def commands_in(self, chat_id: int, *, language: str) -> list[Json]:
        """The commands a person sees in this chat: the first list set, in Telegram's order of looking
        [Bot API: BotCommandScope]. In a group a member's own and administrators' lists are left out."""
        everywhere = PRIVATE if chat_id > 0 else GROUPS
        for scope in (f"chat:{chat_id}", everywhere, "default"):
            for code in (language, ""):
                found = self.commands.get((scope, code))
                if found:
                    return found
        return []

    def seen_in(self, language: str) -> Json:
        """Name and descriptions as a phone in this language shows them."""
        return {
            "name": self.name(language),
            "username": self.username,
            "description": self.descriptions.get(language) or self.descriptions.get("", ""),
            "short_description": self.short_descriptions.get(language) or self.short_descriptions.get("", ""),
        }
