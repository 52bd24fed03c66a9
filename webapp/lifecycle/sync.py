"""Read one claimed integration: ask whether it is well, then every stream; whatever comes of it is written down."""

from __future__ import annotations

import logging
from functools import partial

from sqlalchemy import Connection

from webapp.lifecycle.allowance import Allowance
from webapp.lifecycle.ask_why import asked_why
from webapp.lifecycle.attempt import Attempt, Stopping
from webapp.lifecycle.claim import Claim, LostClaim
from webapp.lifecycle.read_stream import StreamReader
from webapp.lifecycle.recover import open_receipt
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.trouble import record_trouble
from webapp.models.access import Login
from webapp.models.integration import Integration
from webapp.models.sync import Outcome
from webapp.platforms.diagnosis import Trouble

log = logging.getLogger(__name__)


def sync(runtime: Runtime, claim: Claim) -> Outcome:
    """One attempt, begun to ended. Trouble is recorded, never raised; a lost claim writes nothing more."""
    attempt = Attempt(runtime, claim)
    try:
        attempt.begin()
        try:
            # One for every page: a database that crashed ends the attempt, which remembers what that one forgot.
            with runtime.database.connection() as connection:
                _read_everything(attempt, connection)
        except Stopping:
            attempt.count_the_rest()
            attempt.stop()
            return attempt.ended(Outcome.INTERRUPTED)
        attempt.succeed()
        return attempt.ended(Outcome.DONE)
    except Trouble as trouble:
        attempt.count_the_rest()
        trouble = asked_why(attempt.platform, attempt.api, trouble)
        record_trouble(runtime, claim, trouble, run_id=attempt.run_id)
        return attempt.ended(Outcome.TROUBLE, cause=trouble.diagnosis.cause)
    except LostClaim:
        return attempt.ended(Outcome.INTERRUPTED)


def _read_everything(attempt: Attempt, connection: Connection) -> None:
    runtime, platform = attempt.runtime, attempt.platform
    attempt.go_on()
    with runtime.database.reading() as session:
        integration = session.get_one(Integration, attempt.claim.integration_id)
        login = session.get_one(Login, integration.login_id)
        receipt = open_receipt(session, integration.id)
        fresh_since = receipt.away_to if receipt is not None else integration.failing_since
    attempt.recovering = receipt is not None
    assert login.id is not None
    token = usable_token(runtime, login.id)
    renew = partial(attempt.renewed, renewer(runtime, login.id))
    api = attempt.api = runtime.api(platform, token=token, tenant=login.tenant, renew=renew)
    account = platform.probe(api, integration.account)
    allowance = Allowance(runtime, platform)
    troubles: list[Trouble] = []
    fault: Exception | None = None
    for stream in platform.streams:
        try:
            StreamReader(attempt, connection, api, account, integration, stream).read(fresh_since, allowance)
        except Trouble as trouble:
            troubles.append(trouble)
            if not trouble.diagnosis.is_about_one_stream:
                break
        except Exception as failed:
            if isinstance(failed, (LostClaim, Stopping, *runtime.database.lost)):
                if fault is not None:
                    log.error("sync failed", exc_info=fault, extra={"platform": platform.slug})
                raise
            # Ours, or an answer nobody thought of: no reason to leave the other streams unread.
            fault = fault or failed
        finally:
            allowance.count(api.calls)
    # What somebody must act on is hidden behind nothing; a fault of ours only by that, so that it is logged.
    definite = next((one for one in troubles if one.diagnosis.is_definite), None)
    if (worst := definite or fault or next(iter(troubles), None)) is not None:
        raise worst
