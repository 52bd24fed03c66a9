"""What an address names, if it is the viewer's own: a stranger's id and an absent one are the same 404."""

from __future__ import annotations

from dataclasses import replace

from flask import abort

from webapp.lifecycle.incident_mail import situation
from webapp.queries.board import integration_of
from webapp.queries.facts import IntegrationFacts
from webapp.queries.under_way import told_to
from webapp.views import door


def own_integration(integration_id: str) -> IntegrationFacts:
    """The integration of the viewer's workspace; 404 otherwise."""
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as session:
        found = integration_of(
            session, situation(runtime), workspace_id=viewer.workspace_id, integration_id=integration_id
        )
    if found is None:
        abort(404)
    return replace(found, waiting=told_to(found.waiting, viewer.person_id))
