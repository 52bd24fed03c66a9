"""Is this installation able to work: one finding per thing it needs, each with what to do when it fails."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.extensions import mail
from webapp.lifecycle.rotate_keys import sample, sealed_by_key
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.shape import is_current
from webapp.platforms.base import Platform
from webapp.platforms.signals import SignalKind
from webapp.vault import CannotOpen


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    ok: bool
    detail: str


def findings(runtime: Runtime) -> list[Finding]:
    """Everything checked, in the order one would mend it. Needs an app context, for the mail server's settings."""
    return [_database(runtime), _keys(runtime), _mail(runtime), *_platforms(runtime)]


def _database(runtime: Runtime) -> Finding:
    try:
        with runtime.database.reader.connect() as connection:
            connection.execute(text("SELECT 1"))
        current = is_current(runtime.database)
    except SQLAlchemyError as error:
        return Finding("database", False, f"cannot be reached ({type(error).__name__}); check DATABASE_URL")
    if not current:
        return Finding("database", False, "is not in this version's shape; run `flask --app app migrate`")
    return Finding("database", True, runtime.database.engine.dialect.name)


def _keys(runtime: Runtime) -> Finding:
    vault = runtime.vault
    try:
        with runtime.database.reading() as session:
            sealed = sealed_by_key(session, vault.names)
            samples = {name: sample(session, name) for name in vault.names}
    except SQLAlchemyError:
        return Finding("keys", False, "stored permissions could not be read; mend the database first")
    if sealed[""]:
        return Finding("keys", False, f"{sealed['']} values were sealed with a key that VAULT_KEYS no longer holds")
    for name, found in samples.items():
        try:
            if found is not None:
                vault.open(found[0], place=found[1])
        except CannotOpen:
            return Finding(
                "keys", False, f"VAULT_KEYS holds another key under the name {name} than the one that sealed"
            )
    older = {name: sealed[name] for name in vault.names[1:] if sealed[name]}
    if older:
        still = ", ".join(f"{count} with {name}" for name, count in older.items())
        return Finding("keys", True, f"still sealed with an older key: {still}; run `flask --app app rotate-keys`")
    spare = f"; no longer needed: {', '.join(vault.names[1:])}" if vault.names[1:] else ""
    return Finding("keys", True, f"{sealed[vault.newest]} values sealed, all with {vault.newest}{spare}")


def _mail(runtime: Runtime) -> Finding:
    where = runtime.settings.mail_url.rpartition("@")[2].removeprefix("smtp://")
    try:
        with mail.connect():
            return Finding("mail", True, f"{where} takes mail from {runtime.settings.mail_from}")
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail", False, f"{where} does not answer ({type(error).__name__}); check MAIL_URL")


def _platforms(runtime: Runtime) -> list[Finding]:
    found = []
    for platform in runtime.platforms():
        lacking = platform.needs_developer_token and not runtime.credentials(platform.slug).developer_token
        detail = f"register the redirect {runtime.callback_url(platform.slug)}"
        if lacking:
            detail = f"{platform.slug.upper()}_DEVELOPER_TOKEN is missing"
        found.append(Finding(platform.slug, not lacking, detail))
        found += _signals(runtime, platform)
    return found or [Finding("platforms", False, "no credentials are set, so nothing can be connected")]


def _signals(runtime: Runtime, platform: Platform) -> list[Finding]:
    """Where each signal is to be sent, and who sees to it; a platform sends to https only."""
    reached = runtime.settings.public_url.startswith("https://") or runtime.credentials(platform.slug).base_url
    lacking = "" if reached else "; never comes while PUBLIC_URL is not https"
    has_key = runtime.credentials(platform.slug).service_account is not None
    return [
        Finding(
            platform.slug, True,
            f"{kind.name} to {runtime.signal_url(platform.slug, kind.path)} "
            f"({_who_registers(kind, has_key=has_key)}{lacking})",
        )
        for kind in platform.signals
    ]  # fmt: skip


def _who_registers(kind: SignalKind, *, has_key: bool) -> str:
    if kind.register is None or (kind.by_key and has_key):
        return "we register it ourselves"
    return f"set it in {kind.register}"
