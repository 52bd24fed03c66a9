"""The merchant deletes what was imported from an account: an act of its own, once nothing new comes in."""

from __future__ import annotations

import logging

from webapp.lifecycle.erase import erase
from webapp.lifecycle.pause import of_workspace
from webapp.lifecycle.runtime import Runtime

log = logging.getLogger(__name__)


class StillConnected(Exception):
    """It is still read, so that what was deleted would come in again."""


def delete_data(runtime: Runtime, *, integration_id: str, workspace_id: str, person_id: str) -> bool:
    """Gone for good when it returns. False when this workspace has no such integration. Raises StillConnected."""
    with runtime.database.writing() as session:
        integration = of_workspace(session, integration_id, workspace_id)
        if integration is None:
            return False
        if integration.disconnected_at is None:
            raise StillConnected
        if not integration.is_erased:
            erase(session, integration, runtime.now(), person_id=person_id)
            log.info("data deleted by its owner", extra={"integration": integration.id})
        return True
