"""The two letters to whoever runs this installation: a fault of ours, and a platform nobody is told about just now."""

from __future__ import annotations

from flask import render_template

from webapp.lifecycle.letter import Letter
from webapp.lifecycle.runtime import Runtime
from webapp.models.breaker import Breaker
from webapp.models.notice import Notice, NoticeKind
from webapp.models.our_fault import OurFault


def letter(runtime: Runtime, notice: Notice) -> Letter | None:
    """The letter as things stand now; None when what it is about is over already."""
    if notice.kind is NoticeKind.BREAKER:
        return _of_a_breaker(runtime, notice)
    return _of_a_fault(runtime, notice)


def _of_a_fault(runtime: Runtime, notice: Notice) -> Letter | None:
    with runtime.database.reading() as session:
        fault = session.get(OurFault, notice.fault_id) if notice.fault_id else None
    if fault is None or fault.resolved_at is not None:
        return None
    name = runtime.platform(fault.platform).name
    return _letter(runtime, "our_fault", f"{name} refuses us: {fault.code or fault.cause}", fault=fault, name=name)


def _of_a_breaker(runtime: Runtime, notice: Notice) -> Letter | None:
    with runtime.database.reading() as session:
        breaker = session.get(Breaker, notice.breaker_id) if notice.breaker_id else None
    if breaker is None or breaker.released_at is not None:
        return None
    name = runtime.platform(breaker.platform).name
    subject = f"{name} turns away {breaker.workspaces} workspaces at once"
    return _letter(runtime, "breaker", subject, breaker=breaker, name=name)


def _letter(runtime: Runtime, template: str, subject: str, **context: object) -> Letter:
    link = f"{runtime.settings.public_url}/operator"
    return Letter(
        subject=" ".join(f"{subject} · Shopimize".split())[:180],
        text=render_template(f"emails/{template}.txt", link=link, title=subject, **context),
        html=render_template(f"emails/{template}.html", link=link, title=subject, **context),
    )
