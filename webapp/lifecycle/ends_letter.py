"""The two letters before anything breaks: once a week what ends soon, and on the last day what ends with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from flask import render_template

from webapp.lifecycle.letter import Letter, one_line
from webapp.lifecycle.mail_choices import stop_link
from webapp.lifecycle.runtime import Runtime
from webapp.models.ahead import LAST_DAY, day_of
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Person
from webapp.queries import wording
from webapp.queries.ending import Ending, endings
from webapp.words import say, say_number

KINDS = (NoticeKind.ENDS_SOON, NoticeKind.LAST_DAY)


def ends_letter(runtime: Runtime, notice: Notice, person: Person) -> Letter | None:
    """What ends, by login; None when all of it was put off meanwhile."""
    now = runtime.now()
    with runtime.database.reading() as session:
        found = endings(session, runtime.platforms(), now, person_id=person.id)
    is_last = notice.kind is NoticeKind.LAST_DAY
    if is_last:
        found = [one for one in found if day_of(one.ends_at) == notice.period or one.ends_at - now <= LAST_DAY]
    if not found:
        return None
    places = {one.workspace_id for one in found}
    stop = stop_link(runtime, person_id=person.id, kind=notice.kind, workspace_ids=places)
    return letter_of(found, is_last=is_last, home=runtime.settings.public_url, stop=stop)


def letter_of(found: Sequence[Ending], *, is_last: bool, home: str, stop: str | None) -> Letter:
    title = _title(found, is_last=is_last)
    context = {
        "title": title,
        "groups": _by_login(found),
        "home": home,
        "first": found[0],
        "is_last": is_last,
        "several": len(found) > 1,
        "places": list(dict.fromkeys(one.workspace_name for one in found)),
        "choices": f"{home}/preferences",
    }
    return Letter(
        subject=one_line(title, "Shopimize"),
        text=render_template("emails/ends_soon.txt", **context),
        html=render_template("emails/ends_soon.html", **context),
        stop=stop,
    )


def _title(found: Sequence[Ending], *, is_last: bool) -> str:
    names = wording.listed(list(dict.fromkeys(one.platform_name for one in found)))
    when = wording.moment(found[0].ends_at, found[0].timezone)
    if is_last:
        return say("Last day: the permission of {names} ends {when}", names=names, when=when)
    if len(found) == 1:
        return say("The permission of {names} ends {when}", names=names, when=when)
    return say_number("{count} permission ends soon: {names}", "{count} permissions end soon: {names}", len(found),
                      names=names)  # fmt: skip


def _by_login(found: Sequence[Ending]) -> list[tuple[str, list[Ending]]]:
    """The logins whose permissions end, the soonest first; however an address is written it is one login."""
    groups: dict[str, list[Ending]] = defaultdict(list)
    for one in found:
        groups[one.login.casefold()].append(one)
    return [(mine[0].login, mine) for mine in groups.values()]
