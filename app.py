"""Shopimize, the table of contents: what the app is made of, and its commands.

`python app.py` runs the whole product in one process; `flask --app app …` does one thing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import click
from dotenv import load_dotenv
from flask import Flask

from jobs.engines import migrations, prepare_database
from jobs.serve import serve
from jobs.stand_ins import StandIns
from jobs.stop import end_process
from jobs.work import sync_everything_due, work_until_stopped
from webapp import extensions, hx, logs
from webapp.lifecycle.demo_person import EMAIL, PASSWORD, ensure_demo_person
from webapp.lifecycle.doctor import findings
from webapp.lifecycle.load_rates import load_rates
from webapp.lifecycle.operators import NotPossible, add_operator, remove_operator
from webapp.lifecycle.rotate_keys import rotate_keys
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.seed_demo import seed_demo
from webapp.lifecycle.send_notices import send_due_notices
from webapp.platforms import registry
from webapp.queries.verdicts import verdict_line
from webapp.settings import BadSettings, Settings
from webapp.views import BLUEPRINTS, poll, web

ROOT = Path(__file__).parent


def settings_here() -> Settings:
    """The settings of this machine: the environment, then `.env`. Raises BadSettings."""
    load_dotenv(ROOT / ".env")
    return Settings.from_env(os.environ, instance=ROOT / "instance")


def create_app(settings: Settings | None = None) -> Flask:
    """The web app, bound to one database and one set of credentials. Raises BadSettings."""
    if settings is None:
        settings = settings_here()
        logs.configure(as_json=settings.is_production)
    if settings.is_demo and not settings.credentials:
        settings = settings.with_sandbox(registry())
    app = Flask(
        __name__,
        template_folder="webapp/templates",
        static_folder="webapp/static",
        instance_path=str(settings.instance.resolve()),
    )
    app.config.update(web.flask_config(settings))
    app.extensions["runtime"] = Runtime(settings)
    extensions.init_app(app)
    hx.init_app(app)
    web.init_app(app)
    poll.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def main() -> int:
    """Everything in one process: web, jobs and, in demo mode, the stand-ins beside it as a process of their own."""
    try:
        settings = settings_here()
        logs.configure(as_json=settings.is_production)
        stand_ins = StandIns.beside(settings, ROOT) if settings.is_demo and not settings.credentials else None
        app = create_app(stand_ins.settings(settings) if stand_ins else settings)
    except BadSettings as bad:
        print(f"Shopimize cannot start: {bad}", file=sys.stderr)
        return 2
    runtime: Runtime = app.extensions["runtime"]
    prepare_database(runtime)
    return serve(app, stand_ins=stand_ins, ready=lambda: _ready(runtime, stand_ins))


def _ready(runtime: Runtime, stand_ins: StandIns | None) -> None:
    settings = runtime.settings
    print(f"Shopimize   {settings.public_url}")
    if stand_ins is not None:
        print(f"Sandbox     {stand_ins.url}   break and mend every connection here")
        print(f"Inbox       {stand_ins.url}/inbox   the mail it sends")
        # Whoever reads it signs in at once, while the connections are still being made.
        ensure_demo_person(runtime)
        print(f"Sign in as  {EMAIL} / {PASSWORD}", flush=True)
        seed_demo(runtime)
        stand_ins.listen(runtime.signal_addresses())
    sys.stdout.flush()


@click.command("work")
def work() -> None:
    """Run the jobs only, beside a web server of its own."""
    work_until_stopped(_app())
    end_process(0)


@click.command("sync")
@click.option("--all", "everything", is_flag=True, required=True, help="Everything that is due.")
def sync_due(everything: bool) -> None:
    """Sync what is due, now, and exit."""
    click.echo(f"{sync_everything_due(_app()) if everything else 0} synced")


@click.command("send-notices")
def send_notices() -> None:
    """Send the mail that is due, and exit."""
    click.echo(f"{send_due_notices(_runtime())} sent")


@click.command("rotate-keys")
def rotate() -> None:
    """Seal everything anew with the first key of VAULT_KEYS, while the app runs. Exits 1 when something stays shut."""
    runtime = _runtime()
    found = rotate_keys(runtime)
    click.echo(f"{found.resealed} sealed anew with {runtime.vault.newest}")
    if found.unopened:
        click.echo(f"{found.unopened} left as they are: no key of VAULT_KEYS opens them", err=True)
        raise SystemExit(1)


@click.command("migrate")
@click.option("--back-to", metavar="REVISION", help="An earlier shape instead, before an older version is started.")
def migrate_now(back_to: str | None) -> None:
    """Bring the database to the shape this version expects."""
    if back_to is None:
        prepare_database(_runtime())
    else:
        migrations().roll_back(_runtime().database, back_to)


@click.command("load-rates")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--source", required=True, help="Where the rates are from, as merchants will read it.")
def load(file: TextIO, source: str) -> None:
    """Take in exchange rates, all of FILE or nothing: CSV with day, base, quote, rate. Exits 1 on a fault."""
    found = load_rates(_runtime(), file.read(), source=source)
    for fault in found.faults:
        click.echo(fault, err=True)
    click.echo(f"{found.rates} rates loaded")
    if found.faults:
        raise SystemExit(1)


@click.command("doctor")
def doctor() -> None:
    """Check settings, database, mail and keys, and list what to register at each platform. Exits 1 on a fault."""
    with _app().app_context():
        found = findings(_runtime())
    for finding in found:
        click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.detail}")
    if not all(finding.ok for finding in found):
        raise SystemExit(1)


@click.command("diagnose")
def diagnose() -> None:
    """Read platforms' answers as JSON lines and say what each means, one JSON line each."""
    for line in sys.stdin.buffer:
        if line.strip():
            click.echo(verdict_line(line))


@click.group("operator")
def operator() -> None:
    """Who may see the operator page (/operator)."""


@operator.command("add")
@click.argument("email")
def operator_add(email: str) -> None:
    """Let somebody who has signed up see it. Exits 1 when nobody confirmed has that address."""
    _told(add_operator, email, f"{email} sees /operator from now on")


@operator.command("remove")
@click.argument("email")
def operator_remove(email: str) -> None:
    """Take it back; it works from their next request on. Exits 1 when they were none."""
    _told(remove_operator, email, f"{email} does not see /operator any more")


def _told(verb: Callable[[Runtime, str], None], email: str, done: str) -> None:
    try:
        verb(_runtime(), email)
    except NotPossible as why:
        click.echo(str(why), err=True)
        raise SystemExit(1) from None
    click.echo(done)


COMMANDS: tuple[click.Command, ...] = (
    work,
    sync_due,
    send_notices,
    rotate,
    migrate_now,
    load,
    doctor,
    diagnose,
    operator,
)


def _app() -> Flask:
    app: Flask = click.get_current_context().obj.load_app()
    return app


def _runtime() -> Runtime:
    runtime: Runtime = _app().extensions["runtime"]
    return runtime


if __name__ == "__main__":
    end_process(main())
