"""Writes the message catalogues: English whole, every other language with what is new in it still to be translated.

`python -m tools.catalogue`, which `make fix` runs. Messages come from four places: what our code says, what templates
say, the words of each cause, and what each platform declares. English is written as it is found; nobody edits its file.
A language begins as a folder: `mkdir -p webapp/translations/de/LC_MESSAGES`.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from webapp.models.health import BADGES
from webapp.platforms import registry
from webapp.queries.causes import CAUSES, CLOSED, LOCKED, NEXT, NOTHING, RECONNECT
from webapp.words import ENGLISH, FOLDER

WEBAPP = FOLDER.parent
Message = str | tuple[str, str]


def messages() -> list[tuple[Message, str]]:
    """Every message there is, with a note for who translates it; each once, in the order of places and lines."""
    found: dict[Message, str] = {}
    for message, note in (*_of_causes(), *_of_platforms(), *_of_code(), *_of_templates()):
        found.setdefault(message, note)
    return list(found.items())


def english() -> bytes:
    """The English catalogue: every message as it stands in the code."""
    catalogue = _empty(ENGLISH)
    for message, note in messages():
        catalogue.add(message, message, auto_comments=[note])
    return _written(catalogue)


def brought_up_to_date(name: str, po: bytes) -> bytes:
    """Another language's catalogue with today's messages: new ones empty, gone ones dropped, changed ones fuzzy."""
    template = _empty(name)
    for message, note in messages():
        template.add(message, auto_comments=[note])
    kept = read_po(io.BytesIO(po), locale=name)
    kept.update(template)
    kept.obsolete.clear()
    return _written(kept)


def files() -> dict[Path, bytes]:
    """Every catalogue as it should be."""
    written = {_path(ENGLISH): english()}
    for folder in sorted(FOLDER.iterdir()) if FOLDER.is_dir() else ():
        if folder.name != ENGLISH:
            path = _path(folder.name)
            written[path] = brought_up_to_date(folder.name, path.read_bytes() if path.exists() else b"")
    return written


def _of_causes() -> Iterator[tuple[Message, str]]:
    closed = {f"account {way}": words for way, words in CLOSED.items()}
    for cause, words in {**CAUSES, "our own vault": LOCKED, **closed}.items():
        for part in (words.title, words.happened, words.likely, *words.steps):
            yield part, f"cause: {cause}"
    for remedy, text in NEXT.items():
        yield text, f"what we do next: {remedy}"
    yield from ((text, "step") for text in (RECONNECT, NOTHING))
    yield from ((badge.label, f"badge: {health}") for health, badge in BADGES.items())


def _of_platforms() -> Iterator[tuple[Message, str]]:
    for platform in registry().values():
        for cause, advice in platform.advice.items():
            for part in (advice.happened, advice.likely, *advice.steps):
                if part is not None:
                    yield part, f"{platform.name}: {cause}"
        yield from ((text, platform.name) for text in (platform.lifetimes, platform.depth_note))
        for stream in platform.streams:
            yield _counted(*stream.unit), f"{platform.name}: {stream.name}"


def _of_code() -> Iterator[tuple[Message, str]]:
    for path in sorted(WEBAPP.rglob("*.py")):
        note = str(path.relative_to(WEBAPP.parent))
        for node in ast.walk(ast.parse(path.read_text())):
            for message in _said(node):
                yield message, note


def _said(node: ast.AST) -> Iterator[Message]:
    if isinstance(node, ast.keyword) and node.arg == "evidence" and isinstance(node.value, ast.Tuple):
        yield from _texts(node.value.elts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        name, texts = node.func.id if isinstance(node.func, ast.Name) else node.func.attr, _texts(node.args[:2])
        if name in ("say", "marked") and texts:
            yield texts[0]
        elif name == "say_number" and len(texts) == 2:
            yield texts[0], texts[1]
        elif name == "unit" and len(texts) == 2:
            yield _counted(*texts)


def _texts(nodes: list[ast.expr]) -> list[str]:
    return [one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _of_templates() -> Iterator[tuple[Message, str]]:
    options = {"newstyle_gettext": "true", "trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
    for path in sorted((WEBAPP / "templates").rglob("*.*")):
        found = babel_extract(io.BytesIO(path.read_bytes()), ("_", "gettext", "ngettext"), [], options)
        for _line, function, said, _comments in found:
            texts = [one for one in ([said] if isinstance(said, str) else said) if one is not None]
            yield (texts[0], texts[1]) if function == "ngettext" else texts[0], str(path.relative_to(WEBAPP.parent))


def _counted(one: str, several: str) -> tuple[str, str]:
    return f"{{count}} {one}", f"{{count}} {several}"


def _empty(name: str) -> Catalog:
    return Catalog(
        locale=name, project="Shopimize", charset="utf-8", fuzzy=False, header_comment=f"# Shopimize: {name}"
    )


def _written(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=118, omit_header=False, include_lineno=False)
    # When it was written is in the history, and would be another in every run.
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Project-Id|Last-T|Language-T)[^\n]*\n',
        b"",
        out.getvalue(),
    )


def _path(name: str) -> Path:
    return FOLDER / name / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
