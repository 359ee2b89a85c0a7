"""What a host with systemd has in its folders beside the others': units, linger, a journal."""

import os
import uuid
from pathlib import Path

from .accounts import uid_of

FOLDERS = ("var/lib/systemd/linger", "var/log/journal")
CONTAINERS_CONF = """\
[containers]
# This machine may not be allowed to raise the limits that Podman asks for by default, and may
# have no controller of cgroups v2: memory and pids are limited on v1 then, on the other hosts.
default_ulimits = ["nofile=20000:20000", "nproc=90000:90000"]
pids_limit = 0
"""
MASKED = (
    "systemd-modules-load.service",
    "systemd-sysctl.service",  # the kernel is the machine's
    "systemd-udevd.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
)
LOG_TO = "[Service]\nStandardError=append:{log}\n"
START_SSHD = "#!/bin/sh\nexec systemctl restart ssh.service\n"
START_PODMAN = """\
#!/bin/sh
# Usage: start-podman [USER]
exec systemctl ${1:+--user -M "$1@"} restart podman.socket
"""


def add(folder: Path, *, users: dict[str, str]) -> None:
    """Add it. `users` maps each rootless user, who lingers, to a password."""
    for part in FOLDERS:
        (folder / part).mkdir(parents=True)
    etc = folder / "etc"
    (etc / "machine-id").write_text(f"{uuid.uuid4().hex}\n")
    (etc / "containers/containers.conf").write_text(CONTAINERS_CONF)
    # newer servers lock an address out after failed logins; tests fail logins on purpose
    (etc / "default/ssh").write_text('SSHD_OPTS="-o PerSourcePenalties=no"\n')
    for unit in MASKED:
        _link(etc / "systemd/system" / unit, "/dev/null")
    _podman(etc, "system", log="/var/log/podman.log")
    _podman(etc, "user", log="/var/log/podman-%u.log")
    for number, user in enumerate(users):
        (folder / "var/lib/systemd/linger" / user).touch()
        log = folder / f"var/log/podman-{user}.log"
        log.touch()
        os.chown(log, uid_of(number), uid_of(number))
    ours = etc / "haulout-lab"
    ours.mkdir()
    for name, text in {"start-sshd": START_SSHD, "start-podman": START_PODMAN}.items():
        (ours / name).write_text(text)
        (ours / name).chmod(0o755)


def _podman(etc: Path, kind: str, *, log: str) -> None:
    """Its socket from the start; each request in its log, which tests/lab/coverage reads."""
    units = etc / "systemd" / kind
    _link(units / "sockets.target.wants/podman.socket", f"/usr/lib/systemd/{kind}/podman.socket")
    more = units / "podman.service.d/lab.conf"
    more.parent.mkdir(parents=True, exist_ok=True)
    more.write_text(LOG_TO.format(log=log))


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)
