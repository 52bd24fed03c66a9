"""Keys are changed while the app runs: nothing is lost, nothing is left under the old one, and doctor says so."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from app import create_app
from webapp.lifecycle.channels import add_channel
from webapp.lifecycle.open_grant import live_grant, open_tokens
from webapp.lifecycle.refresh import usable_token
from webapp.lifecycle.rotate_keys import rotate_keys
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Ending
from webapp.models.sync import Outcome
from webapp.vault import Vault

NEW = f"k2:{base64.b64encode(bytes(range(32))).decode()}"


@pytest.fixture
def with_new_key(app, runtime):
    """The same installation, restarted with a new key in front of the old one; its command line and its runtime."""
    keys = (NEW, *runtime.settings.vault_keys)
    restarted = create_app(replace(runtime.settings, vault_keys=keys))
    yield restarted
    restarted.extensions["runtime"].database.engine.dispose()


def by_column(runtime: Runtime) -> dict[str, list[str]]:
    """Every sealed value of every table there is."""
    columns = [
        column for table in SQLModel.metadata.tables.values() for column in table.columns
        if column.name.endswith("_sealed")
    ]  # fmt: skip
    with runtime.database.reading() as session:
        return {
            str(one): list(session.scalars(select(one).where(one.is_not(None)))) for one in columns
        }  # fmt: skip


def sealed(runtime: Runtime) -> list[str]:
    return [value for values in by_column(runtime).values() for value in values]


def command(app, name: str):
    with app.app_context():
        return app.test_cli_runner().invoke(args=[name])


def test_everything_sealed_is_sealed_anew_and_still_opens(acts, runtime, with_new_key):
    integrations = [acts.connects("shopify", shop="cedar.myshopify.com"), acts.connects("google_ads")]
    acts.reconnects(integrations[1])
    acts.stops_at_the_choice("meta_ads")
    add_channel(runtime, workspace_id=acts.workspace_id, person_id=acts.person_id, name="#ads",
                address=f"{acts.sandbox.url}/chat")  # fmt: skip
    way_back = acts.sandbox.approve(acts.leaves_for("google_ads"))
    before = sealed(runtime)
    assert all(by_column(runtime).values()), "nothing of one kind that is sealed"
    assert {value.partition(".")[0] for value in before} == {"k1"}
    assert "still sealed with an older key: " in command(with_new_key, "doctor").output
    said = command(with_new_key, "rotate-keys")
    assert (said.exit_code, said.output) == (0, f"{len(before)} sealed anew with k2\n")
    assert {value.partition(".")[0] for value in sealed(runtime)} == {"k2"}
    assert "all with k2; no longer needed: k1" in command(with_new_key, "doctor").output
    again = command(with_new_key, "rotate-keys")
    assert (again.exit_code, again.output) == (0, "0 sealed anew with k2\n")
    # Last step of the operator: the old key is taken away.
    acts.runtime = Runtime(replace(runtime.settings, vault_keys=(NEW,)))
    for one in integrations:
        assert acts.syncs(one) is Outcome.DONE
    assert acts.returns("google_ads", way_back).ending in (Ending.CONNECTED, Ending.CHOOSE)
    acts.runtime.database.engine.dispose()


def test_a_renewal_in_between_is_never_overwritten(acts, runtime, with_new_key, monkeypatch):
    """The other process still runs with the old ring, and stores a new pair while ours holds the old one opened."""
    login_id = acts.integration(acts.connects("shopify", shop="cedar.myshopify.com")).login_id
    acts.sandbox.advance(hours=2)
    ours: Runtime = with_new_key.extensions["runtime"]

    class Slow(Vault):
        def open(self, value: str, *, place: str) -> str:
            secret = super().open(value, place=place)
            if place.endswith(":access") and renewed == []:
                renewed.append(usable_token(runtime, login_id))
            return secret

    renewed: list[str] = []
    ours.vault = Slow([NEW, *runtime.settings.vault_keys])
    assert rotate_keys(ours).unopened == 0
    with runtime.database.reading() as session:
        grant = live_grant(session, login_id)
    assert open_tokens(ours.vault, grant)[0] == renewed[0]
    assert {value.partition(".")[0] for value in sealed(runtime)} == {"k2"}, "what came in behind us is found as well"
    acts.sandbox.advance(hours=2)
    assert usable_token(ours, login_id) != renewed[0]


def test_what_no_key_opens_is_left_and_said(acts, runtime):
    acts.connects("google_ads")
    before = sealed(runtime)
    lost = create_app(replace(runtime.settings, vault_keys=(NEW,)))
    said = command(lost, "rotate-keys")
    assert (said.exit_code, sealed(runtime)) == (1, before)
    assert "2 left as they are: no key of VAULT_KEYS opens them" in said.output
    doctor = command(lost, "doctor")
    assert doctor.exit_code == 1
    assert "FAIL  keys: 2 values were sealed with a key that VAULT_KEYS no longer holds" in doctor.output
    other = create_app(replace(runtime.settings, vault_keys=(NEW.replace("k2", "k1"),)))
    assert "FAIL  keys: VAULT_KEYS holds another key under the name k1" in command(other, "doctor").output
    for one in (lost, other):
        one.extensions["runtime"].database.engine.dispose()
