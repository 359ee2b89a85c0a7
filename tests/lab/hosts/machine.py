"""A host that boots, loses power and answers questions about itself.

Its state is on disk and in the kernel, so any process can take hold of it again.
"""

import functools
import json
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from . import cgroups, network
from .accounts import uid_of
from .errors import LabError
from .furnish import INSIDE, PATH, furnish
from .place import Place
from .processes import Process, only_child, run, start, wait_until
from .ssh_client import feed, ssh_command


@dataclass(frozen=True)
class Login:
    """An account on a host and the Podman socket it leads to. `password` is "" for root."""

    user: str
    uid: int
    key_file: Path
    password: str
    socket: str
    local_socket: Path


@dataclass(frozen=True)
class Machine:
    """`system` is "" (this machine's own files) or another Debian's; `users` name: password.

    With `systemd` that is the first process, on cgroups v2: its services, journal and timers.
    """

    place: Place
    number: int
    address: str
    system: str
    podman_version: str
    users: dict[str, str]
    idle_exit_s: int | None = None
    systemd: bool = False
    port: int = 22
    user: str = "root"

    @property
    def name(self) -> str:
        return f"h{self.number}"

    @property
    def folder(self) -> Path:
        return self.place.data / self.name

    @property
    def run_folder(self) -> Path:
        """The host's /run, reached from this machine by a short path.

        systemd mounts more below it, which only its own view of the files shows.
        """
        if self.systemd and (pid := self.pid):
            return Path(f"/proc/{pid}/root/run")
        return self._private_run

    @property
    def _private_run(self) -> Path:
        return self.place.sockets / self.name

    @property
    def namespace(self) -> str:
        return self.place.namespace(self.number)

    @property
    def gateway(self) -> str:
        """This machine's address on the bridge."""
        return ".".join(self.address.split(".")[:2]) + ".0.1"

    @property
    def ssh_port(self) -> int:
        return self.port

    @property
    def logins(self) -> list[Login]:
        """Root first, then each rootless user."""
        return [self._login(user) for user in ["root", *self.users]]

    def login(self, user: str = "root") -> Login:
        return self._login(user)

    def _login(self, user: str) -> Login:
        uid = uid_of(list(self.users).index(user)) if user != "root" else 0
        inside = f"user/{uid}/podman/podman.sock" if uid else "podman/podman.sock"
        return Login(
            user=user,
            uid=uid,
            key_file=self.folder / "keys" / user,
            password=self.users.get(user, ""),
            socket=f"/run/{inside}",
            local_socket=self.run_folder / inside,
        )

    @property
    def key_file(self) -> Path:
        return self.login().key_file

    @property
    def socket(self) -> str:
        return self.login().socket

    @property
    def local_socket(self) -> Path:
        return self.login().local_socket

    @property
    def host_key_line(self) -> str:
        """As in known_hosts without the address: "ssh-ed25519 AAAA…"."""
        line = (self.folder / "etc/ssh/host_ed25519.pub").read_text()
        return " ".join(line.split()[:2])

    @property
    def host_key_fingerprint(self) -> str:
        """As `ssh-keygen -l` says it: "SHA256:…"."""
        return _fingerprint(self.folder / "etc/ssh/host_ed25519.pub", self.host_key_line)

    # Power

    @property
    def process(self) -> Process | None:
        """The host's first process, None when it has no power."""
        try:
            stored = json.loads((self.folder / "first-process.json").read_text())
        except FileNotFoundError:
            return None
        process = Process(**stored)
        return process if process.alive else None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def furnish(self, *, registries: list[str], known: dict[str, str]) -> None:
        furnish(
            self.folder,
            name=self.name,
            root=self.system,
            sockets=self._private_run,
            users=self.users,
            registries=registries,
            known=known,
            gateway=self.gateway,
            idle_exit_s=self.idle_exit_s,
            systemd=self.systemd,
        )

    def switch_on(self) -> None:
        """Give power and return at once; `wait_booted` waits for the services."""
        if self.process:
            raise LabError(f"{self.name} is running already")
        network.unplug(self.place, self.number)
        network.plug_in(self.place, self.number, address=self.address, gateway=self.gateway)
        shutil.rmtree(self._private_run, ignore_errors=True)
        self._private_run.mkdir(parents=True)
        enter = ["nsenter", f"--net=/run/netns/{self.namespace}"]
        unshare = ["unshare", "-m", "-u", "-p", "-f", "--mount-proc"]
        script = "init.sh"
        if self.systemd:
            cgroups.make_tree(self._cgroups)
            enter = [*into(self._cgroups), *enter]
            unshare += ["-i", "-C"]
            script = "init-systemd.sh"
        init = ["/bin/sh", str(INSIDE / script), str(self.folder), self.name, self.system]
        outer = start([*enter, *unshare, *init], log=self.boot_log, env={"PATH": PATH})
        wait_until(f"first process of {self.name}", lambda: only_child(outer.pid) is not None)
        process = only_child(outer.pid)
        if process is None:
            raise LabError(f"{self.name} does not boot: {self.boot_log.read_text().strip()}")
        stored = {"pid": process.pid, "started": process.started}
        (self.folder / "first-process.json").write_text(json.dumps(stored))

    @property
    def _cgroups(self) -> Path:
        return cgroups.tree_of(self.place, self.number)

    @property
    def boot_log(self) -> Path:
        return self.folder / "boot.log"

    def wait_booted(self, *, timeout_s: float = 30) -> None:
        """Until sshd and every Podman socket take connections."""

        def ready() -> bool:
            if self.process is None:
                raise LabError(f"{self.name} does not boot: {self.boot_log.read_text().strip()}")
            return (
                self._has_booted()
                and all(self.listens(user=login.user) for login in self.logins)
                and self.ssh_answers()
            )

        wait_until(f"{self.name} boots, see {self.boot_log}", ready, timeout_s=timeout_s)

    def _has_booted(self) -> bool:
        # a user's socket is systemd's last thing at the start
        return self.systemd or (self.run_folder / "booted").exists()

    def boot(self) -> None:
        """Power on after a power cut: store and homes as they were, /run and network new."""
        self.switch_on()
        self.wait_booted()

    def power_cut(self) -> None:
        """Every process of the host is gone when this returns; nothing was told."""
        if process := self.process:
            process.kill()

    # Asking and commanding

    def inside(self, *command: str, user: str = "root") -> list[str]:
        """The command line that runs `command` inside the host, as that user."""
        process = self.process
        if process is None:
            raise LabError(f"{self.name} has no power: boot() it")
        login = self.login(user)
        home = f"/home/{user}" if login.uid else "/root"
        settings = [f"HOME={home}", f"USER={user}", f"PATH={PATH}"]
        become: list[str] = []
        if login.uid:
            settings.append(f"XDG_RUNTIME_DIR=/run/user/{login.uid}")
            ids = [f"--reuid={login.uid}", f"--regid={login.uid}", "--init-groups"]
            become = ["setpriv", *ids]
        enter = ["nsenter", "-t", str(process.pid), "-m", "-u", "-n", "-p", "-r", "-w"]
        if self.systemd:
            enter = [*into(cgroups.entrance(self._cgroups)), *enter, "-i", "-C"]
        else:
            settings += ["PODMAN_IGNORE_CGROUPSV1_WARNING=1", "DISABLE_HC_SYSTEMD=true"]
        return [*enter, "env", "-i", *settings, *become, *command]

    def run(self, *command: str, user: str = "root", timeout_s: float = 120) -> str:
        """Run inside the host and return standard output; LabError when it fails."""
        return run(*self.inside(*command, user=user), timeout_s=timeout_s)

    def podman(self, *arguments: str, user: str = "root", timeout_s: float = 120) -> str:
        """Ask Podman itself, inside the host, past every socket and service."""
        return self.run("podman", *arguments, user=user, timeout_s=timeout_s)

    def load(self, archive: Path, *, user: str = "root") -> None:
        """Load the images of an archive that lies on this machine."""
        with archive.open("rb") as source:
            feed(self.inside("podman", "load", "-q", user=user), source)

    def ssh_command(self, *command: str, user: str = "root") -> list[str]:
        """An OpenSSH command line with this login's key and the host's present key pinned."""
        known = self.folder / "known_hosts"
        known.write_text(f"{self.address} {self.host_key_line}\n")
        key = self.login(user).key_file
        client = ssh_command(key_file=key, known_hosts=known, port=self.port)
        return [*client, f"{user}@{self.address}", *command]

    def ssh(self, *command: str, user: str = "root", timeout_s: float = 30) -> str:
        """Run over SSH, as a person would; LabError when it fails."""
        return run(*self.ssh_command(*command, user=user), timeout_s=timeout_s)

    def ssh_answers(self) -> bool:
        """Whether an SSH server greets on the host's port within a second."""
        try:
            with socket.create_connection((self.address, self.port), timeout=1) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def listens(self, *, user: str = "root") -> bool:
        """Whether somebody listens on the socket. The kernel is asked: a call would wake Podman."""
        pid, path = self.pid, self.login(user).socket
        if pid is None:
            return False
        rows = Path(f"/proc/{pid}/net/unix").read_text().splitlines()
        listening = "00010000"
        return any(row.endswith(f" {path}") and row.split()[3] == listening for row in rows)


def into(cgroup: Path) -> list[str]:
    """The beginning of a command line whose process enters that control group first."""
    return ["sh", "-c", f'echo $$ >{cgroup}/cgroup.procs && exec "$@"', "sh"]


@functools.cache
def _fingerprint(path: Path, line: str) -> str:
    return run("ssh-keygen", "-l", "-f", str(path)).split()[1]
