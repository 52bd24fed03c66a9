"""How much work a benchmark puts in: the full count, or just enough to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """`rounds` of everything that is measured more than once; so many requests a round, no longer than so long.

    `share` is how much of the large data sets is enough.
    """

    rounds: int
    requests: int
    seconds: float
    share: float


FULL = Effort(rounds=3, requests=4000, seconds=4.0, share=1.0)
QUICK = Effort(rounds=3, requests=1000, seconds=2.0, share=0.1)
TINY = Effort(rounds=1, requests=20, seconds=1.0, share=0.02)
