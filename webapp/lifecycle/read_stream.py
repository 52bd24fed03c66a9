"""Read one stream: on from where it stopped, then every owed window, newest days first.

Each page commits its rows, its coverage, the cursor and a resume hint together, guarded by the claim's fence; a kill
anywhere loses nothing and repeats at most one page. The next one is fetched while the disk writes the last; what
somebody is told, and the end of a window, waits until all of it is written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlmodel import Session

from webapp.lifecycle.allowance import Allowance
from webapp.lifecycle.attempt import Attempt
from webapp.lifecycle.bury import bury_unlisted, bury_unseen, mark_unseen
from webapp.lifecycle.claim import hold, keep
from webapp.lifecycle.hidden import in_doubt, still_counted
from webapp.lifecycle.note_costs import note_store_costs
from webapp.lifecycle.progress import Hint, cover, cursor_of, end_window, keep_hint
from webapp.lifecycle.runtime import bump
from webapp.lifecycle.said_again import Hearing, Said, forget
from webapp.lifecycle.store_page import store_page
from webapp.lifecycle.sum_days import mark_stale, owner_of
from webapp.models.integration import Integration
from webapp.models.plan import CoveredDay, local_day, owed_windows, whole_day
from webapp.models.sync import Cursor
from webapp.platforms.api import Api
from webapp.platforms.consent import Account
from webapp.platforms.diagnosis import Cause, Trouble, verdict
from webapp.platforms.streams import DeadCursor, Page, Reading, Stream, Window
from webapp.queries.coverage import covered

log = logging.getLogger(__name__)


class StreamReader:
    """One stream of one integration, within one attempt. Raises Trouble, LostClaim and Stopping."""

    def __init__(
        self,
        attempt: Attempt,
        connection: Connection,
        api: Api,
        account: Account,
        integration: Integration,
        stream: Stream,
    ) -> None:
        self._attempt, self._runtime, self._platform = attempt, attempt.runtime, attempt.platform
        self._connection = connection
        self._api, self._account, self._integration, self._stream = api, account, integration, stream
        self._known: set[date] = set()
        self._said: Said | None = None

    def read(self, fresh_since: datetime | None, allowance: Allowance) -> None:
        """Everything that is owed. What was read before `fresh_since` and may still change is owed once more."""
        integration = self._integration
        cursor, days = self._so_far()
        hint = Hint.of(cursor.hint) if cursor is not None else None
        just_read: frozenset[date] = frozenset()
        if hint is not None and self._runtime.now() - hint.started <= self._platform.page_life:
            self._read_window(hint)
            cursor, days = self._so_far()
            # The running day is owed by every attempt; read to its end by this one, it is not begun anew.
            if self._stream.reading is Reading.DAYS and (fresh_since is None or hint.started >= fresh_since):
                just_read = frozenset(hint.window.days)
        self._bury([day for day, found in days.items() if found.is_asked_again])
        for window in self._owed(cursor, days, fresh_since):
            # Asked for once more, a day is written once more: somebody doubts what is stored.
            doubted = any(found.is_asked_again for day in window.days if (found := days.get(day)) is not None)
            if just_read.issuperset(window.days) and not doubted:
                continue
            allowance.count(self._api.calls)
            allowance.admit(window, today=local_day(self._runtime.now(), ZoneInfo(integration.timezone)))
            self._read_window(Hint(window=window, started=self._runtime.now(), same=None if doubted else 0))

    def _so_far(self) -> tuple[Cursor | None, dict[date, CoveredDay]]:
        with self._runtime.database.reading() as session:
            cursor = cursor_of(session, self._integration, self._stream)
            days = covered(session, self._integration, self._stream)
        self._known = set(days)
        self._said = Said.of(cursor.said) if cursor is not None else None
        return cursor, days

    def _owed(
        self, cursor: Cursor | None, days: Mapping[date, CoveredDay], fresh_since: datetime | None
    ) -> list[Window]:  # fmt: skip
        integration, stream = self._integration, self._stream
        now, zone = self._runtime.now(), ZoneInfo(integration.timezone)
        today = local_day(now, zone)
        if stream.reading is Reading.SNAPSHOT:
            read_at = cursor.read_at if cursor is not None else None
            if read_at is not None and now - read_at < stream.every:
                return []
            return [Window(first=today, last=today, start=now, end=now)]
        first = integration.readable_from(today)
        return owed_windows(stream, days, first_day=first, zone=zone, now=now, fresh_since=fresh_since)

    def _read_window(self, at: Hint) -> None:
        # Where the platform forgot a page, though not the window, what is stored so far is stored again: no change.
        for place in (at, replace(at, resume=None, same=None)):
            try:
                pages = self._platform.read(self._api, self._account, self._stream, place.window, resume=place.resume)
                hearing = self._hearing(place)
                self._attempt.go_on()
                for page in pages:
                    self._attempt.note(self._stream, page)
                    if hearing.repeats(page):
                        self._pass_over(place, page, hearing)
                    else:
                        self._store(place, page, hearing)
                    is_last = page.resume is None
                    # Let go before the next one comes: what a sync holds is one page, however many there are.
                    del page
                    if not is_last:
                        self._attempt.go_on()
                return
            except DeadCursor as dead:
                log.info("sync %s: a window of %s starts over", self._integration.id, self._stream.name)
                answer = dead.answer
        raise Trouble(verdict(Cause.PLATFORM_DOWN, transient=True, code="dead_cursor", message=answer.text), answer)

    def _hearing(self, at: Hint) -> Hearing:
        if not self._is_running(at.window):
            # Nothing of it is remembered, and a digest of every page costs a fiftieth of storing it.
            return Hearing(None, same=None)
        alone = self._said is not None and self._said.day == at.window.first
        # Of what came before the page to go on with nothing is known, unless it was all the same.
        return Hearing(self._said if alone else None, same=at.same if at.same or at.resume is None else None)

    def _pass_over(self, at: Hint, page: Page, hearing: Hearing) -> None:
        """It says what is stored: all there is to write is that it was heard."""
        attempt, runtime, stream = self._attempt, self._runtime, self._stream
        hint = at.after(page.resume, same=hearing.same)
        is_silent = attempt.proven and hint is not None
        with runtime.database.writing(self._connection, passing=is_silent) as session:
            integration = self._held(session, ends=hint is None)
            if hint is not None:
                keep_hint(session, self._platform, integration, stream, hint)
            if is_silent:
                return
            attempt.prove(session, integration)
            if hint is None:
                cover(runtime, session, integration, stream, at, (), known=self._known, finished=True, same=True)
                end_window(session, self._platform, integration, stream, runtime.now())
            attempt.tell(session, integration, stream, at.window, finished=hint is None)

    def _store(self, at: Hint, page: Page, hearing: Hearing) -> None:
        attempt, runtime, stream, known = self._attempt, self._runtime, self._stream, self._known
        hidden = self._hidden(at, page)
        is_silent = attempt.is_silent(finished=page.resume is None)
        with runtime.database.writing(self._connection, passing=is_silent) as session:
            integration = self._held(session, ends=page.resume is None)
            # A page without rows before the window's end only remembers where to go on: no data has flowed yet.
            if page.records or page.resume is None:
                attempt.prove(session, integration)
            # Days nobody has read, from a window nobody has begun: nothing of them can be here.
            all_new = at.resume is None and stream.reading is not Reading.SNAPSHOT and known.isdisjoint(at.window.days)
            if self._said is not None and self._said.day in at.window.days:
                forget(session, integration, stream, self._said, same=hearing.same, read_at=at.started)
            touched = store_page(session, integration, page.records, read_at=at.started, all_new=all_new)
            mark_stale(session, owner_of(integration), touched - attempt.marked)
            hint = at.after(page.resume)
            if hint is None and stream.reading is Reading.DAYS:
                bury_unseen(
                    session, integration, stream,
                    first=at.window.first, last=at.window.last, read_since=at.started, hidden=hidden,
                    now=runtime.now(),
                )  # fmt: skip
            if hint is None and stream.reading is Reading.SNAPSHOT:
                mark_unseen(session, integration, stream, read_since=at.started, now=runtime.now())
                note_store_costs(session, integration, runtime.now())
            cover(runtime, session, integration, stream, at, touched, known=known, finished=hint is None)
            if hint is None:
                said = hearing.said(at.window.last, at.started) if self._is_running(at.window) and not hidden else None
                end_window(session, self._platform, integration, stream, runtime.now(), said=said)
            else:
                keep_hint(session, self._platform, integration, stream, hint)
            if not is_silent:
                attempt.tell(session, integration, stream, at.window, finished=hint is None)
        attempt.marked |= touched
        if self._said is not None and self._said.day in at.window.days:
            self._said = None

    def _held(self, session: Session, *, ends: bool) -> Integration:
        """The integration, which is ours to write for: as it is now, unless nothing of its own can change, as in the
        middle of a window. Raises LostClaim."""
        if ends or self._attempt.recovering or not self._attempt.proven:
            return hold(self._runtime, session, self._attempt.claim)
        keep(self._runtime, session, self._attempt.claim)
        return self._integration

    def _is_running(self, window: Window) -> bool:
        """Whether it is the account's running day and no other."""
        today = local_day(self._runtime.now(), ZoneInfo(self._integration.timezone))
        return self._stream.reading is Reading.DAYS and window.first == window.last == today

    def _hidden(self, at: Hint, page: Page) -> frozenset[date]:
        """Days on which something is not reported any more, and yet the platform's own total still contains it."""
        stream, window = self._stream, at.window
        if stream.reading is not Reading.DAYS or page.resume is not None or self._known.isdisjoint(window.days):
            return frozenset()
        with self._runtime.database.reading() as session:
            doubts = in_doubt(session, self._integration, window, read_since=at.started, arriving=page.records)
        if not doubts:
            return frozenset()
        try:
            totals = self._platform.totals(self._api, self._account, stream, window)
        except Trouble as trouble:
            # Nothing is given up on a guess: it is asked about again with the next look back.
            log.info("sync %s: no totals to tell what is gone: %s", self._integration.id, trouble)
            return frozenset(doubts)
        found = still_counted(doubts, totals, currency=self._integration.currency)
        if found:
            log.info("sync %s: %s days are reported in part and counted whole", self._integration.id, len(found))
        return found

    def _bury(self, doubted: Iterable[date]) -> None:
        """Of days that are in doubt: what was deleted at the platform, which no list of changes ever tells."""
        integration, stream = self._integration, self._stream
        if stream.reading is not Reading.CHANGES:
            return
        for day in doubted:
            self._attempt.go_on()
            window = whole_day(day, ZoneInfo(integration.timezone))
            listed = self._platform.listed(self._api, self._account, stream, window)
            if listed is None:
                return
            counted = self._platform.totals(self._api, integration.account, stream, window)[day].rows
            if counted is not None and counted != len(listed):
                # A list shorter than the platform's own count is a permission that sees only part: nothing is gone.
                continue
            with self._runtime.database.writing() as session:
                held, now = hold(self._runtime, session, self._attempt.claim), self._runtime.now()
                gone = bury_unlisted(session, held, stream, day, listed, now)
                if gone:
                    at = Hint(window=window, started=now)
                    cover(self._runtime, session, held, stream, at, {day}, known={day}, finished=False)
                    bump(session, held.workspace_id)
                    log.info("sync %s: %s gone at the platform", integration.id, gone)
