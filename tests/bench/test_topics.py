"""The benchmarks run: every topic is found, and one is measured at a tiny count. How fast is not asked here."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.bench.__main__ import figures_of, main, topics
from tests.bench.contest import sqlite_databases, turns
from tests.bench.effort import TINY
from tests.bench.pages import data_server


def test_the_folder_is_the_list():
    assert {"bytes", "claim", "clock", "memory", "overview", "page", "poll", "start", "sync"} <= set(topics())
    assert topics("pol") == ["poll"]
    for topic in topics():
        assert callable(import_module(f"tests.bench.topics.{topic}").measure)


@pytest.mark.timeout(120)
def test_a_topic_ends_in_figures():
    for name, value, goal, _ in figures_of("poll", TINY):
        assert name.startswith("poll: ")
        assert float(value.partition(" ")[0]) > 0
        assert goal.startswith(">= 0.4")


@pytest.mark.timeout(120)
def test_claims_are_measured_on_both_databases():
    found = {name: float(value.partition(" ")[0]) for name, value, _, _ in figures_of("claim", TINY)}
    assert set(found) == {f"claim: 100 of 100k{what}, {kind}" for what in ("", " against 1k")
                          for kind in ("SQLite", "PostgreSQL")}  # fmt: skip
    assert all(value > 0 for value in found.values())


@pytest.mark.timeout(120)
def test_the_floor_and_we_store_the_same_rows(tmp_path):
    with data_server(TINY.share) as server, sqlite_databases(tmp_path) as fresh:
        (turn,) = turns(["floor", "ours"], fresh, server=server, rounds=1)
    weeks, windows = 13, 8
    assert turn["ours"].rows == {"orders": weeks * 250 * (1 + 3), "insights": windows * 500}
    assert turn["ours"].again < 10


def test_nothing_measured_is_no_success(capsys):
    assert main("no such topic") == 1
    assert capsys.readouterr().out == ""
