"""Where a platform has somebody to ask about a refused token, ask, before a merchant is told that nobody knows why."""

from __future__ import annotations

from dataclasses import replace

from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Certainty, Diagnosis, Remedy, Trouble


def asked_why(platform: Platform, api: Api | None, trouble: Trouble) -> Trouble:
    """The refusal as it is known after asking; as it was where that says nothing more. No verdict fails by it."""
    said = trouble.diagnosis
    if api is None or said.remedy is not Remedy.RECONNECT or said.certainty is not Certainty.AMBIGUOUS:
        return trouble
    found = platform.introspect(api)
    return trouble if found is None else Trouble(settled(said, found, platform.company), trouble.answer)


def settled(said: Diagnosis, found: Diagnosis, company: str) -> Diagnosis:
    """Pure. What ended the permission is what the inspector names, never more surely than it says."""
    if found.transient or found.remedy is not Remedy.RECONNECT or found.certainty is Certainty.AMBIGUOUS:
        return said
    asked = f"We asked {company} what became of the permission, and it named the reason."
    evidence = (*said.evidence, *found.evidence, asked)
    return replace(
        said, cause=found.cause, certainty=found.certainty, candidates=found.candidates, evidence=evidence,
        code=found.code or said.code, message=found.message or said.message,
    )  # fmt: skip
