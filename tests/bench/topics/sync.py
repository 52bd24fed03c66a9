"""The first sync of a shop and an ad account, and one that finds nothing new, against dlt and against a plain loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.contest import middle, postgres_databases, ratio, sqlite_databases, turns
from tests.bench.effort import Effort
from tests.bench.pages import data_server
from tests.figures import Figure

SQLITE = {"dlt": 6.0, "floor": 0.8}
POSTGRES = {"dlt": 4.0, "dlt tuned": 2.5, "floor": 1.1}
NOTHING_NEW = 0.3
PEAK_MB, FLAT = 120, 1.1


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    with data_server(effort.share) as server, data_server(effort.share / 10) as small:
        for kind, goals, databases in (
            ("SQLite", SQLITE, sqlite_databases(folder)),
            ("PostgreSQL", POSTGRES, postgres_databases()),
        ):
            with databases as fresh:
                found = turns([*goals, "ours"], fresh, server=server, rounds=effort.rounds)
                (little,) = turns(["ours"], fresh, server=small, rounds=1)
            ours = middle(found, "ours")
            for rival, goal in goals.items():
                value = ratio(found, "ours", rival)
                against = f"{ours:.0f} rows/s to {middle(found, rival):.0f}"
                yield Figure(f"sync: first, {kind}, against {rival}", f"{value:.2f} ({against})", f">= {goal}",
                             value >= goal)  # fmt: skip
            value = ratio(found, "ours", "dlt", "again")
            against = f"{middle(found, 'ours', 'again'):.2f} s to {middle(found, 'dlt', 'again'):.2f} s"
            yield Figure(f"sync: nothing new, {kind}, against dlt", f"{value:.2f} ({against})", f"<= {NOTHING_NEW}",
                         value <= NOTHING_NEW)  # fmt: skip
            peak, before = middle(found, "ours", "peak_mb"), little["ours"].peak_mb
            yield Figure(
                f"sync: peak memory, {kind}",
                f"{peak:.0f} MB ({before:.0f} with a tenth of the rows; dlt {middle(found, 'dlt', 'peak_mb'):.0f})",
                f"<= {PEAK_MB} MB and flat (x {FLAT})",
                peak <= PEAK_MB and peak <= FLAT * before,
            )
