"""The browser's door: shallow blueprints that ask one query or one verb and render."""

from webapp.views import patterns, people

BLUEPRINTS = (people.blueprint, patterns.blueprint)

__all__ = ["BLUEPRINTS"]
