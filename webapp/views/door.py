"""Who is at the door: the person, their workspace, their browser, and what they may do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from webapp import hx
from webapp.extensions import login_manager
from webapp.lifecycle.runtime import Runtime
from webapp.models.people import Person
from webapp.queries.facts import Viewer
from webapp.queries.people import Known, known_person, viewer_of, workspace_of

P = ParamSpec("P")
R = TypeVar("R")
HOME = "/integrations"


class SignedIn(UserMixin):  # type: ignore[misc]
    """A person as Flask-Login knows them; the cookie's id dies with the epoch in it."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def get_id(self) -> str:
        return f"{self.known.person_id}.{self.known.session_epoch}"


def init_app(app: Flask) -> None:
    app.before_request(_follow_the_link)
    login_manager.user_loader(_load)
    login_manager.session_protection = None


def runtime() -> Runtime:
    found: Runtime = current_app.extensions["runtime"]
    return found


def now() -> datetime:
    """This request's one instant, so that a whole page is of the same moment."""
    if "now" not in g:
        g.now = runtime().now()
    found: datetime = g.now
    return found


def let_in(person: Person, *, remember: bool) -> None:
    """Begin a new session: nothing of the one before it stays, and the browser gets a new id."""
    session.clear()
    session.permanent = remember
    session["browser"] = secrets.token_urlsafe(24)
    login_user(_load(f"{person.id}.{person.session_epoch}"), remember=remember)


def let_out() -> None:
    logout_user()
    session.clear()
    # logout_user marks the remember cookie for removal in the session that was just cleared.
    session["_remember"] = "clear"


def viewer() -> Viewer:
    """The signed-in person in their current workspace; 401 when nobody is signed in."""
    return viewer_or_none() or abort(401)


def known_or_none() -> Known | None:
    """The signed-in person, who may be in no workspace at all."""
    if not current_user.is_authenticated or "let_out" in g:
        return None
    known: Known = current_user.known
    return known


def viewer_or_none() -> Viewer | None:
    if not current_user.is_authenticated or "let_out" in g:
        return None
    if "viewer" not in g:
        known, here = current_user.known, session.get("workspace")
        if here is not None and here not in {place for place, _, _ in known.places}:
            # They were let out of it: every page they had open there is over, and so is this session.
            let_out()
            g.let_out = True
            return None
        g.viewer = viewer_of(known, here)
        if g.viewer is not None and session.get("workspace") != g.viewer.workspace_id:
            session["workspace"] = g.viewer.workspace_id
    found: Viewer | None = g.viewer
    return found


def _follow_the_link() -> None:
    """Make current the workspace of what is asked for, when the person is in it: a mail's link, another tab."""
    wanted = request.view_args or {}
    # In this order: asking who it is reads the database, and hardly any request is for one thing.
    if not {"integration_id", "authorization_id", "guide_id"} & wanted.keys() or not current_user.is_authenticated:
        return
    with runtime().database.reading() as reading:
        home = workspace_of(reading, person_id=current_user.known.person_id, **wanted)
    if home is not None and home != session.get("workspace"):
        session["workspace"] = home


def browser_id() -> str:
    """This browser session; a round trip to a platform is bound to it."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(24)
    found: str = session["browser"]
    return found


def may_now_change() -> bool:
    found = viewer_or_none()
    return found is not None and found.may_change


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Somebody who is not is sent to sign in, and comes back to what they wanted."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        return view(*args, **kwargs) if viewer_or_none() is not None else _to_sign_in(_wanted())

    return guarded


def signed_in_or(path: str) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """As `signed_in`, but afterwards they come to `path`: what was asked for must not be asked twice."""

    def decorate(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            return view(*args, **kwargs) if viewer_or_none() is not None else _to_sign_in(path)

        return guarded

    return decorate


def may_change(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Signed in, and more than a viewer; 403 otherwise."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        found = viewer_or_none()
        if found is None:
            return _to_sign_in(HOME)
        if not found.may_change:
            abort(403, "You can look at this workspace, not change it. Ask one of its owners.")
        return view(*args, **kwargs)

    return guarded


def safe_next(wanted: str | None) -> str:
    """`wanted` when a browser would read it as a path on our own origin, else the Integrations page."""
    if not wanted or len(wanted) > 500:
        return HOME
    for text in (wanted, unquote(wanted), unquote(unquote(wanted))):
        parts = urlsplit(text)
        odd = not text.isprintable() or "\\" in text or " " in text or "//" in text or "/.." in text
        if odd or not text.startswith("/") or parts.scheme or parts.netloc:
            return HOME
    return wanted


def _to_sign_in(wanted: str) -> Response:
    login = url_for("people.login", next=wanted)
    return hx.go_to(login) if hx.is_htmx() else redirect(login, 303)


def _wanted() -> str:
    if hx.is_htmx():
        # Not the fragment that was polled, but the page it was polled from.
        return safe_next(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    return safe_next(request.full_path.rstrip("?")) if request.method != "POST" else HOME


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _unauthorized() -> Response:
    return _to_sign_in(_wanted())


def _load(user_id: str) -> SignedIn | None:
    person_id, _, epoch = user_id.partition(".")
    known = known_person(runtime().database, person_id)
    return SignedIn(known) if known is not None and secrets.compare_digest(known.session_epoch, epoch) else None
