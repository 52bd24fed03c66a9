"""The one place that renews a permission, for every path.

look for a refusal → claim with lease and fence → re-read → intent committed → call → compare-and-swap → use
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Grant, Login, place
from webapp.oauth import session as oauth
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.base import Platform, Renewal, TokenSet
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Remedy,
    Trouble,
    verdict,
)
from webapp.queries.json_values import diagnosis_in, diagnosis_json

# Longer than the wire's own deadline, so that a lease never ends while its holder still waits for an answer.
LEASE = timedelta(seconds=120)
PATIENCE_SECONDS = 60.0
JITTER = timedelta(minutes=2)
# Verdicts on the permission itself, not on one account or one request.
ENDS_GRANT = frozenset(
    {
        Cause.PASSWORD_CHANGED,
        Cause.ACCESS_REVOKED,
        Cause.SECURITY_POLICY,
        Cause.TOKEN_EXPIRED,
        Cause.REFRESH_INTERRUPTED,
    }
)


@dataclass(frozen=True, slots=True, repr=False)
class _Held:
    """A live grant, opened."""

    grant: Grant
    tenant: str | None
    platform: Platform
    access: str
    refresh: str | None


def usable_token(runtime: Runtime, login_id: int) -> str:
    """An access token that has not reached its age, renewed first where need be. Raises Trouble."""
    held = _hold(runtime, login_id)
    if not _is_due(held, runtime.now()):
        return held.access
    try:
        return _renew(runtime, login_id, refused=None)
    except Trouble as trouble:
        expires = held.grant.access_expires_at
        # Renewal runs ahead of need: while the token still lives, passing trouble at the token endpoint can wait.
        if trouble.diagnosis.transient and expires is not None and expires > runtime.now():
            return held.access
        raise


def renewer(runtime: Runtime, login_id: int, platform: Platform) -> Callable[[str], str] | None:
    """What `Api` calls when a token was refused; None where a refusal is final because nothing can renew it."""
    if platform.renewal is not Renewal.REFRESH_TOKEN:
        return None
    return lambda refused: _renew(runtime, login_id, refused=refused)


def refuse(runtime: Runtime, login_id: int, diagnosis: Diagnosis) -> None:
    """Stop every call with this login's live grant until somebody reconnects."""
    if diagnosis.cause not in ENDS_GRANT or diagnosis.transient:
        return
    with runtime.database.writing() as session:
        grant = _live(session, login_id)
        if grant is not None and grant.refused_at is None:
            _mark_refused(grant, diagnosis, runtime.now())


def _renew(runtime: Runtime, login_id: int, *, refused: str | None) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        held = _hold(runtime, login_id)
        # Somebody else may have renewed while we looked away: then theirs is the one to use.
        if held.access != refused if refused is not None else not _is_due(held, runtime.now()):
            return held.access
        fence = _claim(runtime, held.grant)
        if fence is not None:
            return _call(runtime, held, fence)
        if time.monotonic() > deadline:
            raise _busy()
        time.sleep(random.uniform(0.05, 0.2))


def _claim(runtime: Runtime, grant: Grant) -> int | None:
    now = runtime.now()
    with runtime.database.writing() as session:
        return session.execute(
            update(Grant)
            .where(
                col(Grant.id) == grant.id,
                col(Grant.generation) == grant.generation,
                col(Grant.ended_at).is_(None),
                col(Grant.refused_at).is_(None),
                or_(col(Grant.lease_until).is_(None), col(Grant.lease_until) < now),
            )
            .values(lease_until=now + LEASE, fence=col(Grant.fence) + 1, intent_at=now)
            .returning(col(Grant.fence))
        ).scalar_one_or_none()


def _call(runtime: Runtime, held: _Held, fence: int) -> str:
    slug = held.platform.slug
    try:
        tokens = oauth.renew(
            held.platform, runtime.wire(slug), runtime.credentials(slug),
            tenant=held.tenant, access_token=held.access, refresh_token=held.refresh, now=runtime.now(),
        )  # fmt: skip
    except Trouble as trouble:
        raise _conclude(runtime, held, fence, trouble) from None
    _swap(runtime, held, fence, tokens)
    return tokens.access_token


def _swap(runtime: Runtime, held: _Held, fence: int, tokens: TokenSet) -> None:
    grant, now, seal = held.grant, runtime.now(), runtime.vault.seal
    values: dict[str, object] = {
        "access_sealed": seal(tokens.access_token, place=place(grant.id, "access")),
        "access_expires_at": tokens.access_expires_at,
        "generation": grant.generation + 1,
        "renewed_at": now,
        "lease_until": None,
        "intent_at": None,
    }
    if tokens.refresh_token is not None:
        values["refresh_sealed"] = seal(tokens.refresh_token, place=place(grant.id, "refresh"))
    if tokens.refresh_expires_at is not None:
        values["refresh_expires_at"] = tokens.refresh_expires_at
    with runtime.database.writing() as session:
        session.execute(
            update(Grant)
            .where(col(Grant.id) == grant.id, col(Grant.fence) == fence, col(Grant.generation) == grant.generation)
            .values(**values)
        )


def _conclude(runtime: Runtime, held: _Held, fence: int, trouble: Trouble) -> Trouble:
    """Write down how a renewal failed, and what that says about the permission."""
    diagnosis, now = trouble.diagnosis, runtime.now()
    with runtime.database.writing() as session:
        grant = session.get_one(Grant, held.grant.id)
        if grant.fence != fence or grant.generation != held.grant.generation:
            return Trouble(_busy().diagnosis, trouble.answer)
        grant.lease_until = None
        if trouble.answer.failure is None:
            grant.intent_at = None
        if diagnosis.cause in ENDS_GRANT and not diagnosis.transient:
            # An intent left behind by an earlier try means that the platform may have answered it and we never knew.
            if held.grant.intent_at is not None and held.platform.rotates:
                diagnosis = replace(
                    diagnosis, cause=Cause.REFRESH_INTERRUPTED, certainty=Certainty.LIKELY,
                    candidates=(diagnosis.cause,),
                )  # fmt: skip
            _mark_refused(grant, diagnosis, now)
    return Trouble(diagnosis, trouble.answer)


def _hold(runtime: Runtime, login_id: int) -> _Held:
    with runtime.database.reading() as session:
        grant = _live(session, login_id)
        login = session.get_one(Login, login_id)
    if grant is None:
        raise Trouble(
            verdict(Cause.ACCESS_REVOKED, message="There is no permission to use."), Answer(Stage.TOKEN_REFRESH, 0)
        )
    if grant.refused_at is not None:
        raise Trouble(diagnosis_in(grant.refusal or {}), Answer(Stage.TOKEN_REFRESH, 0))
    open_ = runtime.vault.open
    return _Held(
        grant=grant,
        tenant=login.tenant,
        platform=runtime.platform(login.platform),
        access=open_(grant.access_sealed, place=place(grant.id, "access")),
        refresh=open_(grant.refresh_sealed, place=place(grant.id, "refresh")) if grant.refresh_sealed else None,
    )


def _live(session: Session, login_id: int) -> Grant | None:
    return session.exec(
        select(Grant).where(Grant.login_id == login_id, col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None))
    ).one_or_none()


def _is_due(held: _Held, now: datetime) -> bool:
    expires = held.grant.access_expires_at
    if expires is None or held.platform.renewal is Renewal.NONE:
        return False
    # Spread over a couple of minutes by grant, so that what was connected together is not renewed in one burst.
    spread = JITTER * (int(held.grant.id[:4], 16) / 0xFFFF)
    lifetime = expires - (held.grant.renewed_at or held.grant.issued_at)
    ahead = min(held.platform.renew_ahead + spread, lifetime / 2)
    return now >= expires - ahead


def _mark_refused(grant: Grant, diagnosis: Diagnosis, now: datetime) -> None:
    grant.refused_at, grant.refusal = now, diagnosis_json(diagnosis)


def _busy() -> Trouble:
    waiting = verdict(
        Cause.PLATFORM_DOWN, remedy=Remedy.WAIT, transient=True, code="renewal_busy",
        message="Another process is renewing this permission.",
    )  # fmt: skip
    return Trouble(waiting, Answer(Stage.TOKEN_REFRESH, 0))
