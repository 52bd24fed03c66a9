"""Who approved a permission, until when, and what hangs on its login."""

from __future__ import annotations

import re

import pytest

from webapp.lifecycle.disconnect import disconnect
from webapp.models.health import Health
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_it_says_who_approved_what_and_until_when(acts):
    one = acts.connects("meta_ads")
    connected = acts.runtime.now()
    given = acts.row(one).permission
    assert (given.approved_by, given.email) == ("Ana", "ana@aurora.test")
    assert abs((given.approved_at - connected).total_seconds()) < 60
    assert "See ad accounts and what they spend" in given.scopes
    assert [round((end.at - connected).total_seconds() / 86_400) for end in given.ends] == [60, 90]
    assert [end.says.split()[0] for end in given.ends] == ["Renews", "Ends"]
    assert not any("secret" in part or "EAA" in part for part in map(str, (given, acts.row(one))))


def test_metas_second_clock_is_moved_by_no_renewal_and_by_every_reconnect(acts):
    one = acts.connects("meta_ads")
    consent = acts.row(one).permission.ends[-1].at
    for _ in range(4):
        acts.sandbox.advance(days=19)
        assert acts.syncs(one) is Outcome.DONE
        assert acts.row(one).ends_at == consent
    row = acts.row(one)
    assert (row.ends_at, row.health) == (consent, Health.CONNECTED)
    assert row.quiet_note.startswith("This permission ends ")
    acts.sandbox.advance(days=8)
    acts.syncs(one)
    row = acts.row(one)
    assert (row.health, row.quiet_note) == (Health.EXPIRING, None)
    acts.reconnects(one)
    acts.syncs(one)
    assert acts.row(one).health is Health.CONNECTED
    assert (acts.row(one).permission.ends[-1].at - consent).days >= 83


def test_the_login_says_what_would_drop_together(acts, ana, vic, bob):
    two = [acts.connects("google_ads", number=number) for number in (0, 1)]
    alike, other = acts.connects("meta_ads"), acts.connects("tiktok_ads", person="ops@aurora.test")
    page = ana.client.get(f"/integrations/{two[0]}/login")
    together, _, elsewhere = page.text.partition("Signed in elsewhere as ana@aurora.test")
    assert page.status_code == 200
    assert [one for one in two if one in together] == two
    assert named(elsewhere) == {alike}
    assert other not in page.text
    assert vic.client.get(f"/integrations/{two[0]}/login").status_code == 200
    assert bob.client.get(f"/integrations/{two[0]}/login").status_code == 404
    disconnect(acts.runtime, integration_id=two[1], workspace_id=acts.workspace_id, person_id=acts.person_id)
    page = ana.client.get(f"/integrations/{two[0]}/login").text
    assert "Nothing else in this workspace hangs on this login." in page
    assert two[1] not in page


def named(page: str) -> set[str]:
    """The integrations a page leads to, by their ids."""
    return set(re.findall(r"/integrations/([0-9a-f]{16})", page))
