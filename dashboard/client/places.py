"""Which endpoint and which container is meant."""

from __future__ import annotations

from typing import Any

from .failure import USAGE, Failure
from .server import Server, quoted

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


def path_of(endpoint: Any) -> str:
    """As `--connection` takes it: web1, or web1/deploy of a user's Podman."""
    return (
        f"{endpoint['host']}/{endpoint['user']}" if endpoint["rootless"] else str(endpoint["host"])
    )


def find_endpoint(server: Server, connection: str) -> Any:
    """The one that is meant: of a host alone root's, or its only one. Without a name, the only one."""
    known = server.get("/endpoints")["items"]
    host, _slash, user = connection.partition("/")
    found = [one for one in known if not host or one["host"] == host]
    if host and user:
        found = [one for one in found if one["user"] == user]
    elif host and len(found) > 1:
        found = [one for one in found if not one["rootless"]] or found
    if len(found) == 1:
        return found[0]
    choices = ", ".join(sorted(path_of(one) for one in known)) or "none"
    if not found and connection:
        raise Failure(
            f"There is no host {connection} here that you may use.", f"There are: {choices}"
        )
    if not found:
        raise Failure("There is no host that you may use.")
    raise Failure(
        "On which host?", f"Give one before the command, haulout -c HOST …: {choices}", USAGE
    )


def find_container(server: Server, name: str, connection: str) -> Any:
    """The row of a container by its name, or by the start of its id. Failure where several fit."""
    if not name or not set(name) <= _NAME:
        raise Failure(f"{name!r} is no name of a container.", code=USAGE)
    rows = [one for one in _listed(server, "name", name) if one["name"] == name]
    if not rows and len(name) >= 3:
        rows = _listed(server, "id", name)
    if connection:
        endpoint = find_endpoint(server, connection)
        rows = [one for one in rows if one["endpoint"]["id"] == endpoint["id"]]
    if len(rows) == 1:
        return rows[0]
    if rows:
        places = ", ".join(sorted(one["endpoint"]["name"] for one in rows))
        cure = f"Say which, haulout -c HOST …: it is on {places}."
        raise Failure(f"There are {len(rows)} containers {name}.", cure, USAGE)
    where = f" on {connection}" if connection else ""
    cure = "haulout ps -a lists those that you may see."
    raise Failure(f"There is no container {name}{where}.", cure)


def address(row: Any, *more: str) -> str:
    """/containers/3/<id>/more."""
    return quoted("containers", row["endpoint"]["id"], row["podman_id"], *more)


def _listed(server: Server, token: str, text: str) -> list[Any]:
    return server.pages("/containers", q=f"{token}:{text}")
