"""An installation whose platforms are the sandbox, and the people in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.acts import PASSWORD
from tests.sandbox_server import SandboxServer
from webapp.lifecycle.passwords import hashed_password
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.people import Member, Person, Role
from webapp.platforms import registry


def environ_of(sandbox: SandboxServer, database_url: str, folder: Path) -> dict[str, str]:
    """The environment such an installation runs in."""
    found = {
        "ENV": "local", "DATABASE_URL": database_url, "INSTANCE": str(folder), "NOTICE_HOLD": "0",
        "PUBLIC_URL": "http://127.0.0.1:5000", "CLOCK_OFFSET_FILE": str(sandbox.clock_offset_file),
        "MAIL_URL": f"smtp://127.0.0.1:{sandbox.smtp_port}",
    }  # fmt: skip
    for slug in registry():
        name = slug.upper()
        found |= {f"{name}_CLIENT_ID": "sandbox", f"{name}_CLIENT_SECRET": "sandbox-secret",
                  f"{name}_DEVELOPER_TOKEN": "sandbox-developer-token", f"{name}_BASE_URL": sandbox.url}  # fmt: skip
    return found


def people_of(runtime: Runtime) -> dict[str, str]:
    """Ana owns Aurora, Vic views it, Bob is a stranger with a workspace of his own. Ids by name."""
    now, stored, ids = runtime.now(), _stored(), {}
    with runtime.database.writing() as session:
        for name in ("ana", "vic", "bob"):
            person = Person(email=f"{name}@test.test", name=name.title(), password_hash=stored, confirmed_at=now,
                            created_at=now)  # fmt: skip
            session.add(person)
            session.flush()
            ids[name] = person.id
        ids["aurora"] = open_workspace(session, person_id=ids["ana"], name="Aurora", now=now)
        ids["borealis"] = open_workspace(session, person_id=ids["bob"], name="Borealis", now=now)
        session.add(Member(workspace_id=ids["aurora"], person_id=ids["vic"], role=Role.VIEWER, created_at=now))
    return ids


@cache
def _stored() -> str:
    # A fifth of a second each: once is enough.
    return hashed_password(PASSWORD)
