"""Every setting, read from the environment once, odd values refused by name."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ENVIRONMENTS = ("production", "local", "demo")
ENGINES = ("inprocess", "procrastinate")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
SHORTEST_TOKEN = 16


class BadSettings(Exception):
    """The environment asks for something we refuse to guess about; the message names each variable and why."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Our app's own identity at one platform."""

    client_id: str
    client_secret: str
    developer_token: str | None = None
    base_url: str | None = None
    daily_operations: int | None = None
    service_account: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    env: str
    secret_key: str
    vault_keys: tuple[str, ...]
    database_url: str
    public_url: str
    host: str
    port: int
    sandbox_port: int
    smtp_port: int
    mail_url: str
    mail_from: str
    operator_email: str | None
    jobs_engine: str
    sync_interval: int
    poll_seconds: int
    notice_hold: int
    metrics_token: str | None
    clock_offset_file: Path | None
    instance: Path
    credentials: Mapping[str, Credentials] = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        return self.env == "demo"

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    def with_sandbox(self, slugs: Iterable[str]) -> Settings:
        """The same settings with every platform answered by the stand-ins on this machine."""
        base = f"http://localhost:{self.sandbox_port}"
        ours = {slug: Credentials("sandbox", "sandbox-secret", "sandbox-developer-token", base) for slug in slugs}
        return replace(self, credentials=ours)

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, instance: Path) -> Settings:
        """Read the environment.

        Raises BadSettings naming everything that is wrong at once, so that one start shows all of it.
        """
        reader = _Reader(environ)
        instance = Path(reader.optional("INSTANCE") or instance)
        credentials = reader.credentials()
        env = reader.one_of("ENV", ENVIRONMENTS, default="local" if credentials else "demo")
        production = env == "production"
        host = reader.text("HOST", "127.0.0.1")
        port = reader.number("PORT", 5000, low=0, high=65535)
        smtp_port = reader.number("SMTP_PORT", 5002, low=0, high=65535)
        settings = cls(
            env=env,
            secret_key=reader.secret("SECRET_KEY", production, instance),
            vault_keys=tuple(reader.secret("VAULT_KEYS", production, instance).split(",")),
            database_url=reader.database_url("DATABASE_URL", f"sqlite:///{instance / 'shopimize.db'}"),
            public_url=reader.url("PUBLIC_URL", None if production else f"http://127.0.0.1:{port}"),
            host=host,
            port=port,
            sandbox_port=reader.number("SANDBOX_PORT", 5001, low=0, high=65535),
            smtp_port=smtp_port,
            mail_url=reader.text("MAIL_URL", None if production else f"smtp://localhost:{smtp_port}"),
            mail_from=reader.text("MAIL_FROM", None if production else "Shopimize <hello@shopimize.test>"),
            operator_email=reader.optional("OPERATOR_EMAIL"),
            jobs_engine=reader.one_of("JOBS_ENGINE", ENGINES, default="inprocess"),
            sync_interval=reader.number("SYNC_INTERVAL", 30 if env == "demo" else 900, low=1, high=86_400),
            poll_seconds=reader.number("POLL_SECONDS", 5, low=1, high=300),
            notice_hold=reader.number("NOTICE_HOLD", 10 if env == "demo" else 45, low=0, high=3_600),
            metrics_token=reader.token("METRICS_TOKEN"),
            clock_offset_file=reader.clock_offset(production),
            instance=instance,
            credentials=credentials,
        )
        reader.check_engine(settings.jobs_engine, settings.database_url)
        reader.check_base_urls(credentials, production)
        reader.check_vault_keys(settings.vault_keys)
        if reader.wrong:
            raise BadSettings("; ".join(reader.wrong))
        return settings


@dataclass
class _Reader:
    environ: Mapping[str, str]
    wrong: list[str] = field(default_factory=list)

    def optional(self, name: str) -> str | None:
        return self.environ.get(name, "").strip() or None

    def text(self, name: str, default: str | None) -> str:
        value = self.optional(name) or default
        if value is None:
            self.wrong.append(f"{name} is missing")
        return value or ""

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        raw = self.optional(name)
        if raw is None:
            return default
        if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
            self.wrong.append(f"{name} must be a whole number from {low} to {high}, not {raw!r}")
            return default
        return int(raw)

    def one_of(self, name: str, allowed: tuple[str, ...], *, default: str) -> str:
        value = self.optional(name) or default
        if value not in allowed:
            self.wrong.append(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def url(self, name: str, default: str | None) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.path):
            self.wrong.append(f"{name} must be an address like https://app.example.com, not {value!r}")
        return value

    def database_url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not value.startswith(DATABASES):
            # Not the value itself: there may be a password in it.
            self.wrong.append(f"{name} must begin with {' or '.join(DATABASES)}")
        return value

    def token(self, name: str) -> str | None:
        value = self.optional(name)
        if value is not None and len(value) < SHORTEST_TOKEN:
            self.wrong.append(f"{name} must have at least {SHORTEST_TOKEN} characters")
        return value

    def secret(self, name: str, production: bool, instance: Path) -> str:
        value = self.optional(name)
        if value:
            return value
        if production:
            self.wrong.append(f"{name} is missing")
            return ""
        return _kept_secret(instance / name.lower(), is_key=name == "VAULT_KEYS")

    def clock_offset(self, production: bool) -> Path | None:
        value = self.optional("CLOCK_OFFSET_FILE")
        if value and production:
            self.wrong.append("CLOCK_OFFSET_FILE is for tests and the demo, never for production")
        return Path(value) if value else None

    def credentials(self) -> dict[str, Credentials]:
        found: dict[str, Credentials] = {}
        names = {re.sub(r"_CLIENT_(ID|SECRET)$", "", name) for name in self.environ if _is_credential(name)}
        for name in sorted(names):
            client_id, secret = self.optional(f"{name}_CLIENT_ID"), self.optional(f"{name}_CLIENT_SECRET")
            if client_id and secret:
                found[name.lower()] = Credentials(
                    client_id,
                    secret,
                    self.optional(f"{name}_DEVELOPER_TOKEN"),
                    self.optional(f"{name}_BASE_URL"),
                    self.number(f"{name}_DAILY_OPERATIONS", 0, low=1, high=10**9) or None,
                    self.service_account(f"{name}_SERVICE_ACCOUNT"),
                )
            elif client_id or secret:
                missing = f"{name}_CLIENT_SECRET" if client_id else f"{name}_CLIENT_ID"
                self.wrong.append(f"{missing} is missing (its other half is set)")
        return found

    def service_account(self, name: str) -> str | None:
        """What the key file holds, as the platform gave it."""
        path = self.optional(name)
        if path is None:
            return None
        try:
            held = Path(path).read_text(encoding="utf-8")
            key = json.loads(held)
            load_pem_private_key(key["private_key"].encode(), password=None)
            if isinstance(key["client_email"], str) and isinstance(key["private_key_id"], str):
                return held
        except (OSError, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
            pass
        # Not a word of what is in it.
        self.wrong.append(f"{name} must be the path of a service account's key file (JSON), as the platform gave it")
        return None

    def check_engine(self, engine: str, database_url: str) -> None:
        if engine != "procrastinate":
            return
        if database_url.startswith("sqlite"):
            self.wrong.append("JOBS_ENGINE=procrastinate needs PostgreSQL: set DATABASE_URL to postgresql://…")
        if find_spec("procrastinate") is None:
            self.wrong.append("JOBS_ENGINE=procrastinate needs its package: install requirements/fleet.txt")

    def check_base_urls(self, credentials: Mapping[str, Credentials], production: bool) -> None:
        for slug, ours in credentials.items():
            if ours.base_url is None:
                continue
            parts, name = urlsplit(ours.base_url), f"{slug.upper()}_BASE_URL"
            if parts.scheme not in ("http", "https") or not parts.netloc:
                self.wrong.append(f"{name} must be an http or https address")
            elif parts.scheme == "http" and production:
                self.wrong.append(f"{name} must be https in production")
            elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
                self.wrong.append(f"{name} may be plain http on this machine only")

    def check_vault_keys(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            name, _, material = key.partition(":")
            if not re.fullmatch(r"[a-z0-9]{1,16}", name) or not _is_key(material):
                self.wrong.append("VAULT_KEYS must be id:base64-of-32-bytes, several separated by commas, newest first")
                return


def _is_credential(name: str) -> bool:
    return re.fullmatch(r"[A-Z][A-Z0-9_]*_CLIENT_(ID|SECRET)", name) is not None


def _is_key(material: str) -> bool:
    try:
        return len(base64.b64decode(material, validate=True)) == 32
    except ValueError:
        return False


def _kept_secret(path: Path, *, is_key: bool) -> str:
    """Outside production a missing secret is made once and kept beside the database, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}" if is_key else secrets.token_urlsafe(48)
        path.touch(mode=0o600)
        path.write_text(made, encoding="ascii")
    return path.read_text(encoding="ascii").strip()
