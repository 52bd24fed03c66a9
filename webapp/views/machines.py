"""What machines ask: are you alive."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import text

from webapp.views import door

blueprint = Blueprint("machines", __name__)


@blueprint.get("/heartbeat")
def heartbeat() -> tuple[str, int, dict[str, str]]:
    """200 while the database answers."""
    with door.runtime().database.reader.connect() as connection:
        connection.execute(text("SELECT 1"))
    return "ok", 200, {"content-type": "text/plain"}
