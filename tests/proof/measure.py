"""How long it took and how much memory it had: percentiles, peak memory, and words for both."""

import math
from collections.abc import Sequence
from pathlib import Path


def percentile(seconds: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed; nothing is interpolated. NaN of none."""
    if not seconds:
        return math.nan
    return sorted(seconds)[max(0, math.ceil(share * len(seconds)) - 1)]


def spread(seconds: Sequence[float]) -> str:
    """Word the latencies of a run: "p50 12 ms, p95 40 ms, p99 1.30 s"."""
    return ", ".join(f"p{share:.0%}"[:-1] + f" {duration(percentile(seconds, share))}" for share in (0.5, 0.95, 0.99))


def duration(seconds: float) -> str:
    """Word a span: milliseconds below a second."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def peak_megabytes(pid: int) -> float:
    """Return the most resident memory that this running process ever had, in MB of 2**20 (VmHWM; Linux alone)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024
