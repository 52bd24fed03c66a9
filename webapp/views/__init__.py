"""The browser's door: shallow blueprints that ask one query or one verb and render."""

from webapp.views import (
    accounts,
    authorizations,
    channels,
    checks,
    costs,
    coverage,
    guides,
    help,
    integrations,
    logins,
    machines,
    mail_patterns,
    mails,
    operator,
    overview,
    patterns,
    people,
    pulse,
    receipts,
    signals,
)

BLUEPRINTS = (
    overview.blueprint,
    costs.blueprint,
    integrations.blueprint,
    receipts.blueprint,
    accounts.blueprint,
    logins.blueprint,
    checks.blueprint,
    coverage.blueprint,
    authorizations.blueprint,
    guides.blueprint,
    help.blueprint,
    people.blueprint,
    pulse.blueprint,
    mails.blueprint,
    channels.blueprint,
    machines.blueprint,
    signals.blueprint,
    operator.blueprint,
    patterns.blueprint,
    mail_patterns.blueprint,
)

__all__ = ["BLUEPRINTS"]
