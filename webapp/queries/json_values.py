"""Reading back, with types, what was kept as JSON on a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from webapp.platforms.answer import dig, dig_text
from webapp.platforms.consent import Account
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Fault,
    Remedy,
    verdict,
)


def accounts_in(found: Mapping[str, object]) -> tuple[Account, ...]:
    """The accounts an Authorization kept."""
    listed = found.get("accounts")
    if not isinstance(listed, list):
        return ()
    return tuple(
        Account(
            id=dig_text(one, "id"),
            name=dig_text(one, "name"),
            currency=dig_text(one, "currency"),
            timezone=dig_text(one, "timezone"),
            route=dig_text(one, "route") or None,
            note=dig_text(one, "note") or None,
        )
        for one in listed
        if isinstance(dig(one, "id"), str)
    )


def texts_in(found: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of texts kept under `name`; empty when there is none."""
    listed = found.get(name)
    return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()


def diagnosis_json(diagnosis: Diagnosis) -> dict[str, object]:
    """A Diagnosis as it is kept on a row."""
    kept = asdict(diagnosis)
    return {**kept, "candidates": list(diagnosis.candidates), "evidence": list(diagnosis.evidence)}


def diagnosis_in(kept: Mapping[str, object]) -> Diagnosis:
    """The Diagnosis kept on a row; an unreadable one means an ended permission, which is why it was kept."""
    cause = Cause(dig_text(kept, "cause") or Cause.ACCESS_REVOKED)
    return verdict(
        cause,
        remedy=Remedy(dig_text(kept, "remedy") or Remedy.RECONNECT),
        fault=Fault(dig_text(kept, "fault") or Fault.MERCHANT),
        certainty=Certainty(dig_text(kept, "certainty") or Certainty.LIKELY),
        candidates=tuple(Cause(one) for one in texts_in(kept, "candidates")),
        code=dig_text(kept, "code"),
        message=dig_text(kept, "message"),
        evidence=texts_in(kept, "evidence"),
    )
