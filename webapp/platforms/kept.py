"""Reports that were ordered and not fetched yet, so that a later try finds them again instead of ordering anew."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable

from webapp.platforms.consent import Account


class Kept:
    """Orders' ids by what was ordered for whom.

    Kept in this process only: forgetting one costs a report, and nothing else.
    """

    MOST = 1_000

    def __init__(self, *, life_seconds: float) -> None:
        self._life = life_seconds
        self._ids: OrderedDict[tuple[str, Hashable], tuple[str, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, account: Account, wanted: Hashable) -> str | None:
        with self._lock:
            found, until = self._ids.get((account.id, wanted), ("", 0.0))
        return found if until > time.monotonic() else None

    def keep(self, account: Account, wanted: Hashable, report_id: str) -> None:
        """Remember it from now on; being asked after does not prolong its life."""
        now = time.monotonic()
        with self._lock:
            found, until = self._ids.get((account.id, wanted), ("", 0.0))
            if found == report_id and until > now:
                return
            self._ids[account.id, wanted] = (report_id, now + self._life)
            while len(self._ids) > self.MOST:
                self._ids.popitem(last=False)

    def forget(self, account: Account, wanted: Hashable) -> None:
        with self._lock:
            self._ids.pop((account.id, wanted), None)
