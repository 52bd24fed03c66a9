"""Which platform can be told the login, or be made to ask for it: the table in the docs is what the modules do."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from webapp.platforms import registry


def test_what_each_platform_can_be_told_is_as_the_table_says():
    rows = dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", Path("docs/logins.md").read_text(), re.MULTILINE))
    for platform in registry().values():
        names, asks, instead, _ = (one.strip() for one in rows[platform.name].split(" | "))
        hinted = platform.authorize_params(login_hint="ana@aurora.test", again=True)
        assert ("`login_hint`" in names) == ("login_hint" in hinted), platform.slug
        assert ("select_account" in asks) == any("select_account" in value for _, value in platform.chooser)
        place = urlsplit(platform.signed_in_at)
        assert place.scheme == "https"
        if asks == "none":
            assert place.hostname.removeprefix("www.") in instead, platform.slug
