"""Signing up, in and out, and going from one workspace to another."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.confirm_email import ask_confirmation, confirm_email
from webapp.lifecycle.demo_person import EMAIL, PASSWORD
from webapp.lifecycle.reset_password import ask_reset, is_reset_token, reset_password
from webapp.lifecycle.sign_in import sign_in
from webapp.lifecycle.sign_up import BadEntry, sign_up
from webapp.lifecycle.throttle import TooManyTries
from webapp.lifecycle.workspaces import add_workspace
from webapp.views import door
from webapp.views.members import members_page

blueprint = Blueprint("people", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/login")
def login() -> Page:
    if door.viewer_or_none() is not None:
        return redirect(door.safe_next(request.args.get("next")), 303)
    if door.known_or_none() is not None:
        return render_template("people/no_workspace.html", faults={})
    return _login_page(email=EMAIL if door.runtime().settings.is_demo else "")


@blueprint.post("/session")
def begin_session() -> Page:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        person = sign_in(door.runtime(), email=email, password=password, address=request.remote_addr or "")
    except TooManyTries:
        return _login_page(email=email, fault="Too many tries. Wait 15 minutes, or choose a new password."), 429
    if person is None:
        return _login_page(email=email, fault="Email and password do not belong together."), 422
    door.let_in(person, remember=bool(request.form.get("remember")))
    return redirect(door.safe_next(request.form.get("next")), 303)


@blueprint.post("/session/end")
def end_session() -> Page:
    door.let_out()
    return redirect(url_for("people.login"), 303)


@blueprint.route("/signup", methods=["GET", "POST"])
def signup() -> Page:
    if request.method != "POST":
        return render_template("people/signup.html", typed={}, faults={})
    typed = {name: request.form.get(name, "") for name in ("name", "email", "workspace")}
    try:
        sign_up(door.runtime(), password=request.form.get("password", ""), **typed)
    except BadEntry as bad:
        return render_template("people/signup.html", typed=typed, faults=bad.faults), 422
    return render_template("people/look_in_your_inbox.html", email=typed["email"].strip())


@blueprint.route("/email-confirmation/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Page:
    """Mail scanners open every link, so only the button confirms."""
    if request.method != "POST":
        return render_template("people/confirm_email.html")
    if not confirm_email(door.runtime(), token=token):
        return render_template("people/link_is_over.html"), 410
    flash("Your address is confirmed. We can reach you when something breaks.", "success")
    return redirect(url_for("integrations.page"), 303)


@blueprint.post("/email-confirmation")
@door.signed_in
def confirm_again() -> Page:
    ask_confirmation(door.runtime(), person_id=door.viewer().person_id)
    flash("Sent again. Look in your inbox.", "info")
    return redirect(url_for("integrations.page"), 303)


@blueprint.route("/password-reset", methods=["GET", "POST"])
def ask_for_reset() -> Page:
    if request.method != "POST":
        return render_template("people/ask_reset.html")
    ask_reset(door.runtime(), email=request.form.get("email", ""))
    return render_template("people/look_in_your_inbox.html", email=request.form.get("email", "").strip())


@blueprint.route("/password-reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Page:
    if request.method != "POST":
        if not is_reset_token(door.runtime(), token):
            return render_template("people/link_is_over.html"), 410
        return render_template("people/reset.html", fault="")
    try:
        done = reset_password(door.runtime(), token=token, password=request.form.get("password", ""))
    except BadEntry as bad:
        return render_template("people/reset.html", fault=bad.faults["password"]), 422
    if not done:
        return render_template("people/link_is_over.html"), 410
    door.let_out()
    flash("Your password is changed. Sign in with the new one.", "success")
    return redirect(url_for("people.login"), 303)


@blueprint.post("/workspace")
@door.signed_in
def switch() -> Page:
    wanted = request.form.get("workspace", "")
    if wanted not in {workspace_id for workspace_id, _ in door.viewer().workspaces}:
        abort(404)
    session["workspace"] = wanted
    return redirect(url_for("integrations.page"), 303)


@blueprint.post("/workspaces")
def make_workspace() -> Page:
    """Also for somebody who is in none any more."""
    known = door.known_or_none()
    if known is None:
        return redirect(url_for("people.login"), 303)
    try:
        session["workspace"] = add_workspace(
            door.runtime(), person_id=known.person_id, name=request.form.get("workspace", "")
        )
    except BadEntry as bad:
        if door.viewer_or_none() is None:
            return render_template("people/no_workspace.html", faults=bad.faults), 422
        return members_page(bad.faults), 422
    return redirect(url_for("integrations.page"), 303)


def _login_page(*, email: str, fault: str = "") -> str:
    return render_template(
        "people/login.html", email=email, fault=fault, next=door.safe_next(request.values.get("next")),
        demo=(EMAIL, PASSWORD) if door.runtime().settings.is_demo else None,
    )  # fmt: skip
