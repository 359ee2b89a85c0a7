"""Paths of the link's local sockets. Makes no sockets."""

from pathlib import Path
from typing import Final, Literal, get_args

from hosts.link.errors import LinkError

# sun_path of a unix socket has 108 bytes with its closing zero (man 7 unix).
MAX_PATH_BYTES: Final = 107
# who comes: workers, who may all; web and gate, who are reached from outside
Caller = Literal["worker", "web", "gate"]
CALLERS: Final[tuple[Caller, ...]] = get_args(Caller)


def endpoint_socket(run: Path, endpoint_id: int, caller: Caller = "worker") -> Path:
    """The socket that leads to an endpoint: the wide one, or what this caller may use.

    Raises LinkError "path-too-long".
    """
    name = f"{endpoint_id}.sock" if caller == "worker" else f"{endpoint_id}.{caller}.sock"
    return _checked(run / "link" / name)


def bus_socket(run: Path, endpoint_id: int) -> Path:
    """The socket that leads to the bus of an endpoint's systemd: for workers and link alone.

    Raises LinkError "path-too-long".
    """
    return _checked(run / "link" / f"{endpoint_id}.bus.sock")


def control_socket(run: Path, shard: int = 0) -> Path:
    """The control socket of this shard's link. Raises LinkError "path-too-long"."""
    return _checked(run / f"link-{shard}.sock")


def _checked(path: Path) -> Path:
    size_bytes = len(str(path).encode())
    if size_bytes > MAX_PATH_BYTES:
        raise LinkError(
            "path-too-long",
            cause=(
                f"The socket path {path} has {size_bytes} bytes; "
                f"the system allows {MAX_PATH_BYTES}."
            ),
            cure="Set HAULOUT_RUN to a shorter folder, such as /run/haulout.",
        )
    return path
