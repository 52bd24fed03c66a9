"""One renewal, claimed to committed, by one process at a time.

claim with lease and fence, and the intent with it → call → compare-and-swap → use
            ↓ another holds it                 ↓ trouble: believed only if nobody else was faster
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, or_, update
from sqlmodel import Session, col

from webapp.lifecycle.open_grant import Opened
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Grant, place
from webapp.models.breaker import SLOWLY
from webapp.models.renewing import idle_renewal_at, next_try_at
from webapp.oauth import session as oauth
from webapp.platforms.consent import TokenSet
from webapp.platforms.diagnosis import Cause, Certainty, Diagnosis, Trouble
from webapp.platforms.wire import LONGEST_TOKEN_CALL_SECONDS
from webapp.queries.breaker import is_tripped
from webapp.queries.json_values import diagnosis_json

log = logging.getLogger(__name__)

# Longer than any call to a token endpoint, so that no lease ends while its holder still waits for an answer; and no
# longer than that, because a process that was killed holds it to its end.
LEASE = timedelta(seconds=LONGEST_TOKEN_CALL_SECONDS + 5)
# A restart of PostgreSQL, or whoever else writes to SQLite, is over by then.
STORE_AGAIN_SECONDS = (1.0, 2.0, 4.0, 8.0)
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


@dataclass(frozen=True, slots=True)
class _Claimed:
    """`lost_at` is when an earlier renewal began whose answer never came; None when every one was answered."""

    fence: int
    lost_at: datetime | None


def renew(runtime: Runtime, held: Opened) -> str | None:
    """Renew exactly what was read as `held`; the new access token, already stored.

    None when another process is at it or was faster: look again, theirs is the one to use. Raises Trouble with the
    platform's verdict, already written down.
    """
    claimed = _claim(runtime, held.grant)
    if claimed is None:
        return None
    slug = held.platform.slug
    try:
        tokens = oauth.renew(
            held.platform, runtime.wire(slug), runtime.credentials(slug),
            tenant=held.tenant, access_token=held.access, refresh_token=held.refresh, now=runtime.now(),
        )  # fmt: skip
    except Trouble as trouble:
        log.info("permission not renewed", extra={"platform": slug, "cause": str(trouble.diagnosis.cause)})
        diagnosis = _conclude(runtime, held, claimed, trouble)
        if diagnosis is None:
            return None
        raise Trouble(diagnosis, trouble.answer) from None
    log.info("permission renewed", extra={"platform": slug})
    # What was not stored must not be used: its refresh token would be nobody's.
    return tokens.access_token if _store(runtime, held, tokens) else None


def ends_grant(diagnosis: Diagnosis) -> bool:
    """Whether nothing this grant is used for can work any more."""
    return diagnosis.cause in ENDS_GRANT and not diagnosis.transient


def mark_refused(grant: Grant, diagnosis: Diagnosis, now: datetime) -> None:
    """From here on nobody calls with it, until somebody reconnects."""
    grant.refused_at, grant.refusal = now, diagnosis_json(diagnosis)
    grant.renew_at = grant.intent_at = grant.lease_until = None


def _claim(runtime: Runtime, grant: Grant) -> _Claimed | None:
    """Lease, fence and intent in one commit. The generation makes it the very grant that was read."""
    now = runtime.now()
    with runtime.database.writing() as session:
        found = session.execute(
            update(Grant)
            .where(
                col(Grant.id) == grant.id,
                col(Grant.generation) == grant.generation,
                col(Grant.ended_at).is_(None),
                col(Grant.refused_at).is_(None),
                or_(col(Grant.lease_until).is_(None), col(Grant.lease_until) < now),
            )
            # Should we die, the clock takes it up as soon as it may.
            .values(lease_until=now + LEASE, fence=col(Grant.fence) + 1, renew_at=now + LEASE)
            .returning(col(Grant.fence), col(Grant.intent_at))
        ).one_or_none()
        if found is None:
            return None
        session.execute(
            update(Grant).where(col(Grant.id) == grant.id).values(intent_at=func.coalesce(col(Grant.intent_at), now))
        )
    return _Claimed(*found)


def _store(runtime: Runtime, held: Opened, tokens: TokenSet) -> bool:
    """`_swap`, again and again while our own database cannot: where an old token works once, these are all there is."""
    for seconds in STORE_AGAIN_SECONDS:
        try:
            return _swap(runtime, held, tokens)
        except runtime.database.lost as lost:
            log.warning(
                "a renewed permission could not be stored yet",
                extra={"platform": held.platform.slug, "error": type(lost).__name__},
            )
            time.sleep(seconds)
    return _swap(runtime, held, tokens)


def _swap(runtime: Runtime, held: Opened, tokens: TokenSet) -> bool:
    """Store the new pair over the very generation it replaces; False when that is no longer there to be replaced.

    The fence is not asked: a pair that came late, after somebody took over, is still the one the platform gave first.
    """
    grant, now, seal = held.grant, runtime.now(), runtime.vault.seal
    values: dict[str, object] = {
        "access_sealed": seal(tokens.access_token, place=place(grant.id, "access")),
        "access_expires_at": tokens.access_expires_at,
        "generation": grant.generation + 1,
        "renewed_at": now,
        "lease_until": None,
        "intent_at": None,
        "failed_tries": 0,
        "renew_at": idle_renewal_at(grant, held.platform, since=now),
    }
    if tokens.refresh_token is not None:
        values["refresh_sealed"] = seal(tokens.refresh_token, place=place(grant.id, "refresh"))
        values["refresh_expires_at"] = tokens.refresh_expires_at
    with runtime.database.writing() as session:
        stored = session.execute(
            update(Grant)
            .where(
                col(Grant.id) == grant.id,
                col(Grant.generation) == grant.generation,
                col(Grant.ended_at).is_(None),
                col(Grant.refused_at).is_(None),
            )
            .values(**values)
            .returning(col(Grant.id))
        ).one_or_none()
    return stored is not None


def _conclude(runtime: Runtime, held: Opened, claimed: _Claimed, trouble: Trouble) -> Diagnosis | None:
    """Write down how a renewal failed, and what that says about the permission.

    None when somebody else renewed, took over or reconnected meanwhile: what we were told is about tokens of yesterday.
    """
    diagnosis, now = trouble.diagnosis, runtime.now()
    with runtime.database.writing() as session:
        grant = _still_ours(session, held.grant, claimed)
        if grant is None:
            return None
        grant.lease_until = None
        suspended = ends_grant(diagnosis) and is_tripped(session, held.platform.slug)
        if ends_grant(diagnosis) and not suspended:
            diagnosis = _interrupted(held, claimed, diagnosis)
            mark_refused(grant, diagnosis, now)
            return diagnosis
        if not trouble.answer.may_have_acted:
            grant.intent_at = claimed.lost_at
        grant.failed_tries += 1
        asked = SLOWLY.total_seconds() if suspended else diagnosis.retry_after
        grant.renew_at = next_try_at(now, tries=grant.failed_tries, asked=asked)
    return diagnosis


def _still_ours(session: Session, read: Grant, claimed: _Claimed) -> Grant | None:
    grant = session.get_one(Grant, read.id, with_for_update=True)
    current = grant.fence == claimed.fence and grant.generation == read.generation and grant.ended_at is None
    return grant if current else None


def _interrupted(held: Opened, claimed: _Claimed, diagnosis: Diagnosis) -> Diagnosis:
    """Where a platform takes no old token any more, a refusal after a lost answer most likely means just that."""
    # A token of the old kind that was traded is gone at once, whatever holds for those that are renewed.
    repeatable = held.platform.old_token_usable and held.refresh is not None
    if claimed.lost_at is None or not held.platform.rotates or repeatable:
        return diagnosis
    lost = f"The answer to a renewal of {claimed.lost_at:%d %b %Y, %H:%M} UTC never reached us."
    return replace(
        diagnosis, cause=Cause.REFRESH_INTERRUPTED, certainty=Certainty.LIKELY,
        candidates=(diagnosis.cause, *diagnosis.candidates), evidence=(*diagnosis.evidence, lost),
    )  # fmt: skip
