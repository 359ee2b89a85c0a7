"""The environment, read once. Nothing else in Haulout looks at os.environ.

Every setting a person may give is a field of `Env`; docs/configuration.md is tested against it.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Env:
    """What the environment says. Paths are absolute; `url` has no trailing slash or is empty."""

    data: Path
    run: Path
    url: str
    bind: str
    port: int
    gate_port: int
    gate_http_port: int
    database_url: str
    redis_url: str
    vault_key_file: Path
    trusted_proxies: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    process: str
    allow_private_services: bool
    own_certificate: bool
    audit_file: str
    oidc_file: Path
    terminal_grace_s: float
    session_idle_hours: int
    session_days: int
    upload_mib: int
    connections_per_address: int
    crash_at: Path | None
    clocks: float

    @property
    def https(self) -> bool:
        """True when browsers reach us by TLS, so that cookies may insist on it."""
        return self.url.startswith("https://")

    @property
    def behind_proxy(self) -> bool:
        """True when somebody else ends TLS for us and says so in X-Forwarded-Proto."""
        return self.https and not self.own_certificate

    @property
    def host_names(self) -> list[str]:
        """Names and addresses under which we are asked for (ALLOWED_HOSTS)."""
        names = ["localhost", "127.0.0.1", "[::1]", *self.allowed_hosts]
        if self.url:
            names.append(urlsplit(self.url).hostname or "")
        if self.bind in ("0.0.0.0", "::"):  # noqa: S104 - a person asked for every address
            names += local_addresses()
        elif self.bind:
            names.append(f"[{self.bind}]" if ":" in self.bind else self.bind)
        return list(dict.fromkeys(name for name in names if name))

    @property
    def origins(self) -> list[str]:
        """Origins from which forms and sockets are accepted (scheme://host[:port])."""
        scheme = "https" if self.https else "http"
        found = [f"{scheme}://{name}:{self.port}" for name in self.host_names]
        if self.url:
            parts = urlsplit(self.url)
            found.insert(0, f"{parts.scheme}://{parts.netloc}")
        return list(dict.fromkeys(found))


def local_addresses() -> list[str]:
    """This machine's own names and addresses, asked of the kernel."""
    import socket

    name = socket.gethostname()
    found = [name]
    try:
        found += [str(info[4][0]) for info in socket.getaddrinfo(name, None)]
    except OSError:
        pass
    for family, probe in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # connect() on a datagram socket sends nothing; it only picks the outgoing address
        with socket.socket(family, socket.SOCK_DGRAM) as probing:
            try:
                probing.connect((probe, 9))
                found.append(str(probing.getsockname()[0]))
            except OSError:
                continue
    found += interface_addresses()
    return [f"[{a}]" if ":" in a else a for a in dict.fromkeys(found)]


def interface_addresses() -> list[str]:
    """IPv4 addresses of all interfaces (Linux: /proc/net/fib_trie lists local ones)."""
    try:
        lines = Path("/proc/net/fib_trie").read_text().splitlines()
    except OSError:
        return []
    return list(
        dict.fromkeys(
            before.split()[-1] for before, line in pairwise(lines) if "/32 host LOCAL" in line
        )
    )


def run_folder(data: Path, environ: Mapping[str, str]) -> Path:
    """Folder of the sockets: short, since a socket's path ends at 107 bytes."""
    if given := environ.get("HAULOUT_RUN"):
        return Path(given).absolute()
    name = f"haulout-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}"
    # an ordinary account without a session of its own may write to neither; /tmp is left, where
    # `up` refuses a folder that is somebody else's
    for base in (environ.get("XDG_RUNTIME_DIR"), "/run"):
        if base and os.access(base, os.W_OK):
            return Path(base) / name
    return Path("/tmp") / name  # noqa: S108


def last_up(data: Path) -> dict[str, str]:
    """What the last `up` on this data folder wrote of itself: "url" and "run". Empty without one."""
    try:
        told = json.loads((data / "lock").read_text())
    except (OSError, ValueError):
        return {}
    return {key: str(told[key]) for key in ("url", "run") if isinstance(told, dict) and key in told}


def read(environ: Mapping[str, str] = os.environ) -> Env:
    """The environment as an `Env`; a value that cannot be right raises ValueError naming it."""
    data = Path(environ.get("HAULOUT_DATA") or CHECKOUT / "var").absolute()
    # other commands on the same data find the sockets and address of a running `up` by themselves
    told = last_up(data)
    run = run_folder(data, {"HAULOUT_RUN": told.get("run", ""), **environ})
    port = environ.get("HAULOUT_PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"HAULOUT_PORT is {port!r}: give a number from 1 to 65535")
    url = (environ.get("HAULOUT_URL") or told.get("url") or "").rstrip("/")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"HAULOUT_URL is {url!r}: it must begin with https:// or http://")
    return Env(
        data=data,
        run=run,
        url=url,
        bind=environ.get("HAULOUT_BIND") or "127.0.0.1",
        port=int(port),
        gate_port=_door(environ, "HAULOUT_GATE_PORT", 2222),
        gate_http_port=_door(environ, "HAULOUT_GATE_HTTP_PORT", 2223),
        database_url=environ.get("DATABASE_URL") or "",
        redis_url=environ.get("REDIS_URL") or f"unix://{run}/redis.sock",
        vault_key_file=Path(environ.get("HAULOUT_VAULT_KEY_FILE") or data / "keys" / "vault.key"),
        trusted_proxies=_words(environ, "HAULOUT_TRUSTED_PROXIES"),
        allowed_hosts=_names(environ, "HAULOUT_ALLOWED_HOSTS"),
        process=environ.get("HAULOUT_PROCESS") or "console",
        allow_private_services=environ.get("HAULOUT_ALLOW_LOOPBACK_HOSTS", "1") == "1",
        audit_file=environ.get("HAULOUT_AUDIT_FILE") or "",
        oidc_file=Path(environ.get("HAULOUT_OIDC_FILE") or data / "oidc.toml"),
        terminal_grace_s=_seconds(environ, "HAULOUT_TERMINAL_GRACE_S", 60),
        session_idle_hours=_count(environ, "HAULOUT_SESSION_IDLE_HOURS", 12, most=24 * 365),
        session_days=_count(environ, "HAULOUT_SESSION_DAYS", 7, most=365),
        upload_mib=_count(environ, "HAULOUT_UPLOAD_MIB", 10_240),
        connections_per_address=_count(environ, "HAULOUT_CONNECTIONS_PER_ADDRESS", 1000),
        crash_at=Path(environ["HAULOUT_CRASH_AT"]) if environ.get("HAULOUT_CRASH_AT") else None,
        clocks=_share(environ, "HAULOUT_CLOCKS"),
        own_certificate=environ.get("HAULOUT_OWN_CERTIFICATE", "0") == "1",
    )


def _door(environ: Mapping[str, str], name: str, default: int) -> int:
    """A port of the gate's; 0 for none."""
    given = environ.get(name) or str(default)
    if not given.isdigit() or int(given) > 65535:
        raise ValueError(f"{name} is {given!r}: give a port, or 0 for none")
    return int(given)


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(environ.get(name, "").replace(",", " ").split())


def _names(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Host names, none of which stands for others: any name at all would let links be forged."""
    found = _words(environ, name)
    if wide := [one for one in found if "*" in one or one.startswith(".")]:
        raise ValueError(
            f"{name} holds {wide[0]!r}, which stands for any name: give each name that people type,"
            " such as haulout.example.org"
        )
    return found


def _count(environ: Mapping[str, str], name: str, default: int, *, most: int = 0) -> int:
    given = environ.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise ValueError(f"{name} is {given!r}: give a whole number above 0")
    if most and int(given) > most:
        raise ValueError(f"{name} is {given!r}: give at most {most}")
    return int(given)


def _share(environ: Mapping[str, str], name: str) -> float:
    given = environ.get(name) or "1"
    try:
        share = float(given)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ValueError(f"{name} is {given!r}: give a number above 0, at most 1")
    return share


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    given = environ.get(name) or str(default)
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86400:
        raise ValueError(f"{name} is {given!r}: give a number of seconds, at most a day")
    return seconds


def secret_key(path: Path) -> str:
    """Django's secret key from its file, made on first use (0600). Unwritable: OSError as it is."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # link, not rename: whoever comes second must read the first one's key
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
