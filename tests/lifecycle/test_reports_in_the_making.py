"""A report that is never ready is trouble like any other: remembering where to go on is not a sign of life."""

from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms.diagnosis import Remedy


def test_a_report_that_is_never_ready_delays_and_is_caught_up(acts, monkeypatch):
    monkeypatch.setattr("webapp.platforms.microsoft_ads.platform.sleep", lambda _seconds: None)
    one = acts.connects("microsoft_ads")
    acts.syncs(one)
    acts.sandbox.switch("microsoft_ads", "unready_reports")
    for _ in range(7):
        acts.sandbox.advance(minutes=40)
        assert acts.syncs(one) is Outcome.TROUBLE
    assert [incident.remedy for incident in acts.open_incidents()] == [Remedy.WAIT]
    assert acts.row(one).health is Health.DELAYED
    acts.sandbox.switch("microsoft_ads", "unready_reports", on=False)
    assert acts.syncs(one) is Outcome.DONE
    assert acts.row(one).health is Health.CONNECTED
    assert acts.is_complete(one) > 300
    assert acts.open_incidents() == []
