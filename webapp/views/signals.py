"""What platforms tell us: verified, stored, answered at once, and seen to by the clock. No session, no cookie."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from webapp.extensions import csrf
from webapp.lifecycle.hear_signal import hear, kind_of
from webapp.lifecycle.runtime import UnknownPlatform
from webapp.platforms.jwks import KeysOutOfReach
from webapp.platforms.signals import ForgedSignal, Post, UnclearSignal
from webapp.queries.deletion import deletion_of
from webapp.views import door

log = logging.getLogger(__name__)
blueprint = Blueprint("signals", __name__)

MAX_BYTES = 256 * 1024


@blueprint.post("/signals/<slug>/<kind>")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships without types
def receive(slug: str, kind: str) -> Response:
    """200 once it is stored; 401 when the platform did not sign it, 400 when it does not belong here, 503 to come back.

    Whoever asks for a deletion is told where to follow it, as Meta wants it.
    """
    runtime = door.runtime()
    request.max_content_length = MAX_BYTES
    if (request.content_length or 0) > MAX_BYTES:
        return _said("too much", 413)
    try:
        platform, meant = kind_of(runtime, slug, kind)
        headers = {name.lower(): value for name, value in request.headers.items()}
        post = Post(body=request.get_data(), headers=headers, form=request.form)
        code = hear(runtime, platform, meant, post)
    except UnknownPlatform:
        return _said("nothing is listened for here", 404)
    except ForgedSignal:
        log.warning("a signal that its platform did not sign", extra={"platform": slug, "kind": kind})
        return _said("not signed by the platform", 401)
    except UnclearSignal:
        log.warning("a signal that does not belong here", extra={"platform": slug, "kind": kind})
        return _said("not what is sent here", 400)
    except KeysOutOfReach:
        return _said("the platform's keys cannot be fetched now", 503)
    if code is None:
        return _said("heard", 200)
    followed = f"{runtime.settings.public_url}{url_for('signals.deletion', code=code)}"
    return jsonify(url=followed, confirmation_code=code)


@blueprint.get("/deletions/<code>")
def deletion(code: str) -> str:
    """For whoever asked a platform that we delete what we know of them. The code is all it takes, and all it names."""
    with door.runtime().database.reading() as session:
        found = deletion_of(session, code)
    return render_template("deletions/show.html", deletion=found or abort(404))


def _said(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
