"""What every answer of ours has in common: headers, cookies, template words, error pages."""

from __future__ import annotations

import logging

from flask import Flask, Response, abort, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from webapp import hx, words
from webapp.extensions import mail_config
from webapp.settings import Settings
from webapp.views import compress, door, formats

log = logging.getLogger(__name__)

# No form-action: Chromium would block the redirect to a platform that follows our own form (DESIGN, traps).
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
HSTS = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
MAX_REQUEST_BYTES = 1024 * 1024


def flask_config(settings: Settings) -> dict[str, object]:
    https = settings.public_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": MAX_REQUEST_BYTES,
        "SESSION_COOKIE_NAME": "shopimize",
        "SESSION_COOKIE_HTTPONLY": True,
        # Strict would drop the session on the way back from a platform.
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "REMEMBER_COOKIE_NAME": "shopimize_remember",
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": https,
        # Pages stay open for days; the token lives as long as the session does.
        "WTF_CSRF_TIME_LIMIT": None,
        "TEMPLATES_AUTO_RELOAD": False,
        "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,
        "EXPLAIN_TEMPLATE_LOADING": False,
        **mail_config(settings.mail_url, settings.mail_from),
    }


def init_app(app: Flask) -> None:
    app.before_request(_speak)
    app.teardown_request(_fall_silent)
    app.before_request(_refuse_unprintable)
    door.init_app(app)
    formats.init_app(app)
    compress.init_app(app)
    app.after_request(_harden)
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(CSRFError, _error_page)
    app.register_error_handler(OperationalError, _out_of_reach)


def _refuse_unprintable() -> None:
    """No text a person can type has a NUL in it, and PostgreSQL takes none."""
    texts = (request.path, *request.args.values(), *request.form.values())
    if any("\0" in text for text in texts):
        abort(400, "That cannot be read.")


def _speak() -> None:
    """What the browser asks for, where there is a catalogue of it."""
    best = request.accept_languages.best_match(words.languages())
    words.speak(words.language(best) if best else None)


def _fall_silent(_error: BaseException | None) -> None:
    # The next request of this thread is somebody else's.
    words.speak(None)


def headers_of_ours(*, secure: bool) -> tuple[tuple[str, str], ...]:
    """What every answer says, static files about keeping them aside."""
    return (*HEADERS, HSTS) if secure else HEADERS


def _harden(response: Response) -> Response:
    for name, value in headers_of_ours(secure=request.is_secure):
        if name != "Cache-Control" or request.endpoint != "static":
            response.headers.setdefault(name, value)
    return response


def _error_page(error: HTTPException) -> tuple[str, int] | Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if hx.is_htmx():
        # Never put a whole error page into the place of a fragment.
        return hx.unchanged() if error.code >= 500 else hx.go_to(request.full_path.rstrip("?"))
    return render_template("error.html", code=error.code, text=error.description), error.code


def _out_of_reach(error: OperationalError) -> tuple[str, int, dict[str, str]] | Response:
    """The database is restarting, or locked for too long. An open page keeps what it shows and asks again."""
    log.error("the database is out of reach", extra={"path": request.path, "error": str(error.orig)})
    if hx.is_htmx():
        return hx.unchanged()
    # Not render_template: what it hands to every template is asked of the database.
    return current_app.jinja_env.get_template("out_of_reach.html").render(), 503, {"Retry-After": "30"}
