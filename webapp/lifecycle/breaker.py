"""The breaker: while too many merchants lose one platform at once, none of them is told that it is their doing.

a verdict that would end a permission → noted on the integration → too many? → tripped: the verdict waits
tripped → asked again slowly → as many answer as do not: over · or the operator releases it: what is dead opens as one
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.database import insert_of, table_of
from webapp.lifecycle.claim import Claim, hold
from webapp.lifecycle.in_turn import in_order
from webapp.lifecycle.kept_answer import kept_answer
from webapp.lifecycle.open_grant import live_grant
from webapp.lifecycle.recover import close_incident
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.tell_operator import tell_operator
from webapp.models.access import Grant
from webapp.models.breaker import SLOWLY, Breaker, Burst, trips, window_start
from webapp.models.columns import opaque_id
from webapp.models.integration import Integration
from webapp.models.notice import TOLD, Notice, NoticeKind
from webapp.models.trouble import Closing, Incident
from webapp.platforms.answer import Answer
from webapp.platforms.diagnosis import Remedy
from webapp.queries.breaker import burst_of, has_passed, is_active, is_dead, is_tripped, last_release_by_hand

log = logging.getLogger(__name__)

_breaker = table_of(Breaker)


def note_death(runtime: Runtime, claim: Claim, answer: Answer) -> bool:
    """Note that the platform calls this permission over, and say whether that is not to be believed just now.

    Committed before it returns, so that every process counts the same. The one that is too many trips the breaker,
    which takes back what the burst has opened and not told yet (`_withdraw`), and tells the operator. Raises LostClaim.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        integration = hold(runtime, session, claim)
        is_news = not integration.is_dead
        if is_news:
            integration.died_at = now
    if is_news:
        _look(runtime, claim.platform, answer, now)
    with runtime.database.reading() as session:
        return is_tripped(session, claim.platform)


def believe_again(session: Session, login_id: int | None) -> None:
    """A refusal written down while nobody is believed is none: the permission is asked with again."""
    grant = live_grant(session, login_id) if login_id is not None else None
    if grant is not None and grant.refused_at is not None:
        grant.refused_at, grant.refusal = None, None


def release_breaker(runtime: Runtime, breaker_id: str, *, person_id: str) -> bool:
    """Verdicts count again: what waited is asked at once, and what is dead opens as one. False: there is none open."""
    with runtime.database.writing() as session:
        breaker = session.exec(
            select_row(Breaker).where(Breaker.id == breaker_id, col(Breaker.released_at).is_(None)).with_for_update()
        ).one_or_none()
        if breaker is None:
            return False
        breaker.released_at, breaker.released_by = runtime.now(), person_id
        platform = breaker.platform
    log.warning("breaker released by hand", extra={"platform": platform})
    _ask_again(runtime, platform, at=runtime.now())
    return True


def ask_suspended(runtime: Runtime, breaker_id: str) -> int | None:
    """Ask everything that waits behind this breaker now; how many, or None when there is no such open one."""
    with runtime.database.reading() as session:
        breaker = session.get(Breaker, breaker_id)
    if breaker is None or breaker.released_at is not None:
        return None
    return _ask_again(runtime, breaker.platform, at=runtime.now())


def look_after_breakers(runtime: Runtime) -> None:
    """Release by itself what is over. Costs one look while nothing is tripped."""
    with runtime.database.reading() as session:
        tripped = session.exec(select_row(Breaker).where(col(Breaker.released_at).is_(None))).all()
        over = [one for one in tripped if has_passed(session, one)]
    for one in over:
        with runtime.database.writing() as session:
            released = session.execute(
                update(_breaker)
                .where(_breaker.c.id == one.id, _breaker.c.released_at.is_(None))
                .values(released_at=runtime.now())
                .returning(_breaker.c.id)
            ).one_or_none()
        if released is not None:
            log.warning("breaker released: the platform answers again", extra={"platform": one.platform})
            _ask_again(runtime, one.platform, at=runtime.now())


def _look(runtime: Runtime, platform: str, answer: Answer, now: datetime) -> None:
    with runtime.database.reading() as session:
        since = window_start(now, released_at=last_release_by_hand(session, platform))
        burst = burst_of(session, platform, since=since)
    if trips(burst):
        _trip(runtime, platform, burst, answer, since=since, now=now)


def _trip(runtime: Runtime, platform: str, burst: Burst, answer: Answer, *, since: datetime, now: datetime) -> None:
    breaker_id = opaque_id()
    with runtime.database.writing() as session:
        made = session.execute(
            insert_of(session)(_breaker)
            .values(
                id=breaker_id, platform=platform, since=since, tripped_at=now, workspaces=burst.workspaces,
                dead=burst.dead, active=burst.active, answer=kept_answer(answer, at=now),
            )
            .on_conflict_do_nothing()
            .returning(_breaker.c.id)
        ).one_or_none()  # fmt: skip
        if made is None:
            return
        _withdraw(session, platform, since=since, now=now)
        tell_operator(runtime, session, NoticeKind.BREAKER, now, breaker_id=breaker_id)
    log.error(
        "breaker tripped: %s turns away %d workspaces at once; nobody is told to reconnect", platform, burst.workspaces,
        extra={"platform": platform, "dead": burst.dead, "active": burst.active},
    )  # fmt: skip


def _withdraw(session: Session, platform: str, *, since: datetime, now: datetime) -> None:
    """Take back what this burst has done so far, as far as no merchant has read of it.

    Its problems whose mails have not gone out are closed, mails and all; one that was told stays as it was told. Its
    permissions are no longer called refused, and all of them are asked again, slowly.
    """
    burst = and_(col(Integration.platform) == platform, col(Integration.died_at) >= since, is_dead(), is_active())
    told = select(col(Notice.incident_id)).where(
        # Not "delayed, nothing to do": nobody was asked to do anything about one that only then called it over.
        col(Notice.kind).in_([*TOLD, NoticeKind.ESCALATED]),
        col(Notice.sent_at).is_not(None),
        col(Notice.incident_id).is_not(None),
    )
    untold = session.exec(
        select_row(Incident)
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .where(
            burst,
            col(Incident.closed_at).is_(None),
            col(Incident.opened_at) >= since,
            Incident.remedy == Remedy.RECONNECT,
            col(Incident.id).not_in(told),
        )
    ).all()
    for incident in untold:
        close_incident(session, incident, closing=Closing.WITHDRAWN, person_id=None, now=now)
    session.execute(
        update(Grant)
        .where(
            col(Grant.login_id).in_(select(col(Integration.login_id)).where(burst)),
            col(Grant.ended_at).is_(None),
            col(Grant.refused_at) >= since,
        )
        .values(refused_at=None, refusal=None)
    )
    session.execute(
        update(Integration)
        .where(col(Integration.id).in_(in_order(burst, col(Integration.next_sync_at).is_(None))))
        .values(next_sync_at=now + SLOWLY)
        .execution_options(synchronize_session=False)
    )
    places = session.execute(select(col(Integration.workspace_id)).where(burst).distinct()).scalars().all()
    if places:
        bump(session, *places)


def _ask_again(runtime: Runtime, platform: str, *, at: datetime) -> int:
    later = in_order(col(Integration.platform) == platform, is_dead(), is_active(), col(Integration.next_sync_at) > at)
    with runtime.database.writing() as session:
        asked = session.execute(
            update(Integration)
            .where(col(Integration.id).in_(later))
            .values(next_sync_at=at)
            .returning(col(Integration.workspace_id))
            .execution_options(synchronize_session=False)
        ).scalars().all()  # fmt: skip
        # Their permissions must not answer "a moment ago it failed" in the platform's place.
        session.execute(
            update(Grant)
            .where(
                col(Grant.login_id).in_(
                    select(col(Integration.login_id)).where(
                        col(Integration.platform) == platform, is_dead(), is_active()
                    )
                ),
                col(Grant.ended_at).is_(None),
                col(Grant.failed_tries) > 0,
            )
            .values(failed_tries=0)
        )
        if asked:
            bump(session, *set(asked))
    return len(asked)
