"""Lines of the log: one an event, readable by a machine in production, and never a secret in them."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from webapp.logs import JsonLines, PlainLines


def record(message: str, **about: object) -> logging.LogRecord:
    made = logging.getLogger("webapp.somewhere").makeRecord(
        "webapp.somewhere", logging.INFO, "file", 1, message, (), None, extra=about
    )
    made.created = 1_795_564_800.25
    return made


def test_in_production_a_line_is_an_object():
    line = json.loads(JsonLines().format(record("sync ended", platform="shopify", rows=12, seconds=0.5, cause=None)))
    assert line == {
        "at": "2026-11-25T00:00:00.250+00:00", "level": "INFO", "logger": "webapp.somewhere", "message": "sync ended",
        "platform": "shopify", "rows": 12, "seconds": 0.5,
    }  # fmt: skip


def test_elsewhere_a_line_is_read_by_a_person():
    assert PlainLines().format(record("sync ended", platform="shopify", rows=12)) == (
        "00:00:00 INFO webapp.somewhere: sync ended platform=shopify rows=12"
    )


@pytest.mark.parametrize("shape", [JsonLines, PlainLines])
def test_what_other_libraries_write_is_scrubbed(shape):
    secret = "s3cr3tvalue"
    for message in (
        f"Error handling request /oauth/shopify/callback?code={secret}&state=x",
        f"GET https://graph.facebook.com/v26.0/me?access_token={secret}",
        f"Authorization: Bearer {secret}",
        f"refresh_token={secret}",
        f"{{'client_secret': '{secret}'}}",
        f"cannot reach postgresql://shopimize:{secret}@db.internal/shopimize",
        f"DETAIL: Key (email)=({secret}@aurora.test) already exists.",
        f"Exception on /invitations/{secret}-Yk2vNq8RZpWm4tXcLh1sJd7bGf3aQe [GET]",
        f"/password-reset/WyI{secret}9iYTU2ZCJd.aSlX4A.k3PzQ7_m-VuT",
    ):
        assert secret not in shape().format(record(message, about=message)), message


def test_where_a_failure_happened_is_not_a_secret():
    trace = 'File "/srv/shopimize/webapp/lifecycle/a_module_with_quite_a_long_name_of_its_own.py", line 3'
    assert JsonLines().format(record("failed", trace=trace)).count("a_module_with_quite_a_long_name_of_its_own.py") == 1


def test_a_failure_is_one_line_and_scrubbed_too():
    try:
        raise ValueError("no token=s3cr3tvalue\nin two lines")
    except ValueError:
        failed = record("job failed", job="tidy")
        failed.exc_info = sys.exc_info()
    line = JsonLines().format(failed)
    assert "\n" not in line
    assert "s3cr3tvalue" not in line
    assert "ValueError" in json.loads(line)["trace"]
    assert "s3cr3tvalue" not in PlainLines().format(failed)
