"""Every component in every state, outside production: for looking, for tests, and for whoever changes a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template

from webapp import words
from webapp.models.health import BADGES
from webapp.views import door

if TYPE_CHECKING:
    from webapp.views.sample_pages import Page

blueprint = Blueprint("patterns", __name__, url_prefix="/patterns")


@blueprint.before_request
def _not_in_production() -> None:
    if door.runtime().settings.is_production:
        abort(404)


@blueprint.get("")
@door.signed_in
def index() -> str:
    return render_template("patterns.html", pages=list(_pages()), badges=BADGES.items())


@blueprint.get("/<name>")
@door.signed_in
def screen(name: str) -> str:
    """A whole page from made-up facts; 404 for one there is not."""
    if name not in _pages():
        abort(404)
    template, facts = _pages()[name]
    return render_template(template, **facts)


def _pages() -> dict[str, Page]:
    """Made when somebody looks: they are 5 MB that no process needs which only syncs."""
    with words.speaking(words.language(words.ENGLISH)):
        from webapp.views import sample_pages
    return sample_pages.PAGES
