"""`up --demo`: three real lab hosts, busy and troubled, registered through the console's own commands."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from dashboard import env
from dashboard.bootstrap import packages
from dashboard.bootstrap.errors import StartError
from dashboard.cli import needs

HOSTS = 3
GROUP = "demo"
Say = Callable[[str], None]


def check(*, yes: bool) -> None:
    """StartError where this machine cannot carry a lab; packages that are missing are installed."""
    if sys.platform != "linux":
        raise StartError("--demo creates namespaces, so it needs Linux: start without --demo")
    if os.geteuid() != 0:
        raise StartError(
            "--demo creates namespaces and bridges: run it as root, or start without --demo"
        )
    packages.install(needs.missing(needs.LAB), "--demo", yes=yes)


class Demo:
    """The lab of one run of `up`. It ends with this object: a keeper waits for the end of our pipe."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self._keeper: subprocess.Popen[bytes] | None = None

    async def run(self) -> None:
        """Bring the hosts up and register those that are not registered yet."""
        self.start_keeper()
        self.say(f"demo: bringing up {HOSTS} hosts (a minute the first time)")
        status, out = await _manage("lab", "up", str(HOSTS), "--demo", "--json")
        if status:
            self.say(f"demo: the lab did not come up: {_last_line(out)}")
            return
        lab = json.loads(out[out.index("{") :])
        status, out = await _manage("host", "list", "--json")
        known = json.loads(out[out.index("[") :]) if status == 0 else []
        logins = [(host, login) for host in lab["hosts"] for login in host["logins"]]
        done = [await self._register(host, login, known) for host, login in logins]
        if all(done):
            self.say("demo: the hosts are registered; their containers appear on the pages")

    async def _register(
        self, host: dict[str, Any], login: dict[str, Any], known: list[Any]
    ) -> bool:
        name = host["name"] if login["user"] == "root" else f"{host['name']}-{login['user']}"
        for old in (one for one in known if one["name"] == name):
            same = old["address"] == host["address"]
            same = same and old["fingerprint"] == host["host_key_fingerprint"]
            if same or GROUP not in old["groups"]:
                return True
            # each run builds its hosts anew, with new keys and perhaps in another subnet
            await _manage("host", "remove", name)
        place = f"{login['user']}@{host['address']}:{host['port']}{login['socket']}"
        words = ["host", "add", f"ssh://{place}", "--name", name, "--group", GROUP]
        words += ["--key-file", login["key_file"], "--fingerprint", host["host_key_fingerprint"]]
        status, out = await _manage(*words)
        if status:
            self.say(f"demo: {name} was not registered: {_last_line(out)}")
        return status == 0

    def start_keeper(self) -> None:
        """Start what takes the lab down when we are gone, however we went."""
        # not asyncio's: with its loop it kills what still runs (from 3.11.8 on), and this has its
        # work to do then
        self._keeper = subprocess.Popen(
            [sys.executable, str(env.CHECKOUT / "manage.py"), "lab", "keep"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            umask=0o022,
        )


async def _manage(*words: str) -> tuple[int, str]:
    """Exit status and output of one of our own commands."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(env.CHECKOUT / "manage.py"), *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        umask=0o022,  # the lab's own accounts must read what it makes
    )
    try:
        out, _none = await process.communicate()
    finally:
        if process.returncode is None:
            # `up` ends: a lab that is built on would stay behind
            process.kill()
            await process.wait()
    return process.returncode or 0, out.decode(errors="replace")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"
