"""The accounts of a host: the system's own, and its rootless users."""

from pathlib import Path

from .processes import run

FIRST_UID = 1000


def uid_of(number: int) -> int:
    """The user id of a host's rootless user, counted from 0."""
    return FIRST_UID + number


def write_accounts(etc: Path, users: dict[str, str]) -> None:
    """Keep system accounts without their passwords, drop this machine's people, add ours."""
    passwd, shadow = [], []
    for line in (etc / "passwd").read_text().splitlines():
        name, _, uid, gid, gecos, home, shell = line.split(":")
        if int(uid) < FIRST_UID or name == "nobody":
            shell = "/bin/sh" if name == "root" else shell
            passwd.append(":".join([name, "x", uid, gid, gecos, home, shell]))
            shadow.append(f"{name}:*:20000:0:99999:7:::")
    group = [
        line
        for line in (etc / "group").read_text().splitlines()
        if int(line.split(":")[2]) < FIRST_UID or line.startswith("nogroup:")
    ]
    subids = []
    for number, (name, password) in enumerate(users.items()):
        own_id = uid_of(number)
        hashed = run("busybox", "mkpasswd", "-m", "sha512", "-P", "0", text=f"{password}\n").strip()
        passwd.append(f"{name}:x:{own_id}:{own_id}::/home/{name}:/bin/sh")
        shadow.append(f"{name}:{hashed}:20000:0:99999:7:::")
        group.append(f"{name}:x:{own_id}:")
        subids.append(f"{name}:{100_000 + 65_536 * number}:65536")
    for file, rows in {
        "passwd": passwd,
        "shadow": shadow,
        "group": group,
        "subuid": subids,
        "subgid": subids,
    }.items():
        (etc / file).write_text("\n".join(rows) + "\n")
    (etc / "shadow").chmod(0o600)
