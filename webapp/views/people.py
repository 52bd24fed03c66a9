"""Signing up, in and out, and the workspaces one belongs to."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.confirm_email import ask_confirmation, confirm_email
from webapp.lifecycle.demo_person import EMAIL, PASSWORD
from webapp.lifecycle.reset_password import ask_reset, is_reset_token, reset_password
from webapp.lifecycle.sign_in import TooManyTries, sign_in
from webapp.lifecycle.sign_up import BadEntry, sign_up
from webapp.lifecycle.workspaces import add_member, add_workspace, remove_member
from webapp.models.people import Role
from webapp.queries.people import members_of
from webapp.views import door

blueprint = Blueprint("people", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/login")
def login() -> Page:
    if door.viewer_or_none() is not None:
        return redirect(door.safe_next(request.args.get("next")), 303)
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
@door.signed_in
def make_workspace() -> Page:
    try:
        session["workspace"] = add_workspace(
            door.runtime(), person_id=door.viewer().person_id, name=request.form.get("workspace", "")
        )
    except BadEntry as bad:
        return _members_page(bad.faults), 422
    return redirect(url_for("integrations.page"), 303)


@blueprint.get("/members")
@door.signed_in
def members() -> Page:
    return _members_page({})


@blueprint.post("/members")
@door.signed_in
def put_member() -> Page:
    _owner_only()
    try:
        add_member(
            door.runtime(), workspace_id=door.viewer().workspace_id,
            email=request.form.get("email", ""), role=request.form.get("role", ""),
        )  # fmt: skip
    except BadEntry as bad:
        return _members_page(bad.faults), 422
    flash("Done.", "success")
    return redirect(url_for("people.members"), 303)


@blueprint.post("/members/<person_id>/removal")
@door.signed_in
def drop_member(person_id: str) -> Page:
    _owner_only()
    try:
        if not remove_member(door.runtime(), workspace_id=door.viewer().workspace_id, person_id=person_id):
            abort(404)
    except BadEntry as bad:
        return _members_page(bad.faults), 422
    flash("Removed.", "success")
    return redirect(url_for("people.members"), 303)


def _owner_only() -> None:
    if door.viewer().role is not Role.OWNER:
        abort(403, "Only an owner can change who is in this workspace.")


def _members_page(faults: dict[str, str]) -> str:
    viewer = door.viewer()
    with door.runtime().database.reading() as reading:
        found = members_of(reading, viewer.workspace_id)
    return render_template("people/members.html", members=found, faults=faults, roles=list(Role))


def _login_page(*, email: str, fault: str = "") -> str:
    return render_template(
        "people/login.html", email=email, fault=fault, next=door.safe_next(request.values.get("next")),
        demo=(EMAIL, PASSWORD) if door.runtime().settings.is_demo else None,
    )  # fmt: skip
