"""What we know ourselves settles what a platform's answer leaves open, and never says more than it shows.

the stated end · the last success · other accounts and connections of the login

What the platform told us by itself goes before all of it, and is its own matter (corroborate.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from webapp.lifecycle.open_grant import live_grant
from webapp.models.access import Grant, Login
from webapp.models.integration import Integration
from webapp.platforms.base import Platform
from webapp.platforms.consent import Renewal
from webapp.platforms.diagnosis import Cause, Certainty, Diagnosis, Remedy
from webapp.queries import wording
from webapp.queries.causes import KEY_MISSING
from webapp.words import marked, say_unit, unit

KEY_PATIENCE = timedelta(hours=1)
TOGETHER = timedelta(minutes=5)
OTHERS = unit("other account", "other accounts")
# About the login as a whole: where one of its accounts answers, none of these can be why another does not.
OF_THE_LOGIN = frozenset(
    {
        Cause.PASSWORD_CHANGED,
        Cause.ACCESS_REVOKED,
        Cause.SECURITY_POLICY,
        Cause.TOKEN_EXPIRED,
        Cause.REFRESH_INTERRUPTED,
    }
)
# What one person does in one place and several platforms notice.
OF_THE_PERSON = frozenset({Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What speaks for or against a cause.

    `fallen` and `healthy` count other accounts under the very same permission: those that stopped within minutes, and
    those that answered after this one had stopped. `elsewhere` names accounts at other platforms that the same person
    signed in to and that stopped within minutes.
    """

    ends_at: datetime | None = None
    lapses_after: timedelta | None = None
    last_success_at: datetime | None = None
    zone: str = "UTC"
    login: str = ""
    fallen: int = 0
    healthy: int = 0
    elsewhere: tuple[str, ...] = ()


def sharpened(
    session: Session, platform: Platform, integration: Integration, diagnosis: Diagnosis, now: datetime
) -> Diagnosis:
    """The verdict as it is known with what we know. One that is sure, or passing, stays as it is."""
    if diagnosis.code == KEY_MISSING and integration.failing_since is not None:
        # A key may be missing because somebody forgot it in a deployment; after that long it is lost, and only a new
        # consent helps. Not sooner: a mistake of ours must not send a mail to every merchant there is.
        lost = now - integration.failing_since >= KEY_PATIENCE
        return replace(diagnosis, remedy=Remedy.RECONNECT) if lost else diagnosis
    if not is_open(diagnosis) or integration.login_id is None:
        return diagnosis
    return sharpen(diagnosis, _known(session, platform, integration, now), now)


def is_open(diagnosis: Diagnosis) -> bool:
    """Whether the answer ends the permission without saying for sure why."""
    return diagnosis.remedy is Remedy.RECONNECT and diagnosis.certainty is not Certainty.SURE


def sharpen(diagnosis: Diagnosis, known: Known, now: datetime) -> Diagnosis:
    """Pure. What is settled becomes likely at most; what is ruled out leaves; what stays open stays open."""
    causes = list(dict.fromkeys((diagnosis.cause, *diagnosis.candidates)))
    possible = len(causes)
    evidence: list[str] = []
    settled: Cause | None = None
    if Cause.TOKEN_EXPIRED in causes:
        settled = _by_age(causes, evidence, known, now)
    if settled is None and known.fallen:
        others = say_unit(known.fallen, OTHERS)
        evidence.append(f"{others} of the same login stopped at the same time, so it is about the login.")
        _rule_out(causes, lambda cause: cause not in OF_THE_LOGIN)
    if settled is None and known.healthy and not known.fallen:
        others = say_unit(known.healthy, OTHERS)
        still = "still answers" if known.healthy == 1 else "still answer"
        evidence.append(f"{others} of the same login {still}, so a changed password is less likely.")
        causes.sort(key=lambda cause: cause in OF_THE_LOGIN)
        return _now(diagnosis, causes, evidence, Certainty.AMBIGUOUS)
    if settled is None and known.elsewhere:
        evidence.append(f"{wording.listed(known.elsewhere)}, signed in as {known.login}, dropped within minutes of it.")
        settled = next((cause for cause in causes if cause in OF_THE_PERSON), None)
    if settled is not None:
        causes.sort(key=lambda cause: cause is not settled)
        rest = () if settled is Cause.TOKEN_EXPIRED else tuple(causes[1:])
        return _now(diagnosis, [settled, *rest], evidence, Certainty.LIKELY)
    certainty = Certainty.LIKELY if len(causes) == 1 < possible else diagnosis.certainty
    return _now(diagnosis, causes, evidence, certainty)


def _by_age(causes: list[Cause], evidence: list[str], known: Known, now: datetime) -> Cause | None:
    """Whether it was the age: settled where an end has passed, ruled out where it has not."""
    if known.ends_at is not None and known.ends_at <= now:
        evidence.append(marked("The permission's stated end had passed."))
        return Cause.TOKEN_EXPIRED
    worked, lapses = known.last_success_at, known.lapses_after
    if lapses is not None and worked is not None and now - worked >= lapses:
        evidence.append(f"Nothing had used it since {_day(worked, known)}, and unused it ends by itself.")
        return Cause.TOKEN_EXPIRED
    if known.ends_at is not None:
        evidence.append(f"It was given until {_day(known.ends_at, known)}, so its age is not why.")
        _rule_out(causes, lambda cause: cause is Cause.TOKEN_EXPIRED)
    elif lapses is not None and worked is not None:
        evidence.append(f"It worked on {_day(worked, known)}, so it has not ended for want of use.")
        _rule_out(causes, lambda cause: cause is Cause.TOKEN_EXPIRED)
    return None


def _rule_out(causes: list[Cause], is_out: Callable[[Cause], bool]) -> None:
    left = [cause for cause in causes if not is_out(cause)]
    if left:
        causes[:] = left


def _now(diagnosis: Diagnosis, causes: list[Cause], evidence: list[str], certainty: Certainty) -> Diagnosis:
    return replace(
        diagnosis, cause=causes[0], candidates=tuple(causes[1:]), certainty=certainty,
        evidence=(*diagnosis.evidence, *evidence),
    )  # fmt: skip


def _day(moment: datetime, known: Known) -> str:
    return wording.day(moment.astimezone(ZoneInfo(known.zone)).date())


def _known(session: Session, platform: Platform, integration: Integration, now: datetime) -> Known:
    assert integration.login_id is not None
    login = session.get_one(Login, integration.login_id)
    grant = live_grant(session, integration.login_id)
    siblings = session.exec(
        select(Integration).where(
            Integration.login_id == integration.login_id,
            col(Integration.id) != integration.id,
            col(Integration.paused_at).is_(None),
            col(Integration.disconnected_at).is_(None),
        )
    ).all()
    began = integration.failing_since or integration.last_attempt_at or now
    return Known(
        ends_at=_stated_end(platform, grant),
        lapses_after=platform.dies_unused_after,
        last_success_at=max(integration.last_success_at or integration.granted_at, integration.granted_at),
        zone=integration.timezone,
        login=login.email or login.name,
        fallen=sum(1 for one in siblings if one.is_dead and one.died_at is not None and one.died_at >= now - TOGETHER),
        healthy=sum(1 for one in siblings if one.last_success_at is not None and one.last_success_at >= began),
        elsewhere=_elsewhere(session, integration, login, now),
    )


def _stated_end(platform: Platform, grant: Grant | None) -> datetime | None:
    if grant is None:
        return None
    # An access token's own end says nothing where another one is to be had for the asking.
    return grant.refresh_expires_at if platform.renewal is Renewal.REFRESH_TOKEN else grant.access_expires_at


def _elsewhere(session: Session, integration: Integration, login: Login, now: datetime) -> tuple[str, ...]:
    """Accounts at other platforms where somebody with the same address signed in, and that died within minutes."""
    if not login.email:
        return ()
    names = session.exec(
        select(Integration.account_name)
        .join(Login, col(Login.id) == col(Integration.login_id))
        .where(
            Integration.workspace_id == integration.workspace_id,
            Integration.platform != integration.platform,
            func.lower(col(Login.email)) == login.email.lower(),
            col(Integration.died_at) >= now - TOGETHER,
        )
        .order_by(col(Integration.account_name))
    ).all()
    return tuple(dict.fromkeys(names))
