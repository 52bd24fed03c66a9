"""The benchmarks: every topic in `topics/`, and in the end a line for every figure.

`python -m tests.bench [topic] [--quick]`; exits 1 when a figure is short or a topic could not be measured.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory

from tests.bench.effort import FULL, QUICK, Effort
from tests.figures import Figure, print_figures

TOPICS = Path(__file__).parent / "topics"


def topics(only: str = "") -> list[str]:
    """What there is to measure: the folder is the list."""
    return [one.name for one in iter_modules([str(TOPICS)]) if only in one.name]


def figures_of(topic: str, effort: Effort) -> Iterator[Figure]:
    """What one topic finds, in a folder of its own."""
    with TemporaryDirectory(prefix="shopimize-bench-") as folder:
        yield from import_module(f"tests.bench.topics.{topic}").measure(Path(folder), effort)


def main(only: str = "", effort: Effort = FULL) -> int:
    found: list[Figure] = []
    failed = False
    for topic in topics(only):
        print(f"measuring {topic} …", file=sys.stderr, flush=True)
        try:
            found += figures_of(topic, effort)
        except Exception:
            traceback.print_exc()
            failed = True
    short = print_figures(found)
    return 1 if failed or short or not found else 0


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--quick"]
    raise SystemExit(main(*words[:1], effort=QUICK if "--quick" in sys.argv else FULL))
