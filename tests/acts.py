"""Verbs in a test's words: connect, sync, reconnect, and compare with the ledger."""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import col, select

from tests.sandbox_server import SandboxServer
from webapp.lifecycle.ask_now import ask_now
from webapp.lifecycle.choose_accounts import choose_accounts
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.compare import compare_due
from webapp.lifecycle.comparison_due import compare_now
from webapp.lifecycle.complete_authorization import Return, complete
from webapp.lifecycle.incident_mail import situation
from webapp.lifecycle.note_days import notes_of
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.start_authorization import connect, reconnect
from webapp.lifecycle.sync import sync
from webapp.models.access import Ending
from webapp.models.data import OrderRow, RefundRow, SpendRow
from webapp.models.day_note import DayNote
from webapp.models.integration import Integration
from webapp.models.sync import Outcome
from webapp.models.trouble import Incident, Receipt
from webapp.platforms import registry
from webapp.queries.authorization import authorization_of
from webapp.queries.board import board_of
from webapp.queries.facts import IntegrationFacts

BROWSER = "a browser"
PASSWORD = "correct horse battery"


class Compared(NamedTuple):
    """Rows of the ledger, and how many of them are missing, foreign or there twice."""

    rows: int
    lost: int
    too_many: int
    doubled: int

    @property
    def is_equal(self) -> bool:
        return not (self.lost or self.too_many or self.doubled)


class Acts:
    """What one merchant does, on one installation."""

    def __init__(self, runtime: Runtime, sandbox: SandboxServer, person_id: str, workspace_id: str) -> None:
        self.runtime, self.sandbox = runtime, sandbox
        self.person_id, self.workspace_id = person_id, workspace_id

    def connects(
        self, slug: str, person: str = "ana@aurora.test", shop: str = "cedar.myshopify.com", number: int = 0,
        region: str | None = None,
    ) -> str:  # fmt: skip
        back = self.returns(slug, self.sandbox.approve(self.leaves_for(slug, shop, region), person))
        if back.ending is Ending.CHOOSE:
            with self.runtime.database.reading() as session:
                offered = authorization_of(session, self.runtime.platform, authorization_id=back.authorization_id,
                                           person_id=self.person_id, workspace_id=self.workspace_id)  # fmt: skip
            chosen = [offered.accounts[number].id]
            made = choose_accounts(self.runtime, authorization_id=back.authorization_id, person_id=self.person_id,
                                   workspace_id=self.workspace_id, account_ids=chosen)  # fmt: skip
            return made[0]
        assert back.ending is Ending.CONNECTED, back
        return back.integration_id

    def leaves_for(self, slug: str, shop: str = "cedar.myshopify.com", region: str | None = None) -> str:
        """Press Connect; the address of the consent page."""
        field = registry()[slug].tenant
        return connect(self.runtime, slug=slug, tenant=shop if field and not field.choices else region,
                       person_id=self.person_id, workspace_id=self.workspace_id, browser=BROWSER)  # fmt: skip

    def stops_at_the_choice(self, slug: str) -> str:
        """Connect up to the choice of accounts; the round trip's id."""
        back = self.returns(slug, self.sandbox.approve(self.leaves_for(slug)))
        assert back.ending is Ending.CHOOSE
        assert back.authorization_id
        return back.authorization_id

    def reconnects(self, integration_id: str, person: str = "ana@aurora.test") -> Return:
        url = reconnect(self.runtime, integration_id=integration_id, person_id=self.person_id,
                        workspace_id=self.workspace_id, browser=BROWSER)  # fmt: skip
        return self.returns(self.integration(integration_id).platform, self.sandbox.approve(url, person))

    def returns(
        self, slug: str, params: dict[str, str], *, browser: str = BROWSER, person_id: str | None = None
    ) -> Return:
        return complete(self.runtime, slug=slug, params=params, person_id=person_id or self.person_id, browser=browser)

    def syncs(self, integration_id: str) -> Outcome:
        """Sync now, whatever the timetable says; a broken one is not even asked."""
        ask_now(self.runtime, integration_id=integration_id, workspace_id=self.workspace_id)
        claims = claim_due(self.runtime, limit=1, only=integration_id)
        assert claims, "nothing to claim"
        return sync(self.runtime, claims[0])

    def compares(self, integration_id: str) -> int:
        """What the clock does at night, and whenever a comparison is due."""
        with self.runtime.database.writing() as session:
            compare_now(session, integration_id, self.runtime.now())
        return compare_due(self.runtime)

    def night_passes(self, integration_id: str) -> None:
        """A day on: synced, compared, read again where the comparison asked for it, compared once more."""
        self.sandbox.advance(days=1)
        assert self.syncs(integration_id) is Outcome.DONE
        self.compares(integration_id)
        assert self.syncs(integration_id) is Outcome.DONE
        self.compares(integration_id)

    def notes(self, integration_id: str) -> dict[str, DayNote]:
        """What is noted about days that differ or differed, by day."""
        integration = self.integration(integration_id)
        with self.runtime.database.reading() as session:
            return {str(day): note for (_, day), note in notes_of(session, integration).items()}

    def receipt(self, integration_id: str) -> Receipt:
        """The latest receipt."""
        with self.runtime.database.reading() as session:
            found = session.exec(
                select(Receipt).where(Receipt.integration_id == integration_id).order_by(col(Receipt.away_to).desc())
            ).first()
        assert found is not None, "no receipt"
        return found

    def integration(self, integration_id: str) -> Integration:
        with self.runtime.database.reading() as session:
            return session.get_one(Integration, integration_id)

    def row(self, integration_id: str) -> IntegrationFacts:
        with self.runtime.database.reading() as session:
            board = board_of(
                session, situation(self.runtime), workspace_id=self.workspace_id, can_change=True, platforms=()
            )
        return next(one for one in board.rows if one.id == integration_id)

    def open_incidents(self) -> list[Incident]:
        with self.runtime.database.reading() as session:
            return list(session.exec(select(Incident).where(col(Incident.closed_at).is_(None))))

    def is_complete(self, integration_id: str) -> int:
        """Every row of the ledger is stored exactly once with its amount, and nothing else is. How many."""
        found = self.compared(integration_id)
        assert found.is_equal, found
        return found.rows

    def compared(self, integration_id: str, only: str | None = None) -> Compared:
        """What is stored against what the ledger says, in all streams or one. An older order that changed since the
        first day may be here, as the ledger has it, and need not be."""
        integration = self.integration(integration_id)
        slug, account, since = integration.platform, integration.account_id, str(integration.first_day)
        rows = lost = too_many = doubled = 0
        with self.runtime.database.reading() as session:
            for stream, stored in self._stored(session, integration).items():
                if only not in (None, stream):
                    continue
                truth = self.sandbox.truth(slug, account, stream)
                owed = {one for one in truth if one[1] >= since}
                rows += len(owed)
                lost += len(owed - set(stored))
                too_many += len(set(stored) - truth)
                doubled += len(stored) - len(set(stored))
        return Compared(rows, lost, too_many, doubled)

    def days_lacking(self, integration_id: str) -> set[str]:
        """Days on which the ledger has rows that are not stored."""
        integration = self.integration(integration_id)
        slug, account, since = integration.platform, integration.account_id, str(integration.first_day)
        with self.runtime.database.reading() as session:
            return {
                day for stream, stored in self._stored(session, integration).items()
                for _, day, _ in self.sandbox.truth(slug, account, stream) - set(stored) if day >= since
            }  # fmt: skip

    def days_otherwise(self, integration_id: str) -> set[str]:
        """Days on which something is stored that the ledger does not have, or not as it is stored."""
        integration = self.integration(integration_id)
        slug, account = integration.platform, integration.account_id
        with self.runtime.database.reading() as session:
            return {
                day for stream, stored in self._stored(session, integration).items()
                for _, day, _ in set(stored) - self.sandbox.truth(slug, account, stream)
            }  # fmt: skip

    def _stored(self, session, integration):
        def of(table):
            return table.workspace_id == integration.workspace_id, table.account_id == integration.account_id

        if registry()[integration.platform].kind == "store":
            orders = session.exec(select(OrderRow).where(*of(OrderRow))).all()
            refunds = session.exec(select(RefundRow).where(*of(RefundRow))).all()
            return {"orders": [(one.order_id, str(one.day), one.total_micros) for one in orders],
                    "refunds": [(one.refund_id, str(one.day), one.amount_micros) for one in refunds]}  # fmt: skip
        spend = session.exec(select(SpendRow).where(*of(SpendRow), SpendRow.platform == integration.platform)).all()
        return {"daily_spend": [(f"{one.campaign_id}:{one.day}", str(one.day), one.spend_micros) for one in spend]}
