"""What intake has done since the process began: plain numbers for whoever watches."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Updates of this process. A failed try counts each time; what is turned away is neither handled nor parked."""

    stored: int = 0
    """Brought to this process and stored, repeats too."""
    handled: int = 0
    failed: int = 0
    parked: int = 0
    turned_away: int = 0
