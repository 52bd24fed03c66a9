"""Writes `docs/causes.md`: what is said about every cause at every platform, as the product says it.

`python -m tools.causes`, which `make fix` runs. Nobody edits the file; the words are in `webapp/queries/causes.py` and
in each platform's `advice.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from webapp.platforms import registry
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import REMEDY_OF, Cause, Remedy
from webapp.queries.causes import NEXT, CauseWords, words_of
from webapp.queries.explain import steps_of
from webapp.words import say

FILE = Path(__file__).parent.parent / "docs" / "causes.md"
WHO = {
    Remedy.RECONNECT: "the merchant, with Reconnect",
    Remedy.FIX_AT_PLATFORM: "the merchant, at the platform; no Reconnect is offered, because it would not help",
    Remedy.OPERATOR: "we",
    Remedy.WAIT: "nobody; it passes",
}
HEAD = """# Every cause, at every platform

What a merchant reads, made from the code by `make fix`; do not edit it here. *account* and *login* stand for the
merchant's own. A problem also says since when it is so, up to when the data is complete, and what that affects:
"Profit since 12 Nov leaves out Meta spend", or "orders from" the store. How sure we are of the likely cause is said
beside it, and where a platform gives one answer for several causes all of them are named. The platform's own sentence
is under technical details and nowhere else. Where no address is given, the button opens the account's own page.
"""


def text() -> str:
    """The whole document."""
    return "\n".join([HEAD, *(line for cause in Cause for line in _section(cause))])


def _section(cause: Cause) -> Iterator[str]:
    remedy = REMEDY_OF[cause]
    yield f"## `{cause}`"
    yield ""
    yield f"Who acts: {WHO[remedy]}. What we do next: {say(NEXT[remedy], company='*platform*')}"
    yield ""
    yield "| Platform | Title | What it means | Likely | What to do | Opens |"
    yield "|---|---|---|---|---|---|"
    for platform in registry().values():
        yield _row(platform, words_of(cause, platform), remedy)
    yield ""


def _row(platform: Platform, words: CauseWords, remedy: Remedy) -> str:
    names = {"company": platform.company, "platform": platform.name, "account": "*account*", "login": "*login*"}
    steps = [say(step, **names) for step in steps_of(remedy, words)]
    todo = steps[0] if len(steps) == 1 else "<br>".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    said = [say(one, **names) for one in (words.title, words.happened, words.likely)]
    return f"| {' | '.join([platform.name, *said, todo, f'<{words.url}>' if words.url else ''])} |"


if __name__ == "__main__":
    FILE.write_text(text())
