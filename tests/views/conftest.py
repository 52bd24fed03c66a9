"""What the tests of the browser's door share."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.conftest import AtTheBrowser

TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')


@pytest.fixture
def nobody(app: Flask) -> AtTheBrowser:
    """Somebody who has not signed in."""
    return AtTheBrowser(app, "nobody@test.test")


def plain(page: str) -> str:
    """A page without what differs from one answer to the next."""
    return TOKEN.sub("", page)
