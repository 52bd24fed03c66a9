"""A platform turns everybody away at once: nobody is told to reconnect, until it is over or the operator says so."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlmodel import col, select

from tests.acts import Acts
from webapp.lifecycle.breaker import look_after_breakers, release_breaker
from webapp.lifecycle.go_live import make_live
from webapp.lifecycle.open_grant import live_grant, open_live
from webapp.lifecycle.renewal import mark_refused
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.access import Grant, Login, place
from webapp.models.breaker import Breaker
from webapp.models.columns import opaque_id
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.models.sync import Outcome
from webapp.models.trouble import Closing, Incident
from webapp.platforms.diagnosis import Cause, Remedy, verdict

PLATFORM = "tiktok_ads"
EVERYBODY = 25


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"OPERATOR_EMAIL": "ops@shopimize.test", "NOTICE_HOLD": "45"}


class Crowd:
    """Many workspaces of Ana's, each with one account, all of them let in by what one consent gave."""

    def __init__(self, acts: Acts, number: int) -> None:
        self.runtime, self.sandbox = acts.runtime, acts.sandbox
        first = acts.connects(PLATFORM)
        self.members = [acts, *(self._copied(acts, first, number) for number in range(1, number))]
        self.ids = [first, *(one.integration_id for one in self.members[1:])]

    def _copied(self, acts: Acts, first: str, number: int) -> Acts:
        now, model = self.runtime.now(), acts.integration(first)
        token = open_live(self.runtime, model.login_id).access
        with self.runtime.database.writing() as session:
            workspace = open_workspace(session, person_id=acts.person_id, name=f"Shop {number}", now=now)
            login = Login(
                workspace_id=workspace, platform=PLATFORM, subject=f"subject {number}", name="Ana", created_at=now
            )
            session.add(login)
            session.flush()
            grant_id = opaque_id()
            sealed = self.runtime.vault.seal(token, place=place(grant_id, "access"))
            grant = Grant(id=grant_id, login_id=login.id, access_sealed=sealed, issued_at=now)
            session.add(grant)
            make_live(session, login, grant, now)
            copied = Integration(
                workspace_id=workspace, platform=PLATFORM, account_id=model.account_id, account_name=model.account_name,
                currency=model.currency, timezone=model.timezone, route=model.route, login_id=login.id, created_at=now,
                first_day=model.first_day + timedelta(days=85), granted_at=now, next_sync_at=now,
            )  # fmt: skip
            session.add(copied)
            session.flush()
        here = Acts(self.runtime, self.sandbox, acts.person_id, workspace)
        here.integration_id = copied.id
        return here

    def sync(self, *numbers: int) -> set[Outcome]:
        return {self.members[number].syncs(self.ids[number]) for number in numbers}

    def healths(self) -> set[Health]:
        return {member.row(one).health for member, one in zip(self.members, self.ids, strict=True)}

    def comes_back(self) -> None:
        """The platform takes it all back: the very permissions it called over work again."""
        with self.sandbox.world.changing() as data:
            for grant in data["grants"].values():
                grant["death"] = None


def breakers(runtime) -> list[Breaker]:
    with runtime.database.reading() as session:
        return list(session.exec(select(Breaker).order_by(col(Breaker.tripped_at))))


def refused(runtime) -> int:
    with runtime.database.reading() as session:
        return len(session.exec(select(Grant.id).where(col(Grant.refused_at).is_not(None))).all())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_platform_in_trouble_blames_no_merchant_and_is_believed_again_when_it_answers(acts, runtime, send_mail):
    crowd = Crowd(acts, EVERYBODY)
    acts.sandbox.switch(PLATFORM, "access_revoked")
    crowd.sync(*range(19))
    assert crowd.healths() == {Health.NEEDS_RECONNECT, Health.IMPORTING}
    assert (len(acts.open_incidents()), refused(runtime), breakers(runtime)) == (19, 19, [])
    crowd.sync(*range(19, EVERYBODY))
    (tripped,) = breakers(runtime)
    assert (tripped.platform, tripped.workspaces, tripped.dead, tripped.active) == (PLATFORM, 20, 20, EVERYBODY)
    assert acts.open_incidents() == []
    assert refused(runtime) == 0, "nobody's permission is called over"
    assert crowd.healths() == {Health.ON_US}
    row = acts.row(crowd.ids[0])
    assert (row.label, row.badge.offer) == ("We're on it", None)
    assert "not take that for your doing" in row.sentence

    acts.sandbox.advance(minutes=2)
    assert send_mail() == 1
    (letter,) = acts.sandbox.letters()
    assert letter["to"] == ["ops@shopimize.test"] or letter["to"] == "ops@shopimize.test"
    assert letter["subject"] == "TikTok Ads turns away 20 workspaces at once · Shopimize"
    assert send_mail() == 0, "told once, and no merchant at all"
    waits = [acts.integration(one).next_sync_at - runtime.now() for one in crowd.ids]
    assert min(waits) > timedelta(minutes=4), "asked again, but slowly"

    crowd.sync(0)
    look_after_breakers(runtime)
    assert breakers(runtime)[0].released_at is None
    crowd.comes_back()
    assert crowd.sync(*range(12)) == {Outcome.DONE}
    look_after_breakers(runtime)
    assert breakers(runtime)[0].released_at is None, "twelve answer, thirteen do not"
    crowd.sync(12)
    look_after_breakers(runtime)
    assert breakers(runtime)[0].released_at is not None
    assert breakers(runtime)[0].released_by is None
    assert {acts.integration(one).next_sync_at <= runtime.now() for one in crowd.ids[13:]} == {True}
    assert crowd.sync(*range(13, EVERYBODY)) == {Outcome.DONE}
    assert Health.NEEDS_RECONNECT not in crowd.healths()
    acts.sandbox.advance(minutes=5)
    assert send_mail() == 0, "nothing had been told, so nothing is taken back"
    with runtime.database.reading() as session:
        assert {one.closing for one in session.exec(select(Incident))} == {Closing.WITHDRAWN}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_the_operator_releases_is_told_once_and_trips_nothing(acts, runtime, send_mail, people):
    crowd = Crowd(acts, EVERYBODY)
    acts.sandbox.switch(PLATFORM, "access_revoked")
    order = random.sample(range(EVERYBODY), EVERYBODY)
    crowd.sync(order[0])
    acts.sandbox.advance(minutes=2)
    assert send_mail() == 1, "one that dropped before anybody could know"
    crowd.sync(*order[1:-1])
    (tripped,) = breakers(runtime)
    assert [one.integration_id for one in acts.open_incidents()] == [crowd.ids[order[0]]], "what was told stays told"
    assert not release_breaker(runtime, "another", person_id=people["ana"])
    assert release_breaker(runtime, tripped.id, person_id=people["ana"])
    assert not release_breaker(runtime, tripped.id, person_id=people["ana"]), "once"
    crowd.sync(*order[:-1])
    # One more, whom nobody had counted: what the operator knows of does not count again.
    crowd.sync(order[-1])
    assert {one.remedy for one in acts.open_incidents()} == {Remedy.RECONNECT}
    assert len(acts.open_incidents()) == EVERYBODY
    assert len(breakers(runtime)) == 1, "known deaths do not trip it again"
    assert crowd.healths() == {Health.NEEDS_RECONNECT}
    acts.sandbox.advance(minutes=3)
    assert send_mail() == 1, "all of them are Ana's; the operator's is about what is over"
    assert acts.sandbox.letters()[-1]["subject"].startswith(f"{EVERYBODY - 1} connections need you")
    assert send_mail() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_small_installation_never_trips(acts, runtime):
    one = acts.connects("meta_ads")
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(one)
    assert breakers(runtime) == []
    assert acts.row(one).health is Health.NEEDS_RECONNECT
    assert live_grant_is_refused(runtime, acts.integration(one).login_id)


def live_grant_is_refused(runtime, login_id: int) -> bool:
    with runtime.database.reading() as session:
        return live_grant(session, login_id).refused_at is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_refused_renewal_is_not_believed_either_while_it_is_tripped(acts, runtime, people):
    one, now = acts.connects("google_ads"), runtime.now()
    assert acts.syncs(one) is Outcome.DONE
    with runtime.database.writing() as session:
        session.add(Breaker(platform="google_ads", since=now, tripped_at=now, workspaces=20, dead=20, active=20))
    acts.sandbox.switch("google_ads", "access_revoked")
    acts.sandbox.advance(hours=2)
    assert acts.syncs(one) is Outcome.TROUBLE
    assert acts.row(one).health is Health.ON_US
    login = acts.integration(one).login_id
    assert not live_grant_is_refused(runtime, login)
    with runtime.database.writing() as session:
        # As another process had it, which looked a moment before it tripped.
        mark_refused(live_grant(session, login), verdict(Cause.ACCESS_REVOKED), runtime.now())
    assert acts.syncs(one) is Outcome.TROUBLE
    assert not live_grant_is_refused(runtime, login), "it is asked with again"
    assert release_breaker(runtime, breakers(runtime)[0].id, person_id=people["ana"])
    assert acts.syncs(one) is Outcome.TROUBLE
    assert acts.row(one).health is Health.NEEDS_RECONNECT
    assert live_grant_is_refused(runtime, acts.integration(one).login_id)
