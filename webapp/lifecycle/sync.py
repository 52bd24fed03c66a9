"""Read one claimed integration: ask whether it is well, then every owed window, newest days first.

Each page commits its rows, its coverage, the cursor and a resume hint together, guarded by the claim's fence; a kill
anywhere loses nothing and repeats at most one page.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, update
from sqlmodel import Session

from webapp.database import table_of
from webapp.lifecycle.allowance import Allowance, interval_of
from webapp.lifecycle.bury import bury_unlisted, bury_unseen
from webapp.lifecycle.claim import Claim, LostClaim, hold, let_go
from webapp.lifecycle.progress import Hint, cover, cursor_of, end_window, keep_hint
from webapp.lifecycle.recover import (
    advance_recovery,
    begin_recovery,
    open_incident,
    open_receipt,
)
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.store_page import store_page
from webapp.lifecycle.trouble import record_trouble
from webapp.models.access import Login
from webapp.models.integration import Integration
from webapp.models.plan import local_day, owed_windows, whole_day
from webapp.models.sync import Outcome, SyncRun
from webapp.models.trouble import Closing
from webapp.platforms.api import Api
from webapp.platforms.base import (
    Account,
    DeadCursor,
    Page,
    Platform,
    Reading,
    Stream,
    Window,
)
from webapp.platforms.diagnosis import Cause, Trouble, verdict
from webapp.queries.coverage import covered

log = logging.getLogger(__name__)
JITTER = 0.1
# Whoever watches sees progress at most so often; counting it costs more than storing a page.
TELL_SECONDS = 1.0
_run = table_of(SyncRun)
_COUNT = (
    update(_run)
    .where(_run.c.id == bindparam("run"))
    .values(
        stream=bindparam("named"),
        pages=_run.c.pages + 1,
        rows=_run.c.rows + bindparam("more"),
        days=_run.c.days + bindparam("whole"),
    )
)


def sync(runtime: Runtime, claim: Claim) -> Outcome:
    """One attempt, begun to ended. Trouble is recorded, never raised; a lost claim writes nothing more."""
    attempt = _Attempt(runtime, claim)
    try:
        attempt.begin()
        attempt.read_everything()
        attempt.succeed()
        return attempt.ended(Outcome.DONE)
    except Trouble as trouble:
        record_trouble(runtime, claim, trouble, run_id=attempt.run_id)
        return attempt.ended(Outcome.TROUBLE, cause=trouble.diagnosis.cause)
    except LostClaim:
        return attempt.ended(Outcome.INTERRUPTED)


class _Attempt:
    def __init__(self, runtime: Runtime, claim: Claim) -> None:
        self.runtime = runtime
        self.claim = claim
        self.run_id: int | None = None
        self.platform: Platform = runtime.platform(claim.platform)
        self._proven = self._recovering = False
        self._known: dict[str, set[date]] = {}
        self._told = -TELL_SECONDS
        self._rows = 0
        self._claimed_at = runtime.now()
        self._began = time.monotonic()

    def ended(self, outcome: Outcome, cause: Cause | None = None) -> Outcome:
        """Say so in the log, and hand the outcome back."""
        waited = self._claimed_at - self.claim.due_at
        log.info(
            "sync ended",
            extra={
                "integration": self.claim.integration_id, "platform": self.claim.platform, "outcome": str(outcome),
                "cause": cause and str(cause), "rows": self._rows, "lag": round(waited.total_seconds(), 1),
                "seconds": round(time.monotonic() - self._began, 2),
            },
        )  # fmt: skip
        return outcome

    def begin(self) -> None:
        with self.runtime.database.writing() as session:
            integration, now = hold(self.runtime, session, self.claim), self.runtime.now()
            integration.last_attempt_at = now
            run = SyncRun(integration_id=integration.id, started_at=now)
            session.add(run)
            session.flush()
            self.run_id = run.id
            bump(session, integration.workspace_id)

    def read_everything(self) -> None:
        with self.runtime.database.reading() as session:
            integration = session.get_one(Integration, self.claim.integration_id)
            login = session.get_one(Login, integration.login_id)
            receipt = open_receipt(session, integration.id)
            fresh_since = receipt.away_to if receipt is not None else integration.failing_since
        self._recovering = receipt is not None
        assert login.id is not None
        token = usable_token(self.runtime, login.id)
        renew = renewer(self.runtime, login.id)
        api = self.runtime.api(self.platform, token=token, tenant=login.tenant, renew=renew)
        account = self.platform.probe(api, integration.account)
        allowance = Allowance(self.runtime, self.platform)
        troubles: list[Trouble] = []
        for stream in self.platform.streams:
            try:
                self._read_stream(api, account, stream, integration, fresh_since, allowance)
            except Trouble as trouble:
                troubles.append(trouble)
                if not trouble.diagnosis.is_about_one_stream:
                    break
            finally:
                allowance.count(api.calls)
        if troubles:
            # What only one of them said, and somebody must act on, is not hidden behind another's passing trouble.
            raise next((one for one in troubles if one.diagnosis.is_definite), troubles[0])

    def _read_stream(
        self,
        api: Api,
        account: Account,
        stream: Stream,
        integration: Integration,
        fresh_since: datetime | None,
        allowance: Allowance,
    ) -> None:
        with self.runtime.database.reading() as session:
            cursor = cursor_of(session, integration, stream)
            self._known[stream.name] = set(covered(session, integration, stream))
        hint = Hint.of(cursor.hint) if cursor is not None else None
        if hint is not None and self.runtime.now() - hint.started <= self.platform.page_life:
            self._read_window(api, account, stream, hint)
        self._bury(api, account, stream, integration)
        for window in self._owed(stream, integration, fresh_since):
            allowance.count(api.calls)
            allowance.admit(window, today=local_day(self.runtime.now(), ZoneInfo(integration.timezone)))
            self._read_window(api, account, stream, Hint(window=window, started=self.runtime.now(), resume=None))

    def _bury(self, api: Api, account: Account, stream: Stream, integration: Integration) -> None:
        """Of days that are in doubt: what was deleted at the platform, which no list of changes ever tells."""
        if stream.reading is not Reading.CHANGES:
            return
        with self.runtime.database.reading() as session:
            doubted = [day for day, found in covered(session, integration, stream).items() if found.is_asked_again]
        for day in doubted:
            window = whole_day(day, ZoneInfo(integration.timezone))
            listed = self.platform.listed(api, account, stream, window)
            if listed is None:
                return
            counted = self.platform.totals(api, integration.account, stream, window)[day].rows
            if counted is not None and counted != len(listed):
                # A list shorter than the platform's own count is a permission that sees only part: nothing is gone.
                continue
            with self.runtime.database.writing() as session:
                held, now = hold(self.runtime, session, self.claim), self.runtime.now()
                gone = bury_unlisted(session, held, stream, day, listed, now)
                if gone:
                    at = Hint(window=window, started=now, resume=None)
                    cover(self.runtime, session, held, stream, at, {day}, known={day}, finished=False)
                    bump(session, held.workspace_id)
                    log.info("sync %s: %s gone at the platform", self.claim.integration_id, gone)

    def _owed(self, stream: Stream, integration: Integration, fresh_since: datetime | None) -> list[Window]:
        now, zone = self.runtime.now(), ZoneInfo(integration.timezone)
        with self.runtime.database.reading() as session:
            cursor = cursor_of(session, integration, stream)
            days = covered(session, integration, stream)
        if stream.reading is Reading.SNAPSHOT:
            read_at = cursor.read_at if cursor is not None else None
            if read_at is not None and now - read_at < stream.every:
                return []
            today = local_day(now, zone)
            return [Window(first=today, last=today, start=now, end=now)]
        return owed_windows(
            stream,
            days,
            first_day=integration.readable_from(local_day(now, zone)),
            zone=zone,
            now=now,
            fresh_since=fresh_since,
        )

    def _read_window(self, api: Api, account: Account, stream: Stream, at: Hint) -> None:
        # Where the platform forgot a page, though not the window, what is stored so far is stored again: no change.
        for place in (at, replace(at, resume=None)):
            try:
                pages = self.platform.read(api, account, stream, place.window, resume=place.resume)
                with self.runtime.database.connection() as connection:
                    for page in pages:
                        self._store(stream, place, page, connection)
                        # Let go before the next one comes: what a sync holds is one page, however many there are.
                        del page
                return
            except DeadCursor as dead:
                log.info("sync %s: a window of %s starts over", self.claim.integration_id, stream.name)
                answer = dead.answer
        raise Trouble(verdict(Cause.PLATFORM_DOWN, transient=True, code="dead_cursor", message=answer.text), answer)

    def _store(self, stream: Stream, at: Hint, page: Page, connection: Connection) -> None:
        with self.runtime.database.writing(connection) as session:
            integration = hold(self.runtime, session, self.claim)
            # A page without rows before the window's end only remembers where to go on: no data has flowed yet.
            if page.records or page.resume is None:
                self._prove(session, integration)
            known = self._known[stream.name]
            # Days nobody has read, from a window nobody has begun: nothing of them can be here.
            all_new = at.resume is None and stream.reading is not Reading.SNAPSHOT and known.isdisjoint(at.window.days)
            touched = store_page(session, integration, page.records, read_at=at.started, all_new=all_new)
            hint = at.after(page.resume)
            if hint is None and stream.reading is Reading.DAYS:
                bury_unseen(
                    session, integration, stream,
                    first=at.window.first, last=at.window.last, read_since=at.started, now=self.runtime.now(),
                )  # fmt: skip
            cover(self.runtime, session, integration, stream, at, touched, known=known, finished=hint is None)
            if hint is None:
                end_window(session, self.platform, integration, stream, self.runtime.now())
            else:
                keep_hint(session, self.platform, integration, stream, hint)
            self._count(session, stream, at.window, page)
            if hint is None or time.monotonic() - self._told >= TELL_SECONDS:
                self._tell(session, integration)

    def _tell(self, session: Session, integration: Integration) -> None:
        self._told = time.monotonic()
        if self._recovering:
            advance_recovery(self.runtime, session, integration, finished=False)
        bump(session, integration.workspace_id)

    def _prove(self, session: Session, integration: Integration) -> None:
        """Data is flowing: whatever was open is over, and the badge may start to say so."""
        if self._proven:
            return
        self._proven = True
        integration.proved_at = self.runtime.now()
        if open_incident(session, integration.id) is not None:
            begin_recovery(
                self.runtime, session, integration,
                closing=Closing.RECOVERED, person_id=None, now=self.runtime.now(),
            )  # fmt: skip
            self._recovering = True

    def _count(self, session: Session, stream: Stream, window: Window, page: Page) -> None:
        self._rows += len(page.records)
        whole = page.resume is None and stream.reading is not Reading.SNAPSHOT
        given = {"run": self.run_id, "named": stream.name, "more": len(page.records)}
        session.execute(_COUNT, given | {"whole": (window.last - window.first).days + 1 if whole else 0})

    def succeed(self) -> None:
        now = self.runtime.now()
        with self.runtime.database.writing() as session:
            integration = hold(self.runtime, session, self.claim)
            self._prove(session, integration)
            integration.imported_at = integration.imported_at or now
            advance_recovery(self.runtime, session, integration, finished=True)
            integration.last_success_at = integration.proved_at = now
            integration.failing_since, integration.failed_tries, integration.failing_cause = None, 0, None
            interval = interval_of(self.runtime, session, self.platform)
            integration.paced_seconds = (
                round(interval.total_seconds()) if interval > self.runtime.sync_interval else None
            )
            # Spread out, so that what was connected together drifts apart.
            integration.next_sync_at = now + interval * random.uniform(1 - JITTER, 1 + JITTER)
            let_go(session, self.claim)
            run = session.get_one(SyncRun, self.run_id)
            run.ended_at, run.outcome = now, Outcome.DONE
            bump(session, integration.workspace_id)
