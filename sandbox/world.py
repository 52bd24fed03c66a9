"""The sandbox's one state: clock, switches, permissions, mail, counters; in a file, so that a restart goes on."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

PEOPLE = {"ana@aurora.test": "Ana Alvarez", "ops@aurora.test": "Aurora Ops", "bob@borealis.test": "Bob Borg"}
SAVE_EVERY_SECONDS = 0.3
HISTORY = timedelta(days=88)


class World:
    """All that changes. `data` is plain JSON; whoever changes it holds `changing()`."""

    def __init__(self, state: Path | None = None, clock_offset_file: Path | None = None) -> None:
        self._state = state
        self._clock_offset_file = clock_offset_file
        self._lock = threading.RLock()
        self._dirty = threading.Event()
        self._closed = threading.Event()
        self.data: dict[str, Any] = {
            "offset": 0.0,
            "first_day": (datetime.now(UTC).date() - HISTORY).isoformat(),
            "switches": [],
            "codes": {},
            "grants": {},
            "tokens": {},
            "turned": {},
            "requests": {},
            "making": [],
            "callbacks": {},
            "webhooks": [],
            "later": [],
            "signals": [],
            "inbox": [],
            "chat": [],
        }
        if state is not None and state.exists():
            self.data.update(json.loads(state.read_text(encoding="utf-8")))
        self._write_offset()
        if state is not None:
            threading.Thread(target=self._keep_saving, name="state", daemon=True).start()

    @contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """The data, under the lock; saved soon after."""
        with self._lock:
            yield self.data
        self._dirty.set()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.data["offset"]))

    @property
    def first_day(self) -> date:
        """The first day that any store sold or any ad ran."""
        return date.fromisoformat(self.data["first_day"])

    def begin_at(self, at: datetime) -> None:
        """Make it that time now, with as much history before it as ever; before anybody connects."""
        with self.changing() as data:
            data["first_day"] = (at.date() - HISTORY).isoformat()
            data["offset"] = (at - datetime.now(UTC)).total_seconds()
        self._write_offset()

    def advance(self, seconds: float) -> None:
        with self.changing() as data:
            data["offset"] = float(data["offset"]) + seconds
        self._write_offset()

    def count(self, slug: str, kind: str) -> None:
        with self.changing() as data:
            counters = data["requests"].setdefault(slug, {})
            counters[kind] = counters.get(kind, 0) + 1

    def counted(self, slug: str) -> dict[str, int]:
        found = self.data["requests"].get(slug, {})
        return {kind: found.get(kind, 0) for kind in ("authorize", "token", "refresh", "revoke", "register", "data")}

    def save(self) -> None:
        if self._state is None:
            return
        with self._lock:
            text = json.dumps(self.data)
        draft = self._state.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, self._state)

    def close(self) -> None:
        self._closed.set()
        self.save()

    def _keep_saving(self) -> None:
        while not self._closed.wait(SAVE_EVERY_SECONDS):
            if self._dirty.is_set():
                self._dirty.clear()
                self.save()

    def _write_offset(self) -> None:
        if self._clock_offset_file is None:
            return
        draft = self._clock_offset_file.with_suffix(".draft")
        draft.write_text(str(self.data["offset"]), encoding="ascii")
        os.replace(draft, self._clock_offset_file)
