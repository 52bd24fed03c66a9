"""Which ad accounts were ticked at Facebook for us, and what the refusal of one of them means in that light.

https://developers.facebook.com/docs/graph-api/reference/debug_token: `granular_scopes` names the targets of a
permission; one without targets holds for everything the person reaches, later additions included.
"""

from __future__ import annotations

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.decode import decode
from webapp.platforms.diagnosis import Cause, Diagnosis, Remedy, verdict

READ = "ads_read"
# What an ad account that is out of reach answers with, whatever the reason.
OUT_OF_REACH = frozenset({Cause.SCOPE_MISSING, Cause.ACCOUNT_UNAVAILABLE})
_WORDS = (
    "This ad account is not among those ticked for Shopimize at Facebook; the permission itself is fine. "
    "Tick it on Facebook's page when you reconnect."
)


class _Granular(msgspec.Struct):
    scope: str
    target_ids: list[str | int] | None = None


class _Token(msgspec.Struct):
    scopes: list[str] = []
    granular_scopes: list[_Granular] = []


class _Inspected(msgspec.Struct):
    data: _Token


def ticked(inspected: Answer) -> frozenset[str] | None:
    """The ad accounts that were ticked; None for all of them. Raises Trouble when the answer is not that."""
    for one in decode(inspected, _Inspected).data.granular_scopes:
        if one.scope == READ and one.target_ids:
            return frozenset(str(target).removeprefix("act_") for target in one.target_ids)
    return None


def sharpened(refusal: Diagnosis, inspected: Answer, account_id: str) -> Diagnosis:
    """A refusal of this account as it is known once the token was inspected. Raises Trouble as `ticked` does."""
    chosen = ticked(inspected)
    if chosen is not None and account_id not in chosen:
        # The account is out of reach, and yet it is Facebook's own dialogue that brings it back: Reconnect.
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE, remedy=Remedy.RECONNECT, code="not_ticked", message=refusal.message,
            evidence=(_WORDS,),
        )  # fmt: skip
    if refusal.cause is Cause.SCOPE_MISSING and READ in decode(inspected, _Inspected).data.scopes:
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE, code=refusal.code, message=refusal.message,
            evidence=("The permission is there; this person's role on the ad account is not.",),
        )  # fmt: skip
    return refusal
