"""kill -9 of the sender and a server that says later: nobody is forgotten, nobody gets two letters of one thing."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from contextlib import suppress

import pytest
from sqlmodel import col, func, select

from tests.jobs.problems import breaks, opens, signs_up
from tests.jobs.worker import Workers
from webapp.lifecycle.recover import close_incident
from webapp.models.notice import Notice, NoticeKind
from webapp.models.trouble import Closing, Incident

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"NOTICE_HOLD": "45"}


def number(runtime, *which) -> int:
    with runtime.database.reading() as session:
        broken = col(Notice.kind) == NoticeKind.BROKEN
        return session.exec(select(func.count()).select_from(Notice).where(broken, *which)).one()


def waiting(runtime) -> int:
    return number(runtime, col(Notice.sent_at).is_(None))


def in_hand(runtime) -> int:
    return number(runtime, col(Notice.sent_at).is_(None), col(Notice.lease_until).is_not(None))


def claims(acts) -> int:
    with acts.runtime.database.reading() as session:
        return session.exec(select(func.sum(col(Notice.fence)))).one()


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def letters_by_person(acts) -> dict[str, set[str]]:
    found = defaultdict(set)
    for letter in acts.sandbox.letters():
        # Days pass in here, and the first of them are reminded meanwhile.
        if not letter["subject"].startswith("Still broken"):
            found[letter["to"]].add(letter["message_id"])
    return found


@pytest.mark.timeout(900)
@pytest.mark.prove(small=6, full=300)
def test_a_killed_sender_and_a_busy_server_lose_and_double_nothing(acts, runtime, environ, send_mail, count, figure):
    for one in range(count):
        person = signs_up(runtime, f"merchant{one}")
        breaks(runtime, opens(runtime, person, f"Store {one}"), str(one))
    acts.sandbox.advance(minutes=3)
    killed = put_off = 0
    with Workers(environ) as workers:
        while waiting(runtime):
            busy = random.random() < 0.3
            acts.sandbox.switch("mail", "smtp_451", on=busy)
            # Just after mail was taken in hand, or after some of it arrived.
            taken, arrived = claims(acts), len(acts.sandbox.letters()) + (0 if busy else random.randint(0, 20))
            child = workers.begin("mail")
            while (claims(acts) == taken or len(acts.sandbox.letters()) < arrived) and is_alive(child):
                time.sleep(0.02)
            time.sleep(random.uniform(0, 0.6 if busy else 0.2))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            killed += workers.ended() == -signal.SIGKILL and in_hand(runtime) > 0
            put_off = max(put_off, number(runtime, col(Notice.tries) > 0))
            # Leases end, and what was put off is due again.
            acts.sandbox.advance(minutes=4)
    letters = letters_by_person(acts)
    lost = count - len(letters)
    double = sum(len(ids) > 1 for ids in letters.values())
    figure("kill -9 with mail in hand", killed, f">= {count // 12}", killed >= count // 12)
    figure("mails a server put off", put_off, f">= {count // 100}", put_off >= count // 100)
    figure("problems nobody was told of", lost, "= 0", lost == 0)
    figure("problems told under two Message-IDs", double, "= 0", double == 0)


@pytest.mark.timeout(900)
@pytest.mark.prove(small=20, full=500)
def test_hundreds_failing_within_a_minute_are_one_mail_a_person(acts, runtime, send_mail, count, figure):
    agency = signs_up(runtime, "agency")
    owners = [signs_up(runtime, f"owner{one}") for one in range(count // 10)]
    places = [opens(runtime, one, f"Store {name}", with_admin=agency) for name, one in enumerate(owners)]
    incidents = fail(acts, runtime, places, count, send_mail)
    acts.sandbox.advance(seconds=125)
    sent = send_mail()
    letters = [one["to"] for one in acts.sandbox.letters()]
    most = max(letters.count(one) for one in letters)
    figure("mails in all", sent, f"= {len(owners) + 1}", sent == len(owners) + 1)
    figure("mails a person gets, at the most", most, "= 1", most == 1)
    assert f"{count} connections" in next(
        one["subject"] for one in acts.sandbox.letters() if one["to"] == "agency@test.test"
    )
    mended(runtime, incidents)
    again = [opens(runtime, one, "Second store", with_admin=agency) for one in owners]
    mended(runtime, fail(acts, runtime, again, count, send_mail))
    acts.sandbox.advance(minutes=5)
    sent = send_mail()
    figure("mails of what was mended within the hold", sent, "= 0", sent == 0)


def fail(acts, runtime, places, count, send_mail) -> list[str]:
    """That many, spread over a minute, while the clock asks again and again what is due."""
    found = []
    for one in range(count):
        found.append(breaks(runtime, places[one % len(places)], f"{places[0]}-{one}"))
        if one % (count // 10) == 0:
            acts.sandbox.advance(seconds=6)
            assert send_mail() == 0, "held"
    return found


def mended(runtime, incidents: list[str]) -> None:
    with runtime.database.writing() as session:
        for one in incidents:
            incident = session.get_one(Incident, one)
            close_incident(session, incident, closing=Closing.RECONNECTED, person_id=None, now=runtime.now())
