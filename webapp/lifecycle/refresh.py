"""Which access token is used, for every path, and whether a refusal is believed.

look for a refusal → not due: use it → due: renew (renewal.py) → somebody else was faster: re-read, use theirs
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from webapp.lifecycle.open_grant import Opened, live_grant, open_live
from webapp.lifecycle.renewal import ends_grant, mark_refused, renew
from webapp.lifecycle.runtime import Runtime
from webapp.models.renewing import can_renew, held_back_for, is_due
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.consent import Renewal
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict

# How long a caller that cannot do without waits for another process's renewal before it comes back later.
PATIENCE_SECONDS = 15.0


def usable_token(runtime: Runtime, login_id: int) -> str:
    """An access token that has not reached its age, renewed first where need be. Raises Trouble."""
    held, now = open_live(runtime, login_id), runtime.now()
    if not is_due(held.grant, held.platform, now):
        return held.access
    # Renewal runs ahead of need: while the token lives, nobody waits for another process or for passing trouble.
    lives = held.grant.access_expires_at is None or held.grant.access_expires_at > now
    try:
        return _renewed(
            runtime, login_id,
            needed=lambda found: is_due(found.grant, found.platform, runtime.now()),
            patience=0 if lives else PATIENCE_SECONDS,
        )  # fmt: skip
    except Trouble as trouble:
        if lives and trouble.diagnosis.transient:
            return held.access
        raise


def renewer(runtime: Runtime, login_id: int) -> Callable[[str], str | None]:
    """What `Api` calls when a token was refused: another one to try, or None where nothing can renew it.

    One that was renewed or consented to anew meanwhile needs no call. Raises Trouble with the renewal's verdict.
    """

    def after_refusal(refused: str) -> str | None:
        held = open_live(runtime, login_id)
        final = held.platform.renewal is not Renewal.REFRESH_TOKEN or not can_renew(held.grant, held.platform)
        if held.access == refused and final:
            return None
        if held.access == refused and (wait := _settles(held, runtime.now())) is not None:
            raise _later("token_settles", "The new token is not known everywhere yet.", wait)
        return _renewed(runtime, login_id, needed=lambda found: found.access == refused, patience=PATIENCE_SECONDS)

    return after_refusal


def renew_owed(runtime: Runtime, login_id: int) -> None:
    """Renew what the clock owes, used or not; nothing happens when another process saw to it. Raises Trouble."""

    def is_owed(found: Opened) -> bool:
        return found.grant.renew_at is not None and found.grant.renew_at <= runtime.now()

    _renewed(runtime, login_id, needed=is_owed, patience=0)


def refuse(session: Session, login_id: int, diagnosis: Diagnosis, now: datetime) -> None:
    """Stop every call with this login's live grant until somebody reconnects, where the verdict is about the grant."""
    grant = live_grant(session, login_id)
    if grant is not None and grant.refused_at is None and ends_grant(diagnosis):
        mark_refused(grant, diagnosis, now)


def _renewed(runtime: Runtime, login_id: int, *, needed: Callable[[Opened], bool], patience: float) -> str:
    deadline, second_look = time.monotonic() + patience, False
    while True:
        held = open_live(runtime, login_id)
        # Somebody else may have renewed while we looked away: then theirs is the one to use.
        if not needed(held):
            return held.access
        if second_look and time.monotonic() >= deadline:
            raise _later("renewal_busy", "Another process is renewing this permission.", None)
        wait = held_back_for(held.grant, runtime.now())
        if wait is not None:
            raise _later("renewal_failed", "The last renewal failed a moment ago.", wait)
        token = renew(runtime, held)
        if token is not None:
            return token
        time.sleep(random.uniform(0.02, 0.1))
        second_look = True


def _settles(held: Opened, now: datetime) -> timedelta | None:
    """How long a token from a renewal may still be refused; one from a consent has proved itself there."""
    renewed = held.grant.renewed_at
    wait = renewed + held.platform.settles_in - now if renewed is not None else timedelta(0)
    return wait if wait > timedelta(0) else None


def _later(code: str, message: str, wait: timedelta | None) -> Trouble:
    waiting = verdict(
        Cause.PLATFORM_DOWN, transient=True, code=code, message=message,
        retry_after=wait.total_seconds() if wait is not None else None,
    )  # fmt: skip
    return Trouble(waiting, Answer(Stage.TOKEN_REFRESH, 0))
