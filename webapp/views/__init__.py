"""The browser's door: shallow blueprints that ask one query or one verb and render."""

from webapp.views import authorizations, integrations, machines, patterns, people

BLUEPRINTS = (
    integrations.blueprint,
    authorizations.blueprint,
    people.blueprint,
    machines.blueprint,
    patterns.blueprint,
)

__all__ = ["BLUEPRINTS"]
