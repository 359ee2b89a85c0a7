"""A host with its faults: all that a test can break, and mend again."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from . import network, wire
from .errors import LabError
from .furnish import make_host_key
from .machine import Machine
from .processes import Process, in_namespace_of, run, start, wait_until

CHECK_HEALTH = "/etc/haulout-lab/check-health"


@dataclass(frozen=True)
class Host(Machine):
    """One host of a lab. Faults of the network last until undone or until the next boot."""

    def _kill(self, *beginnings: str, user: str | None = None) -> int:
        """End processes of this host whose command line begins so; how many there were."""
        pid = self.pid
        if pid is None:
            return 0
        uid = None if user is None else self.login(user).uid
        killed = 0
        for other, line in in_namespace_of(pid):
            ours = line.startswith(beginnings) and uid in (None, _uid(other))
            if ours and (process := Process.find(other)):
                process.kill()
                killed += 1
        return killed

    def kill_sshd(self) -> int:
        """kill -9 of the SSH server and all its sessions."""
        return self._kill("sshd", "/usr/sbin/sshd", "/usr/lib/openssh/sshd")

    def start_sshd(self) -> None:
        self.run("/etc/haulout-lab/start-sshd")
        wait_until(f"sshd of {self.name}", self.ssh_answers)

    def kill_podman(self, *, user: str = "root") -> int:
        """kill -9 of the API service. A socket-activated one comes back with the next call."""
        return self._kill("podman system service", user=user)

    def silence_podman(self) -> int:
        """As `kill_podman` of root's, and whoever else would answer or wake it on that socket."""
        return self._kill("podman system service", "/usr/bin/python3", user="root")

    def start_podman(self, *, user: str = "root") -> None:
        """Start the API service again, when nothing listens on its socket."""
        if not self.listens(user=user):
            self.run("/etc/haulout-lab/start-podman", *([] if user == "root" else [user]))
            wait_until(f"Podman of {self.name}", lambda: self.listens(user=user))

    def podman_serves(self, *, user: str = "root") -> bool:
        """Whether an API service runs (an idle socket-activated one does not)."""
        pid, uid = self.pid, self.login(user).uid
        return pid is not None and any(
            line.startswith("podman system service") and _uid(other) == uid
            for other, line in in_namespace_of(pid)
        )

    def start_health_checks(self, *, interval_s: int) -> None:
        """Run the containers' health checks until power is cut, as systemd's timers would."""
        running = in_namespace_of(self.pid) if self.pid else []
        if any(CHECK_HEALTH in line for _, line in running):
            return
        self.run("setsid", "-f", "sh", "-c", f"exec {CHECK_HEALTH} {interval_s} >/dev/null 2>&1")

    def new_host_key(self) -> None:
        """Replace the host key, as a reinstalled machine would; open connections stay."""
        self.kill_sshd()
        make_host_key(self.folder, name=self.name)
        self.start_sshd()

    def network_down(self) -> None:
        """Pull the cable."""
        run("ip", "link", "set", self.place.cable(self.number), "down")

    def network_up(self) -> None:
        run("ip", "link", "set", self.place.cable(self.number), "up")

    def netem(self, disturbance: str, *, towards: str = "machine") -> None:
        """Disturb packets: netem("delay 300ms 100ms loss 5% rate 1mbit"), "" ends it.

        `towards`: "machine" for what the host sends, "host" for what it receives. netem("loss
        100%") in one direction is a one-way cut.
        """
        try:
            wire.read(disturbance)
        except ValueError as exc:
            raise LabError(str(exc)) from exc
        wanted = self._disturbances() | {towards: disturbance}
        self.mend_cable()
        if not any(wanted.values()):
            return
        names = network.wire_names(self.place, self.number)
        process = start(
            [sys.executable, "-I", wire.__file__, *names, wanted["machine"], wanted["host"]],
            log=self.boot_log,
        )
        self._wire_file.write_text(
            json.dumps({"pid": process.pid, "started": process.started} | wanted)
        )
        wait_until("both ends of the bad cable", lambda: network.exist(*names))
        network.splice(self.place, self.number)

    def mend_cable(self) -> None:
        """End every disturbance of packets."""
        try:
            stored = json.loads(self._wire_file.read_text())
        except FileNotFoundError:
            return
        network.unsplice(self.place, self.number)
        Process(pid=stored["pid"], started=stored["started"]).kill()
        self._wire_file.unlink()

    @property
    def _wire_file(self) -> Path:
        return self.folder / "wire.json"

    def _disturbances(self) -> dict[str, str]:
        try:
            stored = json.loads(self._wire_file.read_text())
        except FileNotFoundError:
            stored = {}
        return {name: stored.get(name, "") for name in ("machine", "host")}

    def switch_on(self) -> None:
        self.mend_cable()
        super().switch_on()


def _uid(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(text.partition("\nUid:")[2].split()[0])
