"""What a process pays once, or a person once a day, the suite would pay thousands of times over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, Type
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.routing import Rule

from webapp import database
from webapp.lifecycle import passwords


def pay_once(patch: pytest.MonkeyPatch, templates: Path) -> None:
    """Templates, addresses and statements are compiled once; passwords cost next to nothing."""
    patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(templates)})
    patch.setattr(Rule, "_compile_builder", _remembering(Rule._compile_builder))
    # A compiled statement is kept under its dialect, and every engine brings one of its own.
    patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
    patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
    patch.setattr(database, "create_engine", partial(create_engine, execution_options={"compiled_cache": {}}))
    product = passwords._hasher
    # OWASP's least for argon2id (Password Storage Cheat Sheet): said here, because no test meets the real one.
    assert (product.type, product.time_cost >= 2, product.memory_cost >= 19_456) == (Type.ID, True, True)
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    # Nor does anybody wait for what a platform asks one to wait for.
    for module in ("api", "amazon_ads.reports", "microsoft_ads.platform"):
        patch.setattr(f"webapp.platforms.{module}.sleep", lambda _seconds: None)


def _remembering(compiled: Callable[..., Any]) -> Callable[..., Any]:
    """What builds an address depends on how the rule is written, and on nothing else of the map it belongs to."""
    known: dict[tuple[object, ...], Any] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        key = rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults), append_unknown
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    return remembered
