"""The sandbox as a neighbour of the demo: a process of its own that ends when our end of its pipe closes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import urllib3

from webapp.platforms import registry
from webapp.settings import BadSettings, Settings

STOP_SECONDS = 5.0


class StandIns:
    """The running sandbox; `url` is where its pages are."""

    def __init__(self, process: subprocess.Popen[bytes], *, port: int, smtp_port: int, clock_offset_file: Path) -> None:
        self.url = f"http://localhost:{port}"
        self._process = process
        self._port = port
        self._smtp_port = smtp_port
        self._clock_offset_file = clock_offset_file

    @classmethod
    def beside(cls, settings: Settings, root: Path) -> StandIns:
        """Start it and wait until it answers. Raises BadSettings when its ports are taken."""
        settings.instance.mkdir(parents=True, exist_ok=True)
        offset = settings.clock_offset_file or settings.instance / "clock_offset"
        process = subprocess.Popen(
            [
                sys.executable, "-m", "sandbox",
                "--port", str(settings.sandbox_port), "--smtp-port", str(settings.smtp_port),
                "--state", str(settings.instance / "sandbox.json"), "--clock-offset-file", str(offset),
                "--parent-pipe",
            ],
            cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            said = json.loads(line)
        except ValueError:
            process.wait()
            ports = f"{settings.sandbox_port} and {settings.smtp_port}"
            raise BadSettings(
                f"the sandbox did not start; are the ports {ports} free? SANDBOX_PORT and SMTP_PORT choose others"
            ) from None
        return cls(process, port=int(said["port"]), smtp_port=int(said["smtp_port"]), clock_offset_file=offset)

    def settings(self, settings: Settings) -> Settings:
        """The same settings with every platform and the mail server answered by this sandbox."""
        here = replace(
            settings,
            sandbox_port=self._port,
            smtp_port=self._smtp_port,
            mail_url=f"smtp://localhost:{self._smtp_port}",
            clock_offset_file=self._clock_offset_file,
        )
        return here.with_sandbox(registry())

    def listen(self, addresses: Iterable[tuple[str, str, str]]) -> None:
        """Give each platform's stand-in our addresses for what it has to tell, as an operator does at a real one."""
        for platform, kind, url in addresses:
            said = json.dumps({"platform": platform, "kind": kind, "url": url})
            headers = {"Content-Type": "application/json"}
            urllib3.request("POST", f"{self.url}/callbacks", body=said, headers=headers, timeout=STOP_SECONDS)

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
