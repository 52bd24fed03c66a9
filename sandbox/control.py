"""What a person or a test tells the sandbox: switches, the clock, the ledger and the inbox."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.security import safe_join
from werkzeug.wrappers import Request, Response

from sandbox.consent import LOOPBACK, PAGES
from sandbox.replies import json_reply
from sandbox.signals import send, send_what_is_due
from sandbox.standins import standins
from sandbox.switches import LASTING, MAIL, NAMES, ONCE, is_on, turn
from sandbox.world import World

STATIC = Path(__file__).parent / "static"
LEAPS = (
    (3600, "1 hour"),
    (86_400, "1 day"),
    (7 * 86_400, "1 week"),
    (61 * 86_400, "61 days"),
    (91 * 86_400, "91 days"),
)
LONGEST_LEAP = 3650 * 86_400


def control(world: World, request: Request) -> Response:
    """Answer for the sandbox itself. Raises NotFound and BadRequest."""
    path, method = request.path.rstrip("/") or "/", request.method
    if path == "/" and method == "GET":
        return _page(world)
    if path == "/switches":
        return _switches(world, request)
    if path == "/clock" and method == "POST":
        return _clock(world, request)
    if path == "/callbacks" and method == "POST":
        return _callbacks(world, request)
    if path == "/signals" and method == "GET":
        return json_reply(world.data["signals"])
    if path == "/chat":
        return _chat(world, request)
    if path == "/inbox":
        return _inbox(world, request)
    if path.startswith("/inbox/") and method == "GET":
        return _letter(world, path.removeprefix("/inbox/"))
    if path.startswith("/ledger/") and method == "GET":
        return _ledger(world, path.removeprefix("/ledger/"))
    if path.startswith("/static/") and method == "GET":
        return _static(path.removeprefix("/static/"))
    raise NotFound("Nothing here.")


def _page(world: World) -> Response:
    dead: dict[str, str] = {}
    for grant in world.data["grants"].values():
        dead[grant["platform"]] = grant["death"] or ""
    page = PAGES.get_template("control.html").render(
        standins=standins().values(), once=ONCE, lasting=LASTING, mail=MAIL, leaps=LEAPS, now=world.now(), dead=dead,
        is_on=lambda platform, name, account=None: is_on(world, platform, name, account),
        counted=world.counted, letters=len(world.data["inbox"]), any_on=bool(world.data["switches"]),
    )  # fmt: skip
    return Response(page, mimetype="text/html")


def _switches(world: World, request: Request) -> Response:
    if request.method == "GET":
        return json_reply(world.data["switches"])
    if request.method == "DELETE" or (request.method == "POST" and request.form.get("clear")):
        with world.changing() as data:
            data["switches"] = []
        return _done(request)
    if request.method != "POST":
        raise NotFound
    said = _said(request)
    platform, name, on = str(said.get("platform")), str(said.get("switch")), said.get("on")
    account = str(said["account"]) if said.get("account") else None
    mail = name.startswith("smtp_")
    if name not in NAMES:
        raise BadRequest(f"No switch {name!r}. There are: {', '.join(sorted(NAMES))}.")
    if not mail and platform not in standins():
        raise BadRequest(f"No platform {platform!r}. There are: {', '.join(standins())}.")
    if account is not None and not mail and account not in {one.id for one in standins()[platform].accounts}:
        raise BadRequest(f"{platform} has no account {account!r}.")
    turned_on = on in (True, "true", "on", "1", 1)
    turn(world, "mail" if mail else platform, None if mail else account, name, turned_on)
    if turned_on and not mail:
        send(world, standins()[platform].tells(world, name, account))
    return _done(request)


def _callbacks(world: World, request: Request) -> Response:
    """What an operator would type into the app's own page at a platform: where it is to send what it has to tell."""
    said = _said(request)
    platform, kind, url = (str(said.get(name, "")) for name in ("platform", "kind", "url"))
    if platform not in standins():
        raise BadRequest(f"No platform {platform!r}. There are: {', '.join(standins())}.")
    if urlsplit(url).hostname not in LOOPBACK:
        raise BadRequest("The sandbox tells nobody but this machine.")
    with world.changing() as data:
        data["callbacks"].setdefault(platform, {})[kind] = url
    return _done(request)


def _chat(world: World, request: Request) -> Response:
    """A chat that takes whatever is posted to it; what was, oldest first."""
    if request.method != "POST":
        return json_reply(world.data["chat"])
    with world.changing() as data:
        data["chat"] = [*data["chat"], _said(request)][-50:]
    return json_reply({"ok": True})


def _clock(world: World, request: Request) -> Response:
    seconds = _said(request).get("advance_seconds")
    try:
        number = float(str(seconds))
    except ValueError:
        raise BadRequest("advance_seconds must be a number of seconds.") from None
    if not 0 <= number <= LONGEST_LEAP:
        raise BadRequest("The clock only goes forward, ten years at most.")
    world.advance(number)
    send_what_is_due(world)
    return _done(request, {"now": world.now().isoformat()})


def _inbox(world: World, request: Request) -> Response:
    if request.method == "DELETE":
        with world.changing() as data:
            data["inbox"] = []
        return json_reply({"ok": True})
    letters = world.data["inbox"]
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return json_reply(letters)
    page = PAGES.get_template("inbox.html").render(letters=list(enumerate(letters))[::-1])
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-src 'self'"
    return response


def _letter(world: World, number: str) -> Response:
    letters = world.data["inbox"]
    if not number.isdecimal() or int(number) >= len(letters):
        raise NotFound
    response = Response(letters[int(number)]["html"] or letters[int(number)]["text"], mimetype="text/html")
    # A letter is somebody else's HTML: it may look as it likes and do nothing.
    response.headers["Content-Security-Policy"] = (
        "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'"
    )
    return response


def _ledger(world: World, slug: str) -> Response:
    standin = standins().get(slug)
    if standin is None:
        raise NotFound(f"No platform {slug!r}.")
    return json_reply({"accounts": standin.ledger(world), "requests": world.counted(slug)})


def _static(name: str) -> Response:
    path = safe_join(str(STATIC), name)
    if path is None or not Path(path).is_file():
        raise NotFound
    return Response(Path(path).read_bytes(), mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream")


def _said(request: Request) -> dict[str, Any]:
    found: object = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(found, dict):
        raise BadRequest("Send a JSON object or a form.")
    return found


def _done(request: Request, said: dict[str, object] | None = None) -> Response:
    """Back to the page for a person, a word of JSON for a test."""
    if request.is_json or request.method == "DELETE":
        return json_reply({"ok": True, **(said or {})})
    return Response("", 303, {"Location": "/"})
