"""JSON as it goes over the wire: compact, with letters as they are."""

import json
from typing import Any

Json = dict[str, Any]

# One encoder for all: json.dumps() with options builds a new one at each call.
dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
