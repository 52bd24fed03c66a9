"""Shopimize, the table of contents: what the app is made of, and its commands.

`python app.py` runs the whole product in one process; `flask --app app …` does one thing.
"""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import load_dotenv
from flask import Flask

from webapp import extensions, hx
from webapp.lifecycle.runtime import Runtime
from webapp.platforms import registry
from webapp.settings import Settings
from webapp.views import BLUEPRINTS, web

ROOT = Path(__file__).parent


def create_app(settings: Settings | None = None) -> Flask:
    """The web app, bound to one database and one set of credentials. Raises BadSettings."""
    if settings is None:
        load_dotenv(ROOT / ".env")
        settings = Settings.from_env(os.environ, instance=ROOT / "instance")
    if settings.is_demo and not settings.credentials:
        settings = settings.with_sandbox(registry())
    app = Flask(
        __name__,
        template_folder="webapp/templates",
        static_folder="webapp/static",
        instance_path=str(settings.instance.resolve()),
    )
    app.config.update(web.flask_config(settings))
    app.extensions["runtime"] = Runtime(settings)
    extensions.init_app(app)
    hx.init_app(app)
    web.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
