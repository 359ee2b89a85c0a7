"""A whole Haulout to break: its processes, jobs asked of it, and what must hold after every fault."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import Host
from tests.lab.hosts.processes import Process
from tests.lab.hosts.registry import Registry
from tests.lab.wait import until
from tests.stack import CHECKOUT, Stack, clean_environment

# this machine may be busy with much else
LONG_S = 90.0


class Troubled:
    """Use `ask` for jobs and `hold` at the end of every test."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._asker: subprocess.Popen[str] | None = None

    # Asking it

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Rows of a question to its database, asked beside it."""
        file = self.stack.data / "haulout.sqlite3"
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def ask(self, action: str, *words: object, function: str = "ask", **named: object) -> Any:
        """`hosts.actions.ACTION.ask(administrator, *words, **named)`: {"job": its id, "took_s"}."""
        if self._asker is None:
            self._asker = subprocess.Popen(
                [sys.executable, "-m", "tests.lab.asker"],
                cwd=CHECKOUT,
                env=clean_environment(
                    **self.stack.environ,
                    HAULOUT_DATA=str(self.stack.data),
                    DJANGO_SETTINGS_MODULE="dashboard.settings",
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._asker.stdin is not None
        assert self._asker.stdout is not None
        order = {"ask": action, "function": function, "words": words, "named": named}
        self._asker.stdin.write(json.dumps(order) + "\n")
        self._asker.stdin.flush()
        answer = self._asker.stdout.readline()
        assert answer, f"{action} was not asked for; see above"
        return json.loads(answer)

    def end(self) -> None:
        """End the child that asks."""
        if self._asker is not None:
            self._asker.communicate(timeout=20)

    def job(self, number: int) -> dict[str, Any]:
        """The row of a job."""
        columns = ("state", "error", "cause", "step", "progress", "result", "lost_workers", "claim")
        [row] = self.rows(f"SELECT {', '.join(columns)} FROM hosts_job WHERE id = ?", number)
        found = dict(zip(columns, row, strict=True))
        return found | {"progress": json.loads(row[4]), "result": json.loads(row[5])}

    def ended(self, number: int, *, within_s: float = LONG_S) -> dict[str, Any]:
        """Wait for the job's end; its row."""
        until(
            f"job {number} ends",
            lambda: self.job(number)["state"] not in ("queued", "running"),
            timeout_s=within_s,
        )
        return self.job(number)

    def ended_ok(self, *numbers: int, within_s: float = LONG_S) -> None:
        """Wait until all of these have ended well."""
        for number in numbers:
            job = self.ended(number, within_s=within_s)
            assert job["state"] == "ok", job

    # Its processes

    def process(self, name: str) -> Process:
        """The child of the supervisor that runs `manage.py NAME`, or the program NAME."""
        found: list[Process] = []

        def there() -> bool:
            for pid in children_of(self.stack.process.pid):
                words = words_of(pid)
                # a Valkey writes over its own command line
                ours = name.encode() in words or name_of(pid).startswith(name)
                if ours and b"launch.py" not in b" ".join(words):
                    found.append(Process.find(pid) or Process(pid, 0))
            return bool(found)

        until(f"the process {name}", there, timeout_s=LONG_S)
        return found[0]

    def killed_and_started(self) -> None:
        """The supervisor is killed; once all its processes are gone, it is started again."""
        children = children_of(self.stack.process.pid)
        self.stack.process.kill()
        self.stack.process.wait()
        self.stack._reader.join(LONG_S)
        assert self.stack.process.stdout is not None
        self.stack.process.stdout.close()
        until("all are gone", lambda: not any(Path(f"/proc/{one}").exists() for one in children))
        self.stack.start()

    def worker(self, queue: str) -> Process:
        """The process that serves a queue."""
        found: list[Process] = []

        def there() -> bool:
            found.extend(
                Process.find(pid) or Process(pid, 0)
                for pid in children_of(self.process("worker").pid)
                if name_of(pid) == f"worker-{queue}"
            )
            return bool(found)

        until(f"the worker of {queue}", there, timeout_s=LONG_S)
        return found[0]

    # Its hosts

    def register(self, host: Host) -> int:
        """The id of the root endpoint of a lab host, up; registered by the command once."""
        if not self._endpoints(host):
            self.stack.manage(
                *("host", "add", f"ssh://root@{host.address}:{host.port}"),
                *("--key-file", str(host.key_file), "--name", host.name),
                *("--fingerprint", host.host_key_fingerprint),
            )
        until(f"{host.name} is up", lambda: self.up(host), timeout_s=LONG_S)
        return int(self._endpoints(host)[0][0])

    def up(self, host: Host) -> bool:
        """Connected, and compared at least once."""
        found = self._endpoints(host)
        return bool(found) and found[0][1] == "up" and found[0][2] is not None

    def _endpoints(self, host: Host) -> list[Any]:
        return self.rows(
            "SELECT e.id, e.state, e.compared_at FROM hosts_endpoint e"
            " JOIN hosts_host h ON h.id = e.host_id WHERE h.name = ?",
            host.name,
        )

    def trust(self, registry: Registry) -> None:
        """Keep the registry's password, for its quick and its slow address."""
        for address in (registry.address, registry.slow_address):
            self.ask(
                *("edit_registry",),
                function="keep",
                registry=address,
                username=registry.user,
                password=registry.password,
                group=None,
            )

    def container(self, host: Host, *words: str) -> str:
        """Run a container by Podman's own hand; its id, once the inventory has it."""
        made = host.podman("run", "-d", *words).strip()
        self.seen(made)
        return made

    def seen(self, container: str) -> None:
        """Wait until the inventory has a container."""
        sql = "SELECT 1 FROM hosts_container WHERE podman_id = ? AND gone IS NULL"
        until(
            f"{container[:12]} in the inventory",
            lambda: bool(self.rows(sql, container)),
            timeout_s=LONG_S,
        )

    # What must hold

    def hold(self, *hosts: Host) -> None:
        """The chain verifies, each intent has one outcome, each host is as its inventory."""
        assert json.loads(self.stack.manage("audit", "verify", "--json"))["ok"]
        pairs = self.rows(
            "SELECT i.number, i.verb, count(o.number) FROM audit_entry i LEFT JOIN audit_entry o"
            " ON o.kind = 'outcome' AND o.intent = i.number WHERE i.kind = 'intent'"
            " GROUP BY i.number HAVING count(o.number) <> 1"
        )
        assert pairs == [], "intents without exactly one outcome"
        for host in hosts:
            until(f"{host.name} back up", lambda host=host: self.up(host), timeout_s=LONG_S)  # type: ignore[misc]
            until(
                f"{host.name}: its own list {listed(host)}, ours {self.mirrored(host)}",
                lambda host=host: listed(host) == self.mirrored(host),  # type: ignore[misc]
                timeout_s=75,
            )

    def mirrored(self, host: Host) -> dict[str, str]:
        """Id to state, as our inventory has it."""
        [(endpoint, *_)] = self._endpoints(host)
        sql = "SELECT podman_id, state FROM hosts_container WHERE endpoint_id = ? AND gone IS NULL"
        return dict(self.rows(sql, endpoint))

    def verbs(self, since: int, kind: str) -> Counter[tuple[str, str]]:
        """(verb, result) of the entries of a kind after that number, counted."""
        sql = "SELECT verb, result FROM audit_entry WHERE kind = ? AND number > ?"
        return Counter(self.rows(sql, kind, since))

    def last_entry(self) -> int:
        """The number of the audit log's last entry."""
        return int(self.rows("SELECT coalesce(max(number), 0) FROM audit_entry")[0][0])


def listed(host: Host) -> dict[str, str]:
    """Id to state, as the host's Podman itself says."""
    found = json.loads(host.podman("ps", "-a", "--format", "json"))
    return {one["Id"]: one["State"] for one in found}


def events_of(host: Host, container: str, event: str) -> int:
    """How often that happened to a container, by the host's own log."""
    # with --until the file backend loses events (5.4.2)
    found = host.podman(
        *("events", "--stream=false", "--since", "20m", "--filter", f"container={container}"),
        *("--filter", f"event={event}", "--format", "{{.Status}}"),
    )
    return len(found.split())


def pulled_bytes(job: dict[str, Any]) -> int:
    """How much of all layers has arrived, by the job's progress."""
    return sum(int(bar["current"] or 0) for bar in job["progress"].get("layers", []))


def images_of(host: Host, reference: str) -> list[str]:
    """Ids of the images of that name on the host."""
    return host.podman("images", "-q", "--no-trunc", reference).split()


def children_of(pid: int) -> list[int]:
    """Children of all threads of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except FileNotFoundError:
            continue
    return found


def words_of(pid: int) -> list[bytes]:
    """Its command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def name_of(pid: int) -> str:
    """The kernel's name for it; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.fixture(params=[0.1, pytest.param(1.0, marks=pytest.mark.more)], ids="clocks={}".format)
def broken_stack(request: pytest.FixtureRequest, haulout_to_break: Any) -> Troubled:
    """The Haulout of all tests of faults; started where none runs (tests.lab.shared_haulout)."""
    return haulout_to_break.running(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def troubled(broken_stack: Troubled, faults: None, clean_hosts: None) -> Troubled:
    """It, with hosts that are mended and emptied after the test."""
    return broken_stack
