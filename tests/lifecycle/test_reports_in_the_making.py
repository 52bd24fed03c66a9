"""A report that is never ready is trouble like any other: remembering where to go on is not a sign of life."""

from sqlmodel import select

from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Remedy


def test_a_report_that_is_never_ready_delays_and_is_caught_up(acts):
    one = acts.connects("microsoft_ads")
    acts.syncs(one)
    proved = acts.integration(one).proved_at
    acts.sandbox.switch("microsoft_ads", "unready_reports")
    # Long enough for the report to be ordered anew several times.
    for _ in range(9):
        acts.sandbox.advance(minutes=40)
        assert acts.syncs(one) is Outcome.TROUBLE
    assert acts.integration(one).proved_at == proved, "an order is no data"
    with acts.runtime.database.reading() as session:
        assert [incident.remedy for incident in session.exec(select(Incident))] == [Remedy.WAIT], (
            "one, not one an order"
        )
    assert acts.row(one).health is Health.DELAYED
    acts.sandbox.switch("microsoft_ads", "unready_reports", on=False)
    assert acts.syncs(one) is Outcome.DONE
    assert acts.row(one).health is Health.CONNECTED
    assert acts.is_complete(one) > 300
    assert acts.open_incidents() == []
