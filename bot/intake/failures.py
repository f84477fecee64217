"""What may be written down of an error: its type and its place, never its words, which may quote what people wrote."""

from types import FrameType

_OURS = ("bot.", "storage.")


def type_and_place(error: BaseException) -> str:
    """Return such as "KeyError at bot.handlers.visits:42": the innermost line of ours, else the innermost of all."""
    kind = type(error).__qualname__
    frames: list[tuple[FrameType, int]] = []
    trace = error.__traceback__
    while trace is not None:
        frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    places = [f"{frame.f_globals.get('__name__')}:{line}" for frame, line in reversed(frames)]
    if not places:
        return kind
    return f"{kind} at {next((place for place in places if place.startswith(_OURS)), places[0])}"
