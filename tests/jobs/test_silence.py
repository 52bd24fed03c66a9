"""A whole story of break and reconnect in real processes, and not one secret, address or name in any of their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from sqlmodel import select

from jobs.engines import prepare_database
from tests.acts import PASSWORD
from tests.e2e.world import free_port, until
from tests.jobs.fleet import Fleet
from tests.jobs.many import all_read_since
from webapp.models.access import Grant, Login
from webapp.models.integration import Integration
from webapp.models.people import Person
from webapp.models.trouble import Incident

SAYS = ("sync ended", "incident opened", "incident closed", "mail sent", "permission renewed")


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    port = free_port()
    fleet = {} if environ["DATABASE_URL"].startswith("sqlite") else {"JOBS_ENGINE": "procrastinate"}
    return {**environ, **fleet, "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}", "SYNC_INTERVAL": "3600"}


@pytest.fixture
def fleet(environ, tmp_path) -> Iterator[Fleet]:
    made = Fleet(environ, tmp_path / "fleet.log")
    yield made
    made.end()


class Browser:
    """Ana at her browser, and everything on her way that nobody else may see."""

    def __init__(self, url: str) -> None:
        self.url, self.secrets = url, {PASSWORD}
        self._session = requests.Session()
        self._session.trust_env = False

    def sign_in(self) -> None:
        self._post("/session", "/login", email="ana@test.test", password=PASSWORD)

    def goes_round(self, path: str, **form: str) -> str:
        """Press a button that leads to a platform, approve there, and come back; the path arrived at."""
        consent = self._post(path, "/integrations", **form)
        back = self._session.get(consent, headers={"X-Sandbox-Approve": "ana@aurora.test"}, allow_redirects=False)
        returned = back.headers["location"]
        for url in (consent, returned):
            self.secrets |= {value for _, value in parse_qsl(urlsplit(url).query) if len(value) > 15}
        arrived = self._session.get(returned, timeout=60)
        assert arrived.status_code == 200, arrived.text
        return urlsplit(arrived.url).path

    def chooses(self, path: str, account: str) -> None:
        self._post(f"{path}/accounts", path, account=account)

    def _post(self, path: str, page: str, **form: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self._session.get(f"{self.url}{page}").text)
        assert token
        self.secrets.add(token.group(1))
        form["csrf_token"] = token.group(1)
        reply = self._session.post(f"{self.url}{path}", data=form, allow_redirects=False, timeout=60)
        assert reply.status_code == 303, reply.text
        self.secrets |= {cookie.value or "" for cookie in self._session.cookies if len(cookie.value or "") > 15}
        return reply.headers["location"]


@pytest.mark.timeout(300)
def test_the_log_and_the_metrics_name_nobody_and_hold_no_secret(runtime, people, sandbox, fleet, environ):
    prepare_database(runtime)
    fleet.work()
    web = fleet.serve(int(environ["PORT"]))
    until(lambda: web.answers(), "the web process answers", seconds=60)
    ana = Browser(environ["PUBLIC_URL"])
    ana.sign_in()
    ana.goes_round("/authorizations", platform="shopify", shop="aurora.myshopify.com")
    ana.chooses(ana.goes_round("/authorizations", platform="google_ads"), "8010000001")
    with runtime.database.reading() as session:
        shop = session.exec(select(Integration).where(Integration.platform == "shopify")).one().id
    until(lambda: all_read_since(runtime, runtime.started_at), "both are imported", seconds=90)

    sandbox.switch("shopify", "access_revoked")
    sandbox.advance(hours=3)
    until(lambda: sandbox.letters(), "the mail about it is sent", seconds=60)
    assert ana.goes_round(f"/integrations/{shop}/authorization") == f"/integrations/{shop}"
    until(lambda: len(sandbox.letters()) > 1, "the mail that it is back is sent", seconds=90)
    metrics = requests.get(f"{web.url}/metrics", timeout=30).text
    assert "shopimize_syncs_5m" in metrics
    assert fleet.drain() == [0]

    said = fleet.log.read_text()
    for event in SAYS:
        assert event in said, event
    assert "Traceback" not in said
    hidden = ana.secrets | everything_secret(runtime, sandbox) | names(runtime)
    assert len(hidden) > 30
    for text in (said, metrics):
        found = [one for one in hidden if one in text]
        assert not found, found
        assert not re.search(r"/callback\?|\bcode=|state=|hmac=|token=", text)


def everything_secret(runtime, sandbox) -> set[str]:
    """Every token there ever was on either side, as it is and sealed, and the keys."""
    with runtime.database.reading() as session:
        grants = session.exec(select(Grant)).all()
        hashes = {person.password_hash for person in session.exec(select(Person))}
    sealed = {one for grant in grants for one in (grant.access_sealed, grant.refresh_sealed) if one}
    keys = {key.partition(":")[2] for key in runtime.settings.vault_keys}
    return set(sandbox.world.data["tokens"]) | sealed | keys | hashes | {runtime.settings.secret_key}


def names(runtime) -> set[str]:
    """Whose shops, accounts and addresses these are, and what the platforms say about them."""
    with runtime.database.reading() as session:
        shops = session.exec(select(Integration)).all()
        logins = session.exec(select(Login)).all()
        people = {person.email for person in session.exec(select(Person))}
        told = {incident.message for incident in session.exec(select(Incident)) if incident.message}
    found = {one.account_name for one in shops} | {one.account_id for one in shops} | people | told
    return found | {name for one in logins for name in (one.email, one.name, one.subject) if name} | {"myshopify.com"}


def test_access_logs_are_off_wherever_we_are_served():
    root = Path(__file__).parent.parent.parent
    assert re.search(r"^accesslog = None$", (root / "gunicorn.conf.py").read_text(), re.MULTILINE)
