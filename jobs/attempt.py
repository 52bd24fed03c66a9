"""One claimed integration, read once, whichever engine claimed it: nothing it raises reaches the engine."""

from __future__ import annotations

import logging
import time

from flask import Flask

from webapp.lifecycle.claim import Claim, give_back
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sync import sync

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = (1.0, 2.0, 4.0, 8.0)


def attempt(app: Flask, claim: Claim) -> None:
    """Sync, whatever comes of it. Nothing half done was committed; what failed by our own fault is tried again."""
    about = {"integration": claim.integration_id, "platform": claim.platform}
    runtime: Runtime = app.extensions["runtime"]
    try:
        with app.app_context():
            sync(runtime, claim)
    except runtime.database.lost as lost:
        log.warning("the database was lost during a sync", extra={**about, "error": type(lost).__name__})
        _give_back(runtime, claim)
    except Exception:
        # Another attempt when the lease ends, and no sooner: it will probably fail again.
        log.exception("sync failed", extra=about)


def _give_back(runtime: Runtime, claim: Claim) -> None:
    """As soon as the database answers; if it does not for long, the lease has run out anyway."""
    for seconds in ASK_AGAIN_SECONDS:
        time.sleep(seconds)
        try:
            give_back(runtime, claim)
            return
        except runtime.database.lost:
            continue
