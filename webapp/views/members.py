"""Who is in a workspace, what they may do, and asking others in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.hand_out import open_link
from webapp.lifecycle.invite import invite, take_up, take_up_as_new
from webapp.lifecycle.members import change_role, hand_over, remove_member
from webapp.lifecycle.sign_up import BadEntry
from webapp.lifecycle.take_back import take_back_link
from webapp.models.link import LinkKind
from webapp.models.people import Role
from webapp.queries.handed import links_of
from webapp.queries.invitation import InvitationFacts, invitation_of
from webapp.queries.people import MemberFacts, members_of
from webapp.queries.still_broken import zone_of_workspace
from webapp.queries.team import team_history
from webapp.views import door
from webapp.words import say

blueprint = Blueprint("members", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/members")
@door.signed_in
def page() -> Page:
    return members_page({})


@blueprint.post("/members")
@door.signed_in
def ask_in() -> Page:
    """Invite somebody who is not in; it is theirs to take it up."""
    _owner_only()
    viewer, email = door.viewer(), request.form.get("email", "")
    try:
        invite(
            door.runtime(), workspace_id=viewer.workspace_id, person_id=viewer.person_id, email=email,
            role=request.form.get("role", ""),
        )  # fmt: skip
    except BadEntry as bad:
        return members_page(bad.faults), 422
    flash(say("Invited. The mail is on its way, and good for seven days."), "success")
    return redirect(url_for("members.page"), 303)


@blueprint.post("/members/<person_id>/role")
@door.signed_in
def set_role(person_id: str) -> Page:
    _owner_only()
    viewer = door.viewer()
    try:
        _found(
            change_role(
                door.runtime(), workspace_id=viewer.workspace_id, person_id=person_id, by=viewer.person_id,
                role=request.form.get("role", ""),
            )
        )  # fmt: skip
    except BadEntry as bad:
        return members_page(bad.faults), 422
    flash(say("Changed."), "success")
    return redirect(url_for("members.page"), 303)


@blueprint.get("/members/<person_id>/ownership")
@door.signed_in
def ask_hand_over(person_id: str) -> Page:
    return render_template("members/hand_over.html", member=_member(person_id))


@blueprint.post("/members/<person_id>/ownership")
@door.signed_in
def hand_over_to(person_id: str) -> Page:
    _owner_only()
    viewer, member = door.viewer(), _member(person_id)
    _found(hand_over(door.runtime(), workspace_id=viewer.workspace_id, person_id=person_id, by=viewer.person_id))
    flash(say("{name} owns this workspace now; you are an admin of it.", name=member.name), "success")
    return redirect(url_for("members.page"), 303)


@blueprint.post("/members/<person_id>/removal")
@door.signed_in
def let_out(person_id: str) -> Page:
    """By an owner; everybody may leave by themselves."""
    viewer = door.viewer()
    if person_id != viewer.person_id:
        _owner_only()
    try:
        _found(
            remove_member(door.runtime(), workspace_id=viewer.workspace_id, person_id=person_id, by=viewer.person_id)
        )
    except BadEntry as bad:
        return members_page(bad.faults), 422
    if person_id == viewer.person_id:
        session.pop("workspace", None)
        return redirect(url_for("integrations.page"), 303)
    flash(say("Removed. Their pages, links and round trips here are over."), "success")
    return redirect(url_for("members.page"), 303)


@blueprint.post("/links/<link_id>/revocation")
@door.may_change
def take_back(link_id: str) -> Page:
    viewer = door.viewer()
    back = take_back_link(
        door.runtime(), workspace_id=viewer.workspace_id, link_id=link_id, person_id=viewer.person_id,
        may_invite=viewer.role is Role.OWNER,
    )  # fmt: skip
    if back is None:
        abort(404)
    flash(say("Taken back. The link opens nothing any more."), "success")
    if back.integration_id is not None:
        return redirect(url_for("handing.integration", integration_id=back.integration_id), 303)
    if back.platform is not None:
        return redirect(url_for("handing.platform", slug=back.platform), 303)
    return redirect(url_for("members.page"), 303)


@blueprint.get("/invitations/<token>")
def read_invitation(token: str) -> Page:
    """Mail scanners open every link, so only the button takes it up."""
    facts = _invitation(token)
    return _invitation_page(facts, {}, {}) if facts is not None else _over()


@blueprint.post("/invitations/<token>")
def take_up_invitation(token: str) -> Page:
    facts = _invitation(token)
    if facts is None:
        return _over()
    if facts.has_account:
        return _join(token, facts)
    typed = {"name": request.form.get("name", "")}
    try:
        person = take_up_as_new(door.runtime(), token=token, password=request.form.get("password", ""), **typed)
    except BadEntry as bad:
        return _invitation_page(facts, typed, bad.faults), 422
    if person is None:
        return _over()
    door.let_in(person, remember=False)
    return _welcome(facts.workspace_id, facts.workspace_name)


def members_page(faults: dict[str, str]) -> str:
    viewer, now, runtime = door.viewer(), door.now(), door.runtime()
    with runtime.database.reading() as reading:
        found = members_of(reading, viewer.workspace_id)
        invitations = links_of(reading, viewer.workspace_id, LinkKind.INVITATION, now=now)
        history = team_history(reading, runtime.platform, viewer.workspace_id)
        zone = zone_of_workspace(reading, viewer.workspace_id).key
    return render_template(
        "members/index.html", members=found, invitations=invitations, history=history, zone=zone, faults=faults,
        roles=list(Role),
    )  # fmt: skip


def _join(token: str, facts: InvitationFacts) -> Page:
    known = door.known_or_none()
    if known is None or known.email != facts.email:
        return _invitation_page(facts, {}, {}), 403
    joined = take_up(door.runtime(), token=token, person_id=known.person_id)
    return _welcome(joined, facts.workspace_name) if joined is not None else _over()


def _welcome(workspace_id: str, name: str) -> Response:
    session["workspace"] = workspace_id
    flash(say("Welcome to {workspace}.", workspace=name), "success")
    return redirect(url_for("integrations.page"), 303)


def _invitation(token: str) -> InvitationFacts | None:
    with door.runtime().database.reading() as reading:
        link = open_link(door.runtime(), reading, token, LinkKind.INVITATION)
        return invitation_of(reading, link) if link is not None else None


def _invitation_page(facts: InvitationFacts, typed: dict[str, str], faults: dict[str, str]) -> str:
    known = door.known_or_none()
    return render_template(
        "members/invitation.html", invitation=facts, typed=typed, faults=faults, signed_in_as=known and known.email,
        here=request.path,
    )  # fmt: skip


def _over() -> tuple[str, int]:
    return render_template("links/over.html"), 410


def _member(person_id: str) -> MemberFacts:
    with door.runtime().database.reading() as reading:
        found = members_of(reading, door.viewer().workspace_id)
    return next((one for one in found if one.person_id == person_id), None) or abort(404)


def _owner_only() -> None:
    if door.viewer().role is not Role.OWNER:
        abort(403, "Only an owner can change who is in this workspace.")


def _found(found: bool) -> None:
    if not found:
        abort(404)
