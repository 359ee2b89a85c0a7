"""What takes a secret by its place or by a letter: -p of mysql does, -p of podman is a port."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Takes:
    """Letters of options: `apart` -p WORD, `joined` -pWORD. `behind`: options whose value has it behind a
    sign, -u name:WORD. `last`: with one of these words or options before it, the last word is one.
    `within`: only where this word stands before.
    """

    apart: str = ""
    joined: str = ""
    behind: Mapping[str, str] = field(default_factory=dict)
    last: tuple[str, ...] = ()
    within: str = ""


_MYSQL = Takes(joined="p")
_LOGIN = Takes("p", "p", within="login")
_CURL = Takes(
    behind={"-u": ":", "-U": ":", "--user": ":", "--proxy-user": ":", "-b": "=", "--cookie": "="}
)
_MONGO = Takes("p", "p")
_MOSQUITTO = Takes("P")
_LDAP = Takes("w", "w")
_SMB = Takes(behind={"-U": "%", "--user": "%"})

PROGRAMS: dict[str, Takes] = {
    **dict.fromkeys(
        [
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlcheck",
            "mysqlshow",
            "mysqlpump",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "mariadb-check",
            "mydumper",
            "mysqlsh",
            "xtrabackup",
            "mariabackup",
        ],
        _MYSQL,
    ),
    **dict.fromkeys(
        ["docker", "podman", "buildah", "skopeo", "helm", "nerdctl", "crane", "oras", "az", "cf"],
        _LOGIN,
    ),
    "oc": _LOGIN,
    **dict.fromkeys(["curl", "curl.exe"], _CURL),
    **dict.fromkeys(["http", "https", "xh"], Takes(behind={"-a": ":", "--auth": ":"})),
    **dict.fromkeys(
        ["mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport"], _MONGO
    ),
    **dict.fromkeys(["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"], _MOSQUITTO),
    **dict.fromkeys(
        ["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "ldappasswd"], _LDAP
    ),
    **dict.fromkeys(["smbclient", "rpcclient", "smbget", "net"], _SMB),
    "sshpass": Takes("p", "p"),
    **dict.fromkeys(["redis-cli", "valkey-cli", "keydb-cli"], Takes("a")),
    **dict.fromkeys(["sqlcmd", "bcp", "tsql", "isql"], Takes("P", "P")),
    "cqlsh": Takes("p", "p"),
    **dict.fromkeys(["zip", "unzip", "ipmitool"], Takes("P")),
    "lftp": Takes(behind={"-u": ",", "--user": ","}),
    **dict.fromkeys(["7z", "7za", "7zr", "rar", "unrar"], Takes(joined="p")),
    "htpasswd": Takes(
        last=("-b", "-bc", "-cb", "-nb", "-bn", "-Bb", "-bB", "-nbB", "-cbB", "-Bbn", "-bnB")
    ),
    "rabbitmqctl": Takes(last=("add_user", "change_password", "authenticate_user")),
    "vault": Takes(last=("login",)),
    "useradd": Takes("p"),
    "usermod": Takes("p"),
    "openssl": Takes("k"),
}
# programs that run another
WRAPPERS = frozenset(
    """
    sudo env exec nice timeout nohup time command setsid su-exec gosu tini dumb-init ionice xargs then
    do else if while until ! { run cmd entrypoint healthcheck onbuild shell catatonit s6-setuidgid
    chroot unshare stdbuf watch
    """.split()  # noqa: SIM905
)
SHELLS = frozenset(["sh", "bash", "ash", "dash", "ksh", "zsh", "busybox", "su"])
# what reads a secret from whoever stands before it in a pipe, and how it is told to
READERS = (
    "--password-stdin",
    "--stdin",
    "-S",
    "--passphrase-fd",
    "chpasswd",
    "--pass-stdin",
    "smbpasswd",
)


def program_of(name: str) -> str:
    """Its name without the folder; "" for what is not in the table."""
    base = name.rpartition("/")[2]
    return base if base in PROGRAMS else ""


def of_image(name: str) -> str:
    """The program that an image is likely called after; "" where none is."""
    base = name.rpartition("/")[2].partition("@")[0].partition(":")[0].lower()
    if base in ("redis", "valkey", "keydb"):
        # its server takes no letters
        return ""
    return next((one for one in (base, base.partition("-")[0]) if one in PROGRAMS), "")
