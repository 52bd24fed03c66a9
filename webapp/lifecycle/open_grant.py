"""The one place where a permission's tokens are opened; whoever is not handed one from here never sees it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Grant, Login, place
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Diagnosis, Fault, Trouble, verdict
from webapp.queries.causes import KEY_MISSING
from webapp.queries.json_values import diagnosis_in
from webapp.vault import CannotOpen, Vault


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Opened:
    """A live grant with its tokens, as they were read in one statement."""

    grant: Grant
    tenant: str | None
    platform: Platform
    access: str
    refresh: str | None


def open_live(runtime: Runtime, login_id: int) -> Opened:
    """This login's live grant. Raises Trouble when there is none, or it was refused, or its key is missing."""
    with runtime.database.reading() as session:
        grant = live_grant(session, login_id)
        login = session.get_one(Login, login_id)
    if grant is None:
        raise _no_use(verdict(Cause.ACCESS_REVOKED, message="There is no permission to use."))
    if grant.refused_at is not None:
        raise _no_use(diagnosis_in(grant.refusal or {}))
    try:
        access, refresh = open_tokens(runtime.vault, grant)
    except CannotOpen:
        # Not the merchant's to mend, unless the key stays lost (trouble.py): another consent would hide that every
        # permission here has the same trouble.
        message = "The key that sealed this permission is not in VAULT_KEYS."
        raise _no_use(verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=KEY_MISSING, message=message)) from None
    return Opened(
        grant=grant, tenant=login.tenant, platform=runtime.platform(login.platform), access=access, refresh=refresh
    )


def open_tokens(vault: Vault, grant: Grant) -> tuple[str, str | None]:
    """Access and refresh token. Raises CannotOpen."""
    access = vault.open(grant.access_sealed, place=place(grant.id, "access"))
    if grant.refresh_sealed is None:
        return access, None
    return access, vault.open(grant.refresh_sealed, place=place(grant.id, "refresh"))


def live_grant(session: Session, login_id: int) -> Grant | None:
    """The grant in use, still sealed."""
    return session.exec(
        select(Grant).where(Grant.login_id == login_id, col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None))
    ).one_or_none()


def _no_use(diagnosis: Diagnosis) -> Trouble:
    return Trouble(diagnosis, Answer(Stage.TOKEN_REFRESH, 0))
