"""OpenSSH's own client, freed of the user's settings, and commands fed from a file."""

import subprocess
from pathlib import Path
from typing import IO

from .errors import LabError


def ssh_command(*, key_file: Path, known_hosts: Path, port: int) -> list[str]:
    """OpenSSH's client with this key and these host keys only, whatever the user's own settings."""
    command = ["ssh", "-F", "none", "-i", str(key_file), "-p", str(port)]
    for option in (
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "BatchMode=yes",
        "ConnectTimeout=5",
        "StrictHostKeyChecking=yes",
        "GlobalKnownHostsFile=none",
        "LogLevel=ERROR",
        f"UserKnownHostsFile={known_hosts}",
    ):
        command += ["-o", option]
    return command


def feed(command: list[str], source: IO[bytes]) -> None:
    """Run a command with this file as its standard input."""
    done = subprocess.run(command, stdin=source, capture_output=True, timeout=120, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")
