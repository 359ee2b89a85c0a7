"""docker-compose.yaml as a running stack in a lab host, by docker-compose or podman-compose."""

import os
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.lab.hosts.place import CHECKOUT
from tests.lab.hosts.processes import run, wait_until

FILE = CHECKOUT / "docker-compose.yaml"
PROJECT = "haulout"
PASSWORD = "a word that only this test knows"


@dataclass(frozen=True)
class ComposeStack:
    """`tool`: docker-compose speaks with the host's socket, podman-compose runs on the host."""

    host: Any
    tool: str

    @property
    def url(self) -> str:
        """Where web answers."""
        return f"http://{self.host.address}:8000"

    def compose(self, *words: str, password: str = PASSWORD) -> "subprocess.CompletedProcess[str]":
        """`docker-compose WORDS` or `podman-compose WORDS`."""
        names = {"HAULOUT_URL": self.url, "POSTGRES_PASSWORD": password}
        names = {name: value for name, value in names.items() if value}
        command = [self.tool, "-f", str(FILE), "-p", PROJECT, *words]
        env = {"PATH": os.environ["PATH"], "HOME": "/", **names}
        if self.tool == "docker-compose":
            env["DOCKER_HOST"] = f"unix://{self.host.local_socket}"
        else:
            settings = [f"{name}={value}" for name, value in names.items()]
            command = self.host.inside("env", *settings, *command)
        return subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=400, check=False
        )

    def up(self) -> None:
        """Start it, from the images that are there."""
        done = self.compose("up", "-d", "--no-build")
        assert done.returncode == 0, done.stderr[-3000:]
        wait_until("/readyz of the stack", self.ready, timeout_s=300)

    def down(self) -> None:
        """Remove its containers and networks; its volumes stay."""
        done = self.compose("down")
        assert done.returncode == 0, done.stderr[-3000:]

    def ready(self) -> bool:
        """True when web says that all parts are up."""
        try:
            run("curl", "-sf", "-m", "5", f"{self.url}/readyz")
        except RuntimeError:
            return False
        return True

    def states(self) -> dict[str, str]:
        """What Podman says of each service: "Up 3 seconds (healthy)"."""
        form = '{{index .Labels "com.docker.compose.service"}}\t{{.Status}}'
        rows = self.host.podman("ps", "-a", "--format", form).splitlines()
        return dict(row.split("\t", 1) for row in rows if not row.startswith("\t"))

    def name_of(self, service: str) -> str:
        """The name of a service's container."""
        label = f"label=com.docker.compose.service={service}"
        return str(
            self.host.podman("ps", "-a", "--filter", label, "--format", "{{.Names}}")
        ).strip()

    def logs(self, service: str) -> str:
        """All that a service has written."""
        return str(self.host.run("sh", "-c", f"podman logs {self.name_of(service)} 2>&1"))
