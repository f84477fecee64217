"""A stand-in for Telegram's servers, with phones in the browser: for the demo, tests and rehearsals.

It speaks HTTP on loopback only and knows nothing of the bot beside it. The bot's side answers like the
Bot API, in Telegram's words and as strictly; people's side (`/sim`) and the page (`/`) are our own.

Read in this order: `wire`, `errors`, `arguments` (a call comes in), `methods` (what happens to it),
`world` (what is remembered: `chats`, `messages`, `updates`, `queries`, `files`, `profile`), `sending`,
`editing`, `receiving`, `identity` (the methods), `markup`, `html_reader` and `keyboards` (what Telegram refuses),
`phones` and `control` (the other side), `faults`, `limits`, `calls`, `webhook`, `server`.

What it does not do:
- It forgets everything when it stops. Until then it keeps every message, the last 200,000 calls and the
  newest 256 MB of files.
- It has HTML and `entities`, no Markdown; inline keyboards with links, callbacks, Mini Apps and texts to
  copy; no inline mode, payments, games, stickers, albums, polls, topics, business accounts or channels.
- Markup is looked at as TDLib does, but nested tags of one kind are not merged, and of the entities that
  Telegram finds by itself only links with a scheme, @mentions and /commands are found.
- The limits it enforces when told to are Telegram's published hints, not its secret rules; the deadline
  of a tap is a setting, for nobody publishes it.
- Where a rule is unknown the stricter reading stands: no edits for one who blocked the bot, no second
  answer to a tap, no button with two actions. Some words of refusals are guesses: those for names and
  descriptions that are too long, and for copied texts.
- A webhook is plain http on loopback and any port; a file is never fetched from an address.
- `getUpdates` never makes anybody wait for calling too often, and `close` and `logOut` only say yes.
"""

from bot.simulator.server import Simulator

__all__ = ["Simulator"]
