"""What every test may ask for: a database of each kind, a sandbox over real HTTP, and people."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from tests.acts import PASSWORD, Acts
from tests.installation import environ_of, people_of
from tests.once import pay_once
from tests.postgres import Postgres
from tests.sandbox_server import SandboxServer
from tests.signals import Platforms
from webapp.database import Database
from webapp.lifecycle.migrate import migrate
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.send_notices import send_due_notices
from webapp.settings import Settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run every proof at its full count")


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How often a proof repeats itself: `@pytest.mark.prove(small=…, full=…)`."""
    counts = request.node.get_closest_marker("prove").kwargs
    return int(counts["full" if request.config.getoption("--full") else "small"])


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str, object, str, bool], None]:
    """Note what a proof found, and fail where it falls short."""

    def note(name: str, value: object, goal: str, met: bool) -> None:
        record_property("figure", (name, str(value), goal, met))
        assert met, f"{name}: {value}, goal {goal}"

    return note


@pytest.fixture(scope="session", autouse=True)
def _cheaply(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        pay_once(patch, tmp_path_factory.mktemp("templates"))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of our own. Without one the suite fails: a skipped database is an untested one."""
    server = Postgres()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that holds nothing; each test gets a copy, as it does of PostgreSQL's template."""
    file = tmp_path_factory.mktemp("template") / "shopimize.db"
    database = Database(f"sqlite:///{file}")
    migrate(database)
    database.engine.dispose()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "test.db")
        yield f"sqlite:///{copy}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxServer]:
    server = SandboxServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def environ(database_url: str, sandbox: SandboxServer, tmp_path: Path) -> dict[str, str]:
    return environ_of(sandbox, database_url, tmp_path)


@pytest.fixture
def app(environ: dict[str, str], tmp_path: Path) -> Iterator[Flask]:
    app = create_app(Settings.from_env(environ, instance=tmp_path))
    runtime: Runtime = app.extensions["runtime"]
    yield app
    runtime.database.engine.dispose()


@pytest.fixture
def runtime(app: Flask) -> Runtime:
    found: Runtime = app.extensions["runtime"]
    return found


@pytest.fixture
def send_mail(app: Flask, runtime: Runtime) -> Callable[[], int]:
    """Send what is due; how many went out. The context is left again: a request inside it would share its `g`."""

    def send() -> int:
        with app.app_context():
            return send_due_notices(runtime)

    return send


class AtTheBrowser:
    """Somebody with a cookie jar of their own."""

    def __init__(self, app: Flask, email: str) -> None:
        self.email = email
        self.client: FlaskClient = app.test_client()

    def token(self, page: str = "/login") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page, follow_redirects=True).text)
        assert found, f"no form on {page}"
        return found.group(1)

    def post(self, path: str, page: str = "/members", **form: str):
        return self.client.post(path, data={"csrf_token": self.token(page), **form})

    def sign_in(self, password: str = PASSWORD, **form: str):
        return self.post("/session", "/login", email=self.email, password=password, **form)


@pytest.fixture
def people(runtime: Runtime) -> dict[str, str]:
    return people_of(runtime)


@pytest.fixture
def acts(runtime: Runtime, sandbox: SandboxServer, people: dict[str, str]) -> Acts:
    return Acts(runtime, sandbox, people["ana"], people["aurora"])


@pytest.fixture
def platforms(app: Flask, acts: Acts) -> Platforms:
    return Platforms(app, acts)


@pytest.fixture
def ana(app: Flask, people: dict[str, str]) -> AtTheBrowser:
    someone = AtTheBrowser(app, "ana@test.test")
    assert someone.sign_in().status_code == 303
    return someone


@pytest.fixture
def nobody(app: Flask) -> AtTheBrowser:
    """Somebody who has not signed in."""
    return AtTheBrowser(app, "nobody@test.test")


@pytest.fixture
def vic(app: Flask, people: dict[str, str]) -> AtTheBrowser:
    someone = AtTheBrowser(app, "vic@test.test")
    assert someone.sign_in().status_code == 303
    return someone


@pytest.fixture
def bob(app: Flask, people: dict[str, str]) -> AtTheBrowser:
    someone = AtTheBrowser(app, "bob@test.test")
    assert someone.sign_in().status_code == 303
    return someone
