"""A throwaway PostgreSQL: a cluster for the session, a copy of a migrated database for each test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from webapp.database import Database
from webapp.lifecycle.migrate import migrate


class Postgres:
    def __init__(self) -> None:
        self._bin = _binaries()
        # Not in pytest's own folder: every run that begins closes that one to other users, while this server runs.
        self._home = Path(tempfile.mkdtemp(prefix="shopimize-postgres-"))
        self._folder = self._home / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]

    def start(self) -> None:
        self._folder.mkdir()
        if os.geteuid() == 0:
            # initdb refuses root; the folder above must let the other user through.
            self._home.chmod(0o755)
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "-A", "trust", "-E", "UTF8", "-U", "postgres", "--no-sync", "-D", str(self._folder))
        self._start()
        self._execute("CREATE DATABASE template_migrated")
        database = Database(self._url("template_migrated"))
        migrate(database)
        database.engine.dispose()

    def restart(self) -> None:
        """As an upgrade does it: every connection is cut off, nothing committed is lost."""
        self._run("pg_ctl", "-w", "-D", str(self._folder), "-m", "fast", "-l", str(self._folder / "log"), "restart")

    def crash(self) -> None:
        """Gone in the middle of everything, and back: what no commit had waited for is forgotten."""
        self._run("pg_ctl", "-w", "-m", "immediate", "-D", str(self._folder), "stop")
        self._start()

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "-D", str(self._folder), "stop")
        shutil.rmtree(self._home)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A migrated database of its own; gone afterwards."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template_migrated")
        yield self._url(name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def dump(self, url: str, to: Path) -> None:
        """`pg_dump` of a database, whatever is being written to it."""
        self._as_client("pg_dump", "--format=custom", f"--file={to}", url)

    def restore(self, copy: Path) -> str:
        """`pg_restore` into a new database; its address."""
        name = f"restored_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name}")
        self._as_client("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={self._url(name)}", str(copy))
        return self._url(name)

    def _start(self) -> None:
        options = (f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off "
                   "-c synchronous_commit=off -c full_page_writes=off -c max_connections=200 "
                   "-c wal_writer_delay=10s -c wal_writer_flush_after=1GB")  # fmt: skip
        self._run("pg_ctl", "-w", "-D", str(self._folder), "-l", str(self._folder / "log"), "-o", options, "start")

    def _as_client(self, program: str, *arguments: str) -> None:
        done = subprocess.run([str(self._bin / program), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _run(self, program: str, *arguments: str) -> None:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([str(self._bin / program), *arguments], cwd="/", env=environ, capture_output=True,
                              text=True, check=False, **other)  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which("initdb")
    assert path, "The suite needs PostgreSQL 15 or newer; `make test` installs it where it can."
    return Path(path).parent
