"""The platforms we can speak to. The registry lists this folder: adding one is adding one module."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from webapp.platforms.base import Platform

SHARED = frozenset({
    "advice", "answer", "api", "base", "consent", "deadline", "decode", "diagnosis", "ends", "jwks", "kept",
    "oauth_words", "paging", "phrases", "records", "roll", "scope_words", "signals", "streams", "unpack",
    "wire",
})  # fmt: skip


@cache
def registry() -> Mapping[str, Platform]:
    """Every platform by slug, in the order of their names; stores first, because profit starts there."""
    found: list[Platform] = []
    for module in pkgutil.iter_modules(__path__):
        if module.name not in SHARED:
            found.append(importlib.import_module(f"{__name__}.{module.name}").PLATFORM)
    found.sort(key=lambda platform: (platform.kind != "store", platform.name))
    return MappingProxyType({platform.slug: platform for platform in found})
