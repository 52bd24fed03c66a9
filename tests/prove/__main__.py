"""The proofs at full count: the same tests as in CI, and a line for every figure they found.

`python -m tests.prove [name]`; exits 1 when a figure is short or a proof fails.
"""

from __future__ import annotations

import sys

import pytest

from tests.figures import Figure, print_figures


class Collector:
    """Keeps what the proofs found until they are all done."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            found = [value for name, value in report.user_properties if name == "figure"]
            self.figures += [Figure(f"{one[0]} [{report.nodeid.partition('[')[2]}", *one[1:]) for one in found]  # type: ignore[misc]


def main(only: str = "") -> int:
    collector = Collector()
    asked = ["-m", "prove", "--full", "-q", "-p", "no:xdist", *(["-k", only] if only else []), "tests"]
    failed = pytest.main(asked, plugins=[collector])
    short = print_figures(collector.figures)
    return 1 if failed or short or not collector.figures else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
