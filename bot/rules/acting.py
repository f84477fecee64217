"""Dangerous acts: when a word counts, and when it can be taken back."""

from storage.records import Act, ActState

_ASKED = (ActState.SHOWN, ActState.CHANGED)


def may_confirm(act: Act, *, by: int, revision: int) -> bool:
    """Say whether this person's tap confirms the act: it is theirs, asked about, and the button stands under the
    preview that holds. One with nothing left to do cannot be confirmed.
    """
    return act.state in _ASKED and act.author_id == by and act.revision == revision and bool(act.preview)


def may_recall(act: Act) -> bool:
    """Say whether the act can be taken back: nothing of it has been done. Also past its moment, while it is not."""
    return act.state is ActState.PLANNED
