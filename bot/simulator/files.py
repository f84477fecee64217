"""Files in the cloud of the stand-in: kept in memory, the oldest forgotten past a bound."""

import hashlib
import struct
from collections import OrderedDict
from dataclasses import dataclass

from bot.simulator.arguments import Arguments, Upload
from bot.simulator.errors import Refused, bad_request
from bot.simulator.wire import Json

KEPT_BYTES = 256 * 1024 * 1024
LARGEST_UPLOAD = 50 * 1024 * 1024  # bytes [Bot API: sendDocument]
LARGEST_PHOTO = 10 * 1024 * 1024  # bytes [Bot API: sendPhoto]
LARGEST_DOWNLOAD = 20 * 1024 * 1024  # bytes [Bot API: getFile]
WRONG_FILE = "wrong file identifier/HTTP URL specified"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file under its file_id."""

    file_id: str
    unique_id: str
    name: str
    mime_type: str
    content: bytes

    @property
    def path(self) -> str:
        """The `file_path` of getFile."""
        return f"documents/{self.file_id}"

    def wire(self) -> Json:
        """What the Bot API tells of any file."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


class Files:
    """Uploads by file_id."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._bytes = 0
        self._count = 0

    def store(self, upload: Upload) -> StoredFile:
        """Keep an upload. Refuses an empty one and one over 50 MB."""
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > LARGEST_UPLOAD:
            raise Refused(413, "Request Entity Too Large")
        self._count += 1
        digest = hashlib.sha256(upload.content).hexdigest()
        file = StoredFile(
            file_id=f"BQAC{self._count:06d}{digest[:24]}",
            unique_id=f"AgAD{digest[:12]}",
            name=upload.name,
            mime_type=upload.mime_type,
            content=upload.content,
        )
        self._files[file.file_id] = file
        self._bytes += len(file.content)
        while self._bytes > KEPT_BYTES:
            self._bytes -= len(self._files.popitem(last=False)[1].content)
        return file

    def find(self, file_id: str) -> StoredFile | None:
        """The file, unless it is unknown or forgotten."""
        return self._files.get(file_id)

    def read(self, args: Arguments, name: str) -> StoredFile:
        """The file a call names: an upload or a file_id. An address is refused: nothing is fetched here."""
        upload = args.file(name)
        if upload is not None:
            return self.store(upload)
        value = args.text(name)
        if not value:
            raise bad_request(f"there is no {name} in the request")
        if value.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        file = self.find(value)
        if file is None:
            raise bad_request(WRONG_FILE)
        return file


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG or GIF; nothing for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    at = 2
    while content.startswith(b"\xff\xd8") and at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
