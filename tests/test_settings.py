"""What an operator may set, and what is refused by name before anything starts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import webapp.settings
from sandbox.signing import service_account
from webapp.settings import BadSettings, Settings

ROOT = Path(__file__).parent.parent
POSTGRES = "postgresql+psycopg://shopimize:hunter2hunter2@db.internal/shopimize"


def settings(instance: Path, **environ: str) -> Settings:
    return Settings.from_env(environ, instance=instance)


def refusal(instance: Path, **environ: str) -> str:
    with pytest.raises(BadSettings) as refused:
        settings(instance, **environ)
    return str(refused.value)


def test_a_fleet_needs_postgresql(tmp_path):
    assert "DATABASE_URL" in refusal(tmp_path, JOBS_ENGINE="procrastinate")
    for url in (POSTGRES, POSTGRES.replace("+psycopg", "")):
        assert settings(tmp_path, JOBS_ENGINE="procrastinate", DATABASE_URL=url).jobs_engine == "procrastinate"


def test_a_fleet_needs_its_package(tmp_path, monkeypatch):
    monkeypatch.setattr(webapp.settings, "find_spec", lambda name: None)
    told = refusal(tmp_path, JOBS_ENGINE="procrastinate", DATABASE_URL=POSTGRES)
    assert "requirements/fleet.txt" in told
    assert settings(tmp_path, DATABASE_URL=POSTGRES).jobs_engine == "inprocess"


def test_an_unknown_database_is_refused_without_repeating_its_password(tmp_path):
    told = refusal(tmp_path, DATABASE_URL="mysql://shopimize:hunter2hunter2@db.internal/shopimize")
    assert "DATABASE_URL must begin with" in told
    assert "hunter2" not in told


def test_a_short_metrics_token_is_refused(tmp_path):
    assert "METRICS_TOKEN" in refusal(tmp_path, METRICS_TOKEN="short")
    assert settings(tmp_path, METRICS_TOKEN="long enough a token").metrics_token == "long enough a token"


def test_every_setting_is_in_the_docs():
    read = set(re.findall(r'"([A-Z][A-Z_]{2,})"', (ROOT / "webapp/settings.py").read_text()))
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert read - told == set()
    assert told - read == set()


def test_a_service_accounts_key_is_read_from_its_file_and_an_odd_one_is_not_repeated(tmp_path):
    google = {"GOOGLE_ADS_CLIENT_ID": "id", "GOOGLE_ADS_CLIENT_SECRET": "secret-of-ours"}
    file = tmp_path / "risc.json"
    file.write_text(service_account())
    found = settings(tmp_path, **google, GOOGLE_ADS_SERVICE_ACCOUNT=str(file)).credentials["google_ads"]
    assert found.service_account == service_account()
    assert "PRIVATE KEY" not in repr(found)
    for odd in ("{", "[]", '{"client_email": 1}', service_account().replace("MII", "no", 1), '{"private_key": 7}'):
        file.write_text(odd)
        told = refusal(tmp_path, **google, GOOGLE_ADS_SERVICE_ACCOUNT=str(file))
        assert "GOOGLE_ADS_SERVICE_ACCOUNT must be the path" in told
        assert "PRIVATE" not in told
    assert "must be the path" in refusal(tmp_path, **google, GOOGLE_ADS_SERVICE_ACCOUNT=str(tmp_path / "gone.json"))
