"""Every kind of mail: the designed part and the plain one say the same, and neither is drawn from elsewhere."""

from __future__ import annotations

import html
import re

import pytest

from webapp.models.notice import NoticeKind
from webapp.views.sample_mail import MAILS

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_kind_is_shown():
    assert {str(kind).replace("_", "-") for kind in NoticeKind} <= set(MAILS)


@on_sqlite
def test_both_parts_say_the_same(ana):
    for name in MAILS:
        page = ana.client.get(f"/mail-patterns/{name}")
        text = ana.client.get(f"/mail-patterns/{name}/text").text
        assert page.status_code == 200
        drawn = said_in(page.text)
        words = re.findall(r"[\w@$]{3,}", re.sub(r"https?://\S+", "", text))
        lost = [word for word in words if word not in drawn]
        linked = set(re.findall(r'href="([^"]+)"', page.text))
        assert not lost, (name, lost)
        assert linked == {one.rstrip(".") for one in re.findall(r"https?://\S+", text)}, name


@on_sqlite
def test_no_mail_asks_for_anything_or_hides_its_styles(ana):
    for name in MAILS:
        page = ana.client.get(f"/mail-patterns/{name}").text
        assert "src=" not in page, name
        assert "url(" not in page, name
        assert "style=" in page, name
        assert "prefers-color-scheme: dark" in page, name


def said_in(page: str) -> str:
    body = re.sub(r"<style.*?</style>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))
