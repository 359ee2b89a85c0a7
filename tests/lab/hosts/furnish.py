"""Write a host's private folders: accounts, keys, sshd and Podman settings. Starts nothing."""

import shutil
from pathlib import Path

from . import with_systemd
from .accounts import uid_of, write_accounts
from .processes import run

INSIDE = Path(__file__).parent / "inside"
FOLDERS = {
    "root": 0o700,
    "home": 0o755,
    "srv": 0o755,
    "tmp": 0o1777,
    "var/tmp": 0o1777,
    "var/cache": 0o755,
    "var/log": 0o755,
    "var/lib/cni": 0o755,
    "var/lib/containers": 0o755,
    "run": 0o755,
    "keys": 0o700,
}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {
    "PATH": PATH,
    "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
    # Without systemd there are no timers, and Podman would refuse to start such containers.
    "DISABLE_HC_SYSTEMD": "true",
}
CONTAINERS_CONF = """\
[containers]
# This machine may not be allowed to raise the limits that Podman asks for by default.
default_ulimits = ["nofile=20000:20000", "nproc=90000:90000"]
log_driver = "k8s-file"
[engine]
events_logger = "file"
cgroup_manager = "cgroupfs"
"""
SSHD_CONFIG = """\
Port 22
HostKey /etc/ssh/host_ed25519
PidFile /run/sshd.pid
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM {pam}
MaxStartups 100:30:200
PrintMotd no
Subsystem sftp internal-sftp
SetEnv {environment}
"""
SSHD_USER = """\
Match User {user}
    PasswordAuthentication yes
    SetEnv {environment} XDG_RUNTIME_DIR=/run/user/{uid}
"""


def make_key(path: Path, *, comment: str) -> None:
    for old in (path, path.with_name(path.name + ".pub")):
        old.unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path))


def make_host_key(folder: Path, *, name: str) -> None:
    make_key(folder / "etc/ssh/host_ed25519", comment=name)


def furnish(
    folder: Path,
    *,
    name: str,
    root: str,
    sockets: Path,
    users: dict[str, str],
    registries: list[str],
    known: dict[str, str],
    gateway: str,
    idle_exit_s: int | None,
    systemd: bool,
) -> None:
    """Make the folders of one host.

    `root`: another system's file system, or "". `users`: rootless users with their passwords.
    `registries` are reached without TLS. `known`: addresses with host names. Nobody answers at
    `gateway`, the name server, so that lookups fail at once.
    """
    for part, mode in FOLDERS.items():
        (folder / part).mkdir(parents=True)
        (folder / part).chmod(mode)
    (folder / "run.path").write_text(f"{sockets}\n")
    etc = folder / "etc"
    run("cp", "-a", f"{root or ''}/etc", str(etc))
    (etc / "hostname").write_text(f"{name}\n")
    lines = ["127.0.0.1 localhost", "::1 localhost", *(f"{a} {n}" for a, n in known.items())]
    (etc / "hosts").write_text("\n".join(lines) + "\n")
    resolv = etc / "resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.write_text(f"nameserver {gateway}\noptions timeout:1 attempts:1\n")
    write_accounts(etc, users)
    _ssh(folder, name=name, users=users, systemd=systemd)
    _podman(etc, registries)
    if systemd:
        with_systemd.add(folder, users=users)
    else:
        _services(etc, users=users, idle_exit_s=idle_exit_s)


def _ssh(folder: Path, *, name: str, users: dict[str, str], systemd: bool) -> None:
    ssh = folder / "etc/ssh"
    shutil.rmtree(ssh)  # never hand this machine's own host keys to anybody
    ssh.mkdir()
    make_host_key(folder, name=name)
    settings = {"PATH": PATH} if systemd else ENVIRONMENT
    environment = " ".join(f"{key}={value}" for key, value in settings.items())
    # with PAM a session is logind's too
    config = SSHD_CONFIG.format(environment=environment, pam="yes" if systemd else "no")
    homes = {"root": (folder / "root", 0)}
    for number, user in enumerate(users):
        config += SSHD_USER.format(user=user, environment=environment, uid=uid_of(number))
        homes[user] = (folder / "home" / user, uid_of(number))
    (ssh / "sshd_config").write_text(config)
    for user, (home, uid) in homes.items():
        key = folder / "keys" / user
        make_key(key, comment=f"{user}@{name}")
        authorized = home / ".ssh/authorized_keys"
        authorized.parent.mkdir(parents=True, mode=0o700)
        authorized.write_text(key.with_name(f"{user}.pub").read_text())
        run("chown", "-R", f"{uid}:{uid}", str(home))


def _podman(etc: Path, registries: list[str]) -> None:
    containers = etc / "containers"
    (containers / "registries.conf.d").mkdir(parents=True, exist_ok=True)
    (containers / "containers.conf").write_text(CONTAINERS_CONF)
    (containers / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}\n')
    rows = [f'[[registry]]\nlocation = "{address}"\ninsecure = true\n' for address in registries]
    (containers / "registries.conf.d/haulout-lab.conf").write_text("".join(rows))


def _services(etc: Path, *, users: dict[str, str], idle_exit_s: int | None) -> None:
    ours = etc / "haulout-lab"
    shutil.copytree(INSIDE, ours, ignore=shutil.ignore_patterns("__pycache__"))
    lines = [f"export {key}={value}" for key, value in ENVIRONMENT.items()]
    if idle_exit_s is not None:
        lines.append(f"IDLE_EXIT_S={idle_exit_s}")
    (ours / "environment").write_text("\n".join(lines) + "\n")
    (ours / "boot").mkdir()
    commands = ["start-sshd", "start-podman", *(f"start-podman {user}" for user in users)]
    for number, command in enumerate(commands):
        script = ours / f"boot/{number}-{command.replace(' ', '-')}"
        script.write_text(f"#!/bin/sh\nexec /etc/haulout-lab/{command}\n")
        script.chmod(0o755)
