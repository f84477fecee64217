"""What the bot remembers. Knows nothing of Telegram or of languages; hands out frozen records.

Reading order: records.py (what is handed out), tables.py (how it lies), database.py (how a transaction runs), then
one file a noun: congress, visits, bookings, delegates, requests, inbox, outbox, log. Last backup.py, restoring.py,
audit.py.
"""

from sqlalchemy import Connection

Tx = Connection
"""What every function of storage and services takes first: the open transaction."""
