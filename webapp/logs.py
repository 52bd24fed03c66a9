"""What the machine says about itself: a line an event, JSON in production and plain elsewhere, never a secret."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# What repeats itself every second says nothing; what Procrastinate has to say about a lost database we say ourselves.
QUIET = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "psycopg.pool": logging.ERROR,
    "procrastinate": logging.CRITICAL,
}
SCRUBBED = (
    # Whatever follows a question mark in an address: codes, states and tokens travel there.
    (re.compile(r"\?[^\s\"'<>]*=[^\s\"'<>]*"), "?…"),
    # An address that opens something by itself ends in what opens it: an invitation, a link, a new password.
    (re.compile(r"(?<=/)(?![\w.-]*\.py\b)[\w.-]{32,}"), "…"),
    (re.compile(r"://[^/\s@]+@"), "://…@"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "…@…"),
    (re.compile(r"(?i)(bearer\s+)[^\s\"']+"), r"\1…"),
    (re.compile(r"(?i)((?:token|secret|password|code|state|hmac)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&}]+"), r"\1…"),
)


def configure(*, as_json: bool) -> None:
    """Send everything from INFO up to stderr, in one shape. Called once, by whoever starts the process."""
    handler = _Stderr()
    handler.setFormatter(JsonLines() if as_json else PlainLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)


class PlainLines(logging.Formatter):
    """`12:00:01 INFO webapp.lifecycle.attempt: sync ended platform=shopify outcome=done`"""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        words = [f"{at:%H:%M:%S} {record.levelname} {record.name}: {record.getMessage()}"]
        words += [f"{name}={value}" for name, value in _facts(record).items()]
        return scrubbed("\n".join([" ".join(words), *([_trace(record)] if record.exc_info else [])]))


class JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `message`, what the event is about, and `trace` where it failed."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
        }
        line |= {
            name: value if isinstance(value, bool | int | float) else scrubbed(str(value))
            for name, value in _facts(record).items()
        }
        if record.exc_info:
            line["trace"] = scrubbed(_trace(record))
        return json.dumps(line, ensure_ascii=False)


def scrubbed(text: str) -> str:
    """The text without anything that looks like a secret or an address; ours never hold one, other libraries' may."""
    for pattern, instead in SCRUBBED:
        text = pattern.sub(instead, text)
    return text


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD and value is not None}


def _trace(record: logging.LogRecord) -> str:
    return logging.Formatter().formatException(record.exc_info) if record.exc_info else ""


class _Stderr(logging.StreamHandler[TextIO]):
    """Finds stderr anew for every line: whoever redirected it since is followed."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)
