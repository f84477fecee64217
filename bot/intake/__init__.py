"""Updates: Telegram -> inbox -> handlers. Each is stored before it is confirmed, and done once it is handled.

Reading order: intake.py (how the parts meet), arrivals.py (what comes), poller.py, or webhook.py with address.py and
together.py (how it comes), then where it is stored and who may handle it: alone.py for one process on SQLite, shared.py
and life.py for several on PostgreSQL; queues.py (one queue per person), workers.py (each update through its handler),
floods.py (who sends too much), marks.py (what is written down when it is done), failures.py (what may be said of an
error).
"""

from bot.intake.arrivals import is_late_tap
from bot.intake.floods import OnFlood
from bot.intake.intake import Intake
from bot.intake.workers import Handle

__all__ = ["Handle", "Intake", "OnFlood", "is_late_tap"]
