"""Updates: Telegram -> inbox -> handlers. Each is stored before it is confirmed, and done once it is handled.

Reading order: intake.py (how the parts meet), arrivals.py (what comes), poller.py, or webhook.py with address.py and
together.py (how it comes), queues.py (one queue per person), marks.py (what is written down when it is done),
failures.py (what may be said of an error).
"""

from bot.intake.arrivals import is_late_tap
from bot.intake.intake import Intake
from bot.intake.queues import Handle, OnFlood

__all__ = ["Handle", "Intake", "OnFlood", "is_late_tap"]
