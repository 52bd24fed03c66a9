"""Each story gets a product, a sandbox and a browser of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.chromium import EXECUTABLE, QUIET
from tests.e2e.merchant import Merchant
from tests.e2e.world import Ports, World, free_ports


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return {**browser_type_launch_args, "executable_path": EXECUTABLE, "args": QUIET}


@pytest.fixture
def settings() -> dict[str, str]:
    """What a story wants set beside the defaults; overridden by a module that needs it."""
    return {}


@pytest.fixture(scope="session")
def ports() -> Ports:
    """The same for every story of a run: platforms keep the address that we gave them."""
    return free_ports()


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Path:
    """What a demo keeps once it has imported everything and was stopped."""
    world = World(tmp_path_factory.mktemp("imported"), ports=ports)
    world.start()
    world.until_all_green()
    assert world.stop() == 0, world.log()[-3000:]
    (world.folder / "out.log").unlink()
    return world.folder


@pytest.fixture
def beginning(imported: Path) -> Path | None:
    """Where a story begins: all green. A module whose story is the beginning itself says None."""
    return imported


@pytest.fixture
def world(tmp_path: Path, settings: dict[str, str], ports: Ports, beginning: Path | None) -> Iterator[World]:
    if beginning is not None:
        shutil.copytree(beginning, tmp_path, dirs_exist_ok=True)
    world = World(tmp_path, ports=ports, **settings)
    world.start()
    yield world
    assert world.stop() == 0, world.log()[-3000:]
    assert "Traceback" not in world.log(), world.log()[-6000:]


@pytest.fixture
def merchant(page: Page, world: World) -> Merchant:
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    world.until_all_green()
    someone = Merchant(page, world)
    someone.sign_in()
    return someone
