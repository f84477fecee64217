"""One message of a chat, as the bot sees it and as the phone sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.simulator.keyboards import Keyboard
from bot.simulator.markup import Marked
from bot.simulator.rendering import safe_html
from bot.simulator.wire import Json, dumps

if TYPE_CHECKING:
    from bot.simulator.chats import Chat

NO_TEXT = Marked(text="", entities=())
# What can be edited: text, and the caption of these [TDLib: can_edit_message_content].
WITH_CAPTION = frozenset(("document", "photo"))


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """Kept for ever, edited in place. Whoever changes one calls `chat.changed(message)`."""

    chat: Chat
    message_id: int
    sender: str  # JSON of the user who wrote it
    from_bot: bool
    date: int
    kind: str = "text"  # or document, photo, location, venue, service
    marked: Marked = NO_TEXT  # the text, or the caption of a document or photo
    media: Json = field(default_factory=dict)  # fields of the bot's view beside text and caption
    phone_media: Json = field(default_factory=dict)  # the same for the phone's view
    keyboard: Keyboard | None = None
    fixed: bool = False  # sent with a reply keyboard, its removal or a forced reply: never editable
    edit_date: int | None = None
    pinned: bool = False
    deleted: bool = False
    version: int = 0
    _wire: str | None = None
    _view: str | None = None

    @property
    def inline_data(self) -> frozenset[str]:
        """What the buttons under this message send."""
        return self.keyboard.data if self.keyboard is not None else frozenset()

    def forget_views(self) -> None:
        """To be called on every change: both views are made anew when next asked for."""
        self._wire = self._view = None

    def wire(self) -> str:
        """JSON of the Bot API's Message."""
        if self._wire is None:
            rest: Json = {**self.media, **self._words("caption" if self.kind in WITH_CAPTION else "text")}
            if self.edit_date is not None:
                rest["edit_date"] = self.edit_date
            if self.keyboard is not None and self.keyboard.kind == "inline":
                rest["reply_markup"] = self.keyboard.markup
            self._wire = (
                f'{{"message_id":{self.message_id},"from":{self.sender},"chat":{self.chat.wire},'
                f'"date":{self.date}{"," + dumps(rest)[1:-1] if rest else ""}}}'
            )
        return self._wire

    def view(self) -> str:
        """JSON of the message on a phone."""
        if self._view is None:
            view: Json = {
                "message_id": self.message_id,
                "from_bot": self.from_bot,
                "date": self.date,
                "version": self.version,
                "html": safe_html(self.marked.text, self.marked.entities),
                **self.phone_media,
                **self._words("caption" if self.kind in WITH_CAPTION else "text"),
            }
            if self.edit_date is not None:
                view["edit_date"] = self.edit_date
            if self.keyboard is not None:
                view["reply_markup"] = self.keyboard.markup
            if self.pinned:
                view["pinned"] = True
            if self.deleted:
                view["deleted"] = True
            self._view = dumps(view)
        return self._view

    def _words(self, name: str) -> Json:
        if not self.marked.text:
            return {}
        words: Json = {name: self.marked.text}
        if self.marked.entities:
            words["entities" if name == "text" else "caption_entities"] = self.marked.entities
        return words
