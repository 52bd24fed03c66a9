"""The benchmarks run: every topic is found, and one is measured at a tiny count. How fast is not asked here."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.bench.__main__ import figures_of, main, topics
from tests.bench.effort import TINY


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


def test_nothing_measured_is_no_success(capsys):
    assert main("no such topic") == 1
    assert capsys.readouterr().out == ""
