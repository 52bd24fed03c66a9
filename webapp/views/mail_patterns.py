"""Every kind of mail as it goes out, outside production: designed and as plain text, without sending one."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template

from webapp import words
from webapp.lifecycle.letter import Letter
from webapp.lifecycle.send_notices import inlined
from webapp.views import door

blueprint = Blueprint("mail_patterns", __name__, url_prefix="/mail-patterns")

# A mail brings its styles in its elements, which no page of ours may.
AS_A_MAIL = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@blueprint.before_request
def _not_in_production() -> None:
    if door.runtime().settings.is_production:
        abort(404)


@blueprint.get("")
@door.signed_in
def index() -> str:
    return render_template("mail_patterns.html", mails={name: _letter(name).subject for name in _mails()})


@blueprint.get("/<mail>")
@door.signed_in
def designed(mail: str) -> Response:
    return Response(inlined(_letter(mail).html), headers={"Content-Security-Policy": AS_A_MAIL})


@blueprint.get("/<mail>/text")
@door.signed_in
def plain(mail: str) -> Response:
    return Response(_letter(mail).text, mimetype="text/plain")


def _letter(name: str) -> Letter:
    if name not in _mails():
        abort(404)
    with words.speaking(words.language(words.ENGLISH)):
        return _mails()[name]()


def _mails() -> dict[str, Callable[[], Letter]]:
    """Made when somebody looks, as the pages of the patterns are."""
    with words.speaking(words.language(words.ENGLISH)):
        from webapp.views import sample_mail
    return sample_mail.MAILS
