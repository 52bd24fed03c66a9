"""What templates can say: filters, addresses of static files, and who is looking."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from flask import Flask, has_request_context, url_for
from sqlalchemy.exc import SQLAlchemyError

from webapp import words
from webapp.queries import wording
from webapp.queries.calendar_facts import LABELS, SHAPES
from webapp.queries.facts import Viewer
from webapp.queries.help_topics import BY_SLUG
from webapp.queries.pulse import Pulse, pulse_of
from webapp.queries.sentences import back_again, came_back, checked, reconnected
from webapp.views import door
from webapp.views.agency import place_html
from webapp.views.boards import add_platform_html, board_html, marks_of
from webapp.views.rows import row_html

STATIC = Path(__file__).parent.parent / "static"
HELP_AT_INTEGRATIONS = ("how-to-reconnect", "why-permissions-end", "data-not-syncing", "staying-connected")
COMPONENTS = Path(__file__).parent.parent / "templates" / "components"


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        moment=wording.moment, clock=wording.clock, count=wording.count, span=wording.span, through=_through,
        sentence=wording.sentence, came_back=came_back, rate=wording.rate, back_again=back_again, checked=checked,
        reconnected=reconnected,
        said=words.say, named_day=wording.day, exactly=wording.exact_money, listed=wording.listed,
    )  # fmt: skip
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    # The extension puts this method there, which no type checker can know.
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        asset=asset,
        board_html=board_html,
        add_platform_html=add_platform_html,
        row_html=row_html,
        marks_of=marks_of,
        place_html=place_html,
    )
    app.jinja_env.globals.update(help_links={slug: BY_SLUG[slug].title for slug in HELP_AT_INTEGRATIONS})
    app.jinja_env.globals.update(day_states=LABELS, day_shapes={state: f"M0 0{path}" for state, path in SHAPES.items()})
    _know_components(app)
    app.context_processor(_context)


def _know_components(app: Flask) -> None:
    """Every template may use every component; importing them in each of a hundred fragments costs more than they do."""
    for path in sorted(COMPONENTS.glob("*.html")):
        drawn = app.jinja_env.get_template(f"components/{path.name}").module
        app.jinja_env.globals.update({name: macro for name, macro in vars(drawn).items() if not name.startswith("_")})


@cache
def asset(name: str) -> str:
    """A static file's address with its content in it, so that it may be kept for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return url_for("static", filename=name, v=digest)


def _context() -> dict[str, object]:
    language = words.spoken().tag
    if not has_request_context():
        # A mail: nobody is looking.
        return {"language": language}
    viewer = _viewer()
    return {
        "language": language,
        "viewer": viewer,
        "nav_pulse": _pulse(viewer),
        "poll_seconds": door.runtime().settings.poll_seconds,
    }


def _gettext(message: str) -> str:
    return words.spoken().catalogue.gettext(message)


def _ngettext(one: str, several: str, number: int) -> str:
    return words.spoken().catalogue.ngettext(one, several, number)


def _viewer() -> Viewer | None:
    try:
        return door.viewer_or_none()
    except SQLAlchemyError:
        # An error page must come out even when the database does not answer.
        return None


def _pulse(viewer: Viewer | None) -> Callable[[], Pulse]:
    """Looked for only by pages that do not show the board, which counts by itself."""

    def looked() -> Pulse:
        if viewer is None:
            return Pulse(needs=0)
        with door.runtime().database.reading() as session:
            return pulse_of(session, viewer.workspace_id)

    return looked


def _through(value: datetime, zone: str) -> str:
    return wording.through(value, zone, door.runtime().now())
