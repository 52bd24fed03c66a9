"""The consent page: who is signed in, which accounts, which permissions; Approve or Decline."""

from __future__ import annotations

from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader
from werkzeug.wrappers import Request, Response

from sandbox.standins.base import Asked, Consent, Standin, leave
from sandbox.switches import is_on
from sandbox.world import World

PAGES = Environment(loader=PackageLoader("sandbox", "templates"), autoescape=True)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def consent(world: World, standin: Standin, request: Request, host: str, asked: Asked) -> Response:
    """Show the page, or act on what was pressed. A redirect address that is not on this machine is refused."""
    if urlsplit(asked.redirect_uri).hostname not in LOOPBACK:
        return Response("redirect_uri is not registered for this app", 400)
    world.count(standin.slug, "authorize") if request.method == "GET" else None
    if is_on(world, standin.slug, "declined") or request.form.get("choice") == "decline":
        return leave(standin.decline(world, request, host))
    approving = request.headers.get("X-Sandbox-Approve")
    if approving:
        everything = [one.id for one in standin.reachable(approving, asked.tenant)]
        return leave(standin.approve(world, request, host, _given(world, standin, asked, approving, everything, None)))
    if request.form.get("choice") == "approve":
        person = request.form.get("person", "")
        reach = {one.id for one in standin.reachable(person, asked.tenant)}
        chosen = [one for one in request.form.getlist("account") if one in reach]
        everything = chosen if asked.chooses_accounts else sorted(reach)
        kept = request.form.getlist("scope") if asked.scopes_optional else None
        return leave(standin.approve(world, request, host, _given(world, standin, asked, person, everything, kept)))
    return _page(world, standin, request, asked)


def _given(
    world: World, standin: Standin, asked: Asked, person: str, accounts: list[str], kept: list[str] | None
) -> Consent:
    scopes = [one for one in asked.scopes if kept is None or one in kept]
    return Consent(person, accounts, standin.granted(world, scopes))


def _page(world: World, standin: Standin, request: Request, asked: Asked) -> Response:
    person = request.args.get("as") or standin.signed_in(world)
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "as"]
    page = PAGES.get_template("consent.html").render(
        standin=standin, asked=asked, person=person, people=standin.people(), query=query,
        accounts=standin.reachable(person, asked.tenant),
    )  # fmt: skip
    return Response(page, mimetype="text/html")
