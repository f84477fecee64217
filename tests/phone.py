"""A person with a phone, for tests: drives the simulator over HTTP and sees what Telegram would show."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

import aiohttp

Json = dict[str, Any]
LONGEST_POLL = 30.0  # real seconds of one question
PATIENCE = aiohttp.ClientTimeout(total=90)


class NotAllowed(Exception):
    """The simulator said no; `status` is the HTTP status, the text its words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An inline button: `data` is sent when tapped, or `url` opens."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file in a message; `size` in bytes."""

    file_id: str
    file_name: str
    mime_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A pin, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the phone shows it; `text` is the caption where there is one."""

    message_id: int
    from_bot: bool
    text: str
    html: str
    buttons: tuple[Button, ...]
    document: Document | None
    photo_id: str | None
    location: Location | None
    edited: bool
    pinned: bool
    version: int

    @classmethod
    def read(cls, seen: Json) -> Self:
        """The message from the simulator's JSON."""
        document, location = seen.get("document"), seen.get("location")
        rows = (seen.get("reply_markup") or {}).get("inline_keyboard", ())
        return cls(
            message_id=seen["message_id"],
            from_bot=seen["from_bot"],
            text=seen.get("text") or seen.get("caption", ""),
            html=seen["html"],
            buttons=tuple(
                Button(text=button["text"], data=button.get("callback_data"), url=button.get("url"))
                for row in rows
                for button in row
            ),
            document=document
            and Document(
                file_id=document["file_id"],
                file_name=document["file_name"],
                mime_type=document["mime_type"],
                size=document["file_size"],
            ),
            photo_id=seen["photo"]["file_id"] if "photo" in seen else None,
            location=location and Location(**location),
            edited="edit_date" in seen,
            pinned=seen.get("pinned", False),
            version=seen["version"],
        )

    def button(self, wanted: str) -> Button | None:
        """The button with this text or data, else the first whose text contains it or whose data begins with it."""
        for button in self.buttons:
            if wanted in (button.text, button.data):
                return button
        return next(
            (
                button
                for button in self.buttons
                if wanted in button.text or (button.data is not None and button.data.startswith(wanted))
            ),
            None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot answered to a tap; empty when it answered without words."""

    text: str
    show_alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A line of the command menu."""

    command: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSeen:
    """The bot's profile as one person sees it."""

    name: str
    username: str
    description: str
    short_description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the bot; it came `at` and was decided on at `ended`, real unix seconds; `status` as HTTP's."""

    n: int
    at: float
    ended: float
    method: str
    chat_id: int | None
    params: Json
    status: int
    error: str | None


class _Line:
    """A connection to the simulator. Give several phones one session, or each opens its own."""

    def __init__(self, server_url: str, session: aiohttp.ClientSession | None) -> None:
        self._owned = session is None
        self._session = session or aiohttp.ClientSession(timeout=PATIENCE)
        self._url = server_url.rstrip("/")

    async def close(self) -> None:
        """Hang up."""
        if self._owned:
            await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """The simulator's JSON answer. Raises NotAllowed for a no."""
        async with self._session.request(method, f"{self._url}/sim{path}", **options) as response:
            answer = await response.json(content_type=None)
            if response.status >= 400:
                raise NotAllowed(response.status, answer["description"])
            return answer


class Phone(_Line):
    """One person in a private chat with the bot. `messages` is what was seen last; the calls that wait
    look again by themselves, `look()` does it at will."""

    def __init__(self, server_url: str, *, phone_id: int, session: aiohttp.ClientSession | None) -> None:
        super().__init__(server_url, session)
        self.id = phone_id
        self.version = 0
        self._messages: dict[int, Message] = {}
        self._seen: Json = {}

    @classmethod
    async def create(
        cls,
        server_url: str,
        *,
        id: int,
        first_name: str = "Aliya",
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "en",
        session: aiohttp.ClientSession | None = None,
    ) -> Self:
        """A phone with this Telegram id; an existing one gets these names."""
        phone = cls(server_url, phone_id=id, session=session)
        names = {"first_name": first_name, "last_name": last_name, "username": username, "language_code": language_code}
        await phone.ask("POST", "/phones", json={"id": id, **names})
        return phone

    @property
    def messages(self) -> tuple[Message, ...]:
        """The chat, oldest first, without what was deleted."""
        return tuple(self._messages[message_id] for message_id in sorted(self._messages))

    @property
    def last(self) -> Message:
        """The bot's newest message. Raises LookupError while there is none."""
        return self._newest(lambda message: message.from_bot)

    async def look(self, *, wait: float = 0) -> None:
        """See the chat as it is now; with `wait`, as soon as it changes, within so many real seconds."""
        since = str(self.version)
        params = {"since": since, "wait": str(wait), "changes": "1"}
        seen = await self.ask("GET", f"/phones/{self.id}", params=params)
        self.version = seen["version"]
        for message in seen["messages"]:
            if message.get("deleted"):
                self._messages.pop(message["message_id"], None)
            else:
                self._messages[message["message_id"]] = Message.read(message)
        self._seen = seen

    async def send(self, text: str) -> int:
        """Write to the bot; the message's id."""
        sent = await self.ask("POST", f"/phones/{self.id}/send", json={"text": text})
        return int(sent["message_id"])

    async def send_document(self, content: bytes, *, file_name: str, caption: str = "") -> int:
        """Send a file to the bot; the message's id."""
        form = aiohttp.FormData({"caption": caption})
        form.add_field("file", io.BytesIO(content), filename=file_name)
        sent = await self.ask("POST", f"/phones/{self.id}/document", data=form)
        return int(sent["message_id"])

    async def tap(self, wanted: str, *, message: Message | None = None, wait: float = 10) -> Answer:
        """Press the button with this text, part of a text, or data: on the given message, else on the newest
        that has one. Waits so many real seconds for the bot's answer; TimeoutError without one."""
        if message is None:
            await self.look()
            message = self._newest(lambda seen: seen.button(wanted) is not None)
        button = message.button(wanted)
        if button is None or button.data is None:
            raise LookupError(f"no button {wanted!r} to tap on {message}")
        return await self._tap({"data": button.data, "message_id": message.message_id}, wait=wait)

    async def forge(self, data: str, message_id: int, *, wait: float = 10) -> Answer:
        """Send made-up callback data, as a malicious client can."""
        return await self._tap({"data": data, "message_id": message_id, "forge": True}, wait=wait)

    async def _tap(self, body: Json, *, wait: float) -> Answer:
        tapped = await self.ask("POST", f"/phones/{self.id}/tap", json={**body, "wait": wait})
        if tapped["answer"] is None and wait > 0:
            raise TimeoutError(f"the bot did not answer {body['data']!r} within {wait} s")
        return Answer(**(tapped["answer"] or {"text": "", "show_alert": False}))

    async def wait_for(
        self,
        wanted: str | Callable[[Message], bool],
        *,
        newer_than: Message | None = None,
        timeout: float = 10,  # noqa: ASYNC109
    ) -> Message:
        """The newest message of the bot that contains this text, or of which this is true: at once when it
        is there, else as soon as it comes. With `newer_than`, only what was sent or edited after that message
        was last changed. AssertionError with the chat after so many real seconds."""
        floor = newer_than.version if newer_than is not None else 0

        def fits(message: Message) -> bool:
            if not message.from_bot or message.version <= floor:
                return False
            return wanted in message.text if isinstance(wanted, str) else wanted(message)

        ends = time.monotonic() + timeout
        await self.look()
        while True:
            try:
                return self._newest(fits)
            except LookupError:
                left = ends - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{wanted!r} did not come in {timeout} s; {self._shown()}") from None
            await self.look(wait=min(left, LONGEST_POLL))

    async def block(self) -> None:
        """Block the bot."""
        await self.ask("POST", f"/phones/{self.id}/block", json={})

    async def unblock(self) -> None:
        """Let the bot write again."""
        await self.ask("POST", f"/phones/{self.id}/unblock", json={})

    async def delete(self, message: Message) -> None:
        """Delete a message for both sides."""
        await self.ask("POST", f"/phones/{self.id}/delete", json={"message_id": message.message_id})

    async def download(self, file: Document | str) -> bytes:
        """The content of a document, or of a picture by its id."""
        file_id = file if isinstance(file, str) else file.file_id
        async with self._session.get(f"{self._url}/sim/files/{file_id}") as response:
            if response.status != 200:
                raise NotAllowed(response.status, "the file is gone")
            return await response.read()

    async def commands(self) -> tuple[Command, ...]:
        """The command menu this person sees."""
        await self.look()
        return tuple(Command(**command) for command in self._seen["commands"])

    async def bot(self) -> BotSeen:
        """What the bot tells about itself in this person's language."""
        await self.look()
        return BotSeen(**self._seen["bot"])

    def _newest(self, fits: Callable[[Message], bool]) -> Message:
        for message_id in sorted(self._messages, reverse=True):
            if fits(self._messages[message_id]):
                return self._messages[message_id]
        raise LookupError(f"no such message; {self._shown()}")

    def _shown(self) -> str:
        lines = (f"  {m.message_id} {m.text!r} {[b.text for b in m.buttons]}" for m in self.messages[-20:])
        return "\n".join((f"the chat of {self.id}:", *lines))


class Telegram(_Line):
    """The servers' side, for tests: troubles, limits, raw updates, what the bot called."""

    def __init__(self, server_url: str, *, session: aiohttp.ClientSession | None = None) -> None:
        super().__init__(server_url, session)

    async def fault(
        self,
        method: str,
        kind: str,
        *,
        times: int = 1,
        chat_id: int | None = None,
        retry_after: int = 1,
        description: str | None = None,
    ) -> int:
        """Order a trouble for the next calls of a method, or of all ("*"); `times` -1 means for ever. Its id."""
        body = {
            "method": method,
            "kind": kind,
            "times": times,
            "chat_id": chat_id,
            "retry_after": retry_after,
            "description": description,
        }
        return int((await self.ask("POST", "/faults", json=body))["id"])

    async def heal(self, fault_id: int | None = None) -> None:
        """Cancel one trouble, or all."""
        await self.ask("DELETE", "/faults" if fault_id is None else f"/faults/{fault_id}")

    async def limits(
        self,
        *,
        enforce: bool = True,
        per_second: float = 30,
        per_chat_per_second: float = 1,
        window: Literal["sliding", "bucket"] = "sliding",
    ) -> None:
        """Hold the bot to a pace, or let it go."""
        body = {
            "enforce": enforce,
            "per_second": per_second,
            "per_chat_per_second": per_chat_per_second,
            "window": window,
        }
        await self.ask("POST", "/limits", json=body)

    async def latency(self, seconds: float, *, jitter: float = 0) -> None:
        """Look at each call of the bot so much later, and by chance up to `jitter` seconds more."""
        await self.ask("POST", "/latency", json={"seconds": seconds, "jitter": jitter})

    async def calls(self, method: str | None = None, *, since: int = 0) -> list[Call]:
        """What the bot called after call number `since`."""
        params = {"since": str(since)} | ({"method": method} if method else {})
        answer = await self.ask("GET", "/calls", params=params)
        return [Call(**{"error": None, **call}) for call in answer["calls"]]

    async def clock(self, setting: Json | None = None) -> Json:
        """The bot's clock, read or moved: {"now": iso} or {"advance": seconds}."""
        options: Json = {} if setting is None else {"json": setting}
        answer: Json = await self.ask("GET" if setting is None else "POST", "/clock", **options)
        return answer

    async def put_updates(self, *updates: Json) -> list[int]:
        """Raw updates into the bot's queue, poison too; their ids."""
        answer = await self.ask("POST", "/updates", json={"updates": list(updates)})
        return list(answer["update_ids"])

    async def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return int((await self.ask("GET", "/updates"))["pending"])

    async def group(self, chat_id: int, *, title: str, members: list[Phone]) -> None:
        """A group with the bot and these people."""
        body = {"id": chat_id, "title": title, "members": [phone.id for phone in members]}
        await self.ask("POST", "/groups", json=body)

    async def send_in_group(self, chat_id: int, *, author: Phone, text: str) -> int:
        """A member writes; the message's id."""
        sent = await self.ask("POST", f"/groups/{chat_id}/send", json={"from": author.id, "text": text})
        return int(sent["message_id"])

    async def see_group(self, chat_id: int) -> list[Message]:
        """The messages of a group, oldest first."""
        seen = await self.ask("GET", f"/groups/{chat_id}")
        return [Message.read(message) for message in seen["messages"] if not message.get("deleted")]
