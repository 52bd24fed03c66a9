"""A person says what an ad account spent on days that are not here, or takes that back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlmodel import Session, col, delete, select

from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Integration
from webapp.models.stand_in import StandIn, StandInKind


def set_stand_ins(
    runtime: Runtime, *, workspace_id: str, person_id: str, integration_id: str, kind: StandInKind,
    currency: str | None, amounts: Mapping[date, int],
) -> bool:  # fmt: skip
    """Of each day, before what was said of it earlier; in the account's own currency where none is given.

    False when the workspace has no such ad account.
    """
    with runtime.database.writing() as session:
        account = _account(runtime, session, workspace_id, integration_id)
        if account is None:
            return False
        for day, micros in amounts.items():
            session.merge(
                StandIn(
                    workspace_id=workspace_id, platform=account.platform, account_id=account.account_id, day=day,
                    kind=kind, spend_micros=micros, currency=currency or account.currency, person_id=person_id,
                    noted_at=runtime.now(),
                )
            )  # fmt: skip
        session.flush()
        bump(session, workspace_id)
    return True


def drop_stand_ins(runtime: Runtime, *, workspace_id: str, integration_id: str, days: Collection[date]) -> bool:
    """Take it back: what is missing is missing again. False when nothing stood in on these days."""
    with runtime.database.writing() as session:
        account = _account(runtime, session, workspace_id, integration_id)
        if account is None:
            return False
        gone = session.execute(
            delete(StandIn)
            .where(
                col(StandIn.workspace_id) == workspace_id, col(StandIn.platform) == account.platform,
                col(StandIn.account_id) == account.account_id, col(StandIn.day).in_(days),
            )
            .returning(col(StandIn.day))
        ).all()  # fmt: skip
        if gone:
            bump(session, workspace_id)
    return bool(gone)


def _account(runtime: Runtime, session: Session, workspace_id: str, integration_id: str) -> Integration | None:
    """The ad account's row, before its workspace's, as every sync takes them."""
    found = session.exec(
        select(Integration)
        .where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
        .with_for_update()
    ).one_or_none()
    return found if found is not None and runtime.platform(found.platform).kind == "ads" else None
