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
    return fault_letter(fault, name=name, home=runtime.settings.public_url)


def fault_letter(fault: OurFault, *, name: str, home: str) -> Letter:
    return _letter("our_fault", f"{name} refuses us: {fault.code or fault.cause}", home, fault=fault, name=name)


def _of_a_breaker(runtime: Runtime, notice: Notice) -> Letter | None:
    with runtime.database.reading() as session:
        breaker = session.get(Breaker, notice.breaker_id) if notice.breaker_id else None
    if breaker is None or breaker.released_at is not None:
        return None
    name = runtime.platform(breaker.platform).name
    return breaker_letter(breaker, name=name, home=runtime.settings.public_url)


def breaker_letter(breaker: Breaker, *, name: str, home: str) -> Letter:
    subject = f"{name} turns away {breaker.workspaces} workspaces at once"
    return _letter("breaker", subject, home, breaker=breaker, name=name)


def _letter(template: str, subject: str, home: str, **context: object) -> Letter:
    link = f"{home}/operator"
    return Letter(
        subject=" ".join(f"{subject} · Shopimize".split())[:180],
        text=render_template(f"emails/{template}.txt", link=link, title=subject, **context),
        html=render_template(f"emails/{template}.html", link=link, title=subject, **context),
    )
