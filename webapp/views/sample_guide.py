"""A walk through several, made up: in the middle of it, and at its end."""

from __future__ import annotations

from dataclasses import replace

from webapp.models.health import Health
from webapp.queries.guide import GuideFacts, Step
from webapp.views.sample_days import RECEIPT
from webapp.views.samples import GOOGLE, META, PROGRESS, TIKTOK, broken

_BACK = Step(row=replace(META, receipt=RECEIPT), done="Reconnected by Ana at 09:32")
_COMING = Step(
    row=replace(GOOGLE, health=Health.CATCHING_UP, label="Catching up", progress=PROGRESS,
                sentence="Reconnected by Ana 09:34. Catching up: 1 of 3 days."),
    done="Repaired by the same sign-in of Ana at 09:34",
)  # fmt: skip
_NOW = Step(row=broken(GOOGLE), stake="About $730 a day was spent here before it dropped; 2 days waiting.")
_NEXT = Step(row=broken(TIKTOK), stake="About $210 a day was spent here before it dropped; 2 days waiting.")
_ELSEWHERE = replace(META, health=Health.ACTION_NEEDED, label="Action needed at Meta")
GUIDES = {
    "guide": GuideFacts(
        id="g", title="Reconnect all: 2 of 3", steps=(_BACK, _NOW, _NEXT), current=_NOW, place=2, total=3,
        alike="The same sign-in may bring 1 more of these back.", summary=None, elsewhere=(_ELSEWHERE,), digest="",
    ),
    "guide-over": GuideFacts(
        id="g", title="What came back", steps=(_BACK, _COMING), current=None, place=2, total=2, alike=None,
        summary="1 of 2 are back with everything they missed; the rest comes in by itself. You can leave.",
        elsewhere=(), digest="",
    ),
}  # fmt: skip
