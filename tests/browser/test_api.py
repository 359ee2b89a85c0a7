"""The examples of docs/api.md as written, and a followed log, with tokens made in the page, on a
real host.
"""

import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from tests.bench.real_host import row_of
from tests.bench.running import EMAIL, PASSWORD, Running
from tests.browser.newcomer import sign_in
from tests.lab.wait import until
from tests.stack import CHECKOUT

pytestmark = pytest.mark.timeout(300)
EXAMPLES = re.findall(r"```sh\n(.*?)```", (CHECKOUT / "docs/api.md").read_text(), re.DOTALL)
IMAGE = "localhost/busybox:latest"


@pytest.fixture(scope="module")
def haulout(lab: Any) -> Iterator[Running]:
    """A Haulout that knows the first host."""
    host = lab.hosts[0]
    with Running() as running:
        try:
            running.register([row_of(host)])
            running.start()
            running.wait_up(1, within_s=60)
            yield running
        finally:
            running.stop()
            host.podman("rm", "-fa", "-t", "0")


def token_from_page(page: Any, haulout: Running, name: str = "docs") -> str:
    """Made as a person makes one."""
    sign_in(page, haulout.url, EMAIL, PASSWORD)
    page.goto(f"{haulout.url}/account/tokens/new/")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.btn-primary")
    page.fill("#token-name", name)
    # what a choice makes needless is out of sight
    page.wait_for_selector("#token-role", state="hidden")
    page.select_option("#token-reach", "role")
    page.wait_for_selector("#token-role", state="visible")
    page.select_option("#token-reach", "all")
    page.uncheck("#token-read_only")
    page.click("main button.btn-primary")
    secret = str(page.inner_text("#token"))
    page.goto(f"{haulout.url}/account/tokens/")
    assert secret not in page.content()
    assert name in page.inner_text("main")
    return secret


def test_the_examples_run_as_they_stand(
    new_page: Any, haulout: Running, lab: Any, tmp_path: Path
) -> None:
    host = lab.hosts[0]
    secret = token_from_page(new_page(), haulout)
    shell = {**os.environ, "HAULOUT_URL": haulout.url, "HAULOUT_TOKEN": secret, "IMAGE": IMAGE}
    kept = tmp_path / "kept.sh"
    kept.touch()
    keep = (
        "{ declare -f; for name in ENDPOINT JOB CONTAINER; do"
        f' [ -z "${{!name-}}" ] || declare -p $name; done; }} > {kept}'
    )

    def run(example: str) -> str:
        script = f". {kept}\n{example}\n{keep}\n"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=shell,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, (example, done.stdout, done.stderr)
        return done.stdout

    def lists_it(example: str) -> bool:
        return "hello-api" in run(example)

    def there() -> list[str]:
        return host.podman("ps", "-a", "--format", "{{.Names}} {{.State}}").split("\n")

    told: dict[str, str] = {}
    for example in EXAMPLES:
        told[example] = run(example)
        if "/logs" in example:
            assert told[example] == "hello\n"
            assert "hello-api running" in there()
            # sent once more with its key: still one container, and the same job
            run(next(one for one in EXAMPLES if "Idempotency-Key" in one))
            assert [line for line in there() if "hello-api" in line] == ["hello-api running"]
        if "state:running" in example:
            until("the list knows it", partial(lists_it, example))
    last = told[EXAMPLES[-1]]
    assert '"verb": "container.remove"' in last
    assert "docs (haulout_" in last
    assert not [line for line in there() if "hello-api" in line]
    assert sum(answer.count("ok\n") for answer in told.values()) == 3
    # nothing that was written down opens anything
    for file in (haulout.data / "logs").rglob("*"):
        assert secret not in file.read_text(errors="replace")


class Following:
    """curl on an answer that goes on, from its first line."""

    def __init__(self, haulout: Running, secret: str, path: str) -> None:
        where = f"{haulout.url}/api/v1{path}"
        self.process = subprocess.Popen(
            ["curl", "--config", "-", "--silent", "--no-buffer", "--fail-with-body", where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(f'header = "Authorization: Bearer {secret}"\n')
        self.process.stdin.close()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def rest(self) -> str:
        """What came until it ended."""
        assert self.process.stdout is not None
        with self.process.stdout as out:
            text = out.read()
        self.process.wait(30)
        return text

    @property
    def whole(self) -> bool:
        """False where the answer broke off (18 and 56 are curl's words for that)."""
        assert self.process.returncode in (0, 18, 56), self.process.returncode
        return self.process.returncode == 0


def test_a_log_is_followed_to_its_end_or_the_token_s(
    new_page: Any, haulout: Running, lab: Any
) -> None:
    host = lab.hosts[0]
    page = new_page()
    name = f"short-{token_hex(3)}"
    secret = token_from_page(page, haulout, f"revoked-{token_hex(3)}")
    short = token_from_page(new_page(), haulout, name)
    (endpoint,) = (int(str(row[0])) for row in haulout.asked("SELECT id FROM hosts_endpoint"))

    def running(name: str, script: str) -> str:
        made = str(
            host.podman("run", "-d", "--replace", "--name", name, IMAGE, "sh", "-c", script)
        ).strip()
        asked = "SELECT count(*) FROM hosts_container WHERE podman_id = ?"
        until("the list knows it", lambda: haulout.asked(asked, made) == [(1,)])
        return made

    def log(container: str) -> str:
        return f"/containers/{endpoint}/{container}/logs/follow?tail=100"

    ends = running("ends", "mkfifo /gate; echo one; read x < /gate; echo two; exit 3")
    followed = Following(haulout, secret, log(ends))
    assert followed.line() == "one\n"
    host.podman("exec", "ends", "sh", "-c", "echo > /gate")
    assert followed.rest() == "two\n"
    assert followed.whole

    loud = running("loud", "while :; do echo again; sleep 0.1; done")
    revoked = Following(haulout, secret, log(loud))
    assert revoked.line() == "again\n"
    page.click("button[aria-label^='Revoke revoked-']")
    page.get_by_role("dialog").get_by_role("button", name="Revoke the token").click()
    revoked.rest()
    assert not revoked.whole

    with closing(sqlite3.connect(haulout.database, timeout=20)) as database, database:
        soon = (datetime.now(UTC) + timedelta(seconds=8)).strftime("%Y-%m-%d %H:%M:%S")
        database.execute("UPDATE accounts_token SET expires_at = ? WHERE name = ?", (soon, name))
    ending = Following(haulout, short, log(loud))
    assert ending.line() == "again\n"
    ending.rest()
    assert not ending.whole


def test_a_list_is_followed_while_hosts_change(new_page: Any, haulout: Running, lab: Any) -> None:
    host, name = lab.hosts[0], f"seen-{token_hex(3)}"
    secret = token_from_page(new_page(), haulout, f"list-{token_hex(3)}")
    followed = Following(haulout, secret, f"/containers?follow=true&q=name:{name}")

    def told(*ops: str) -> dict[str, Any]:
        """The first line of one of these kinds."""
        while (line := json.loads(followed.line()))["op"] not in ops:
            assert line["op"] in ("alive", "object"), line
        return dict(line)

    try:
        assert told("begin") == {"op": "begin"}
        assert told("whole") == {"op": "whole"}
        made = str(host.podman("run", "-d", "--name", name, IMAGE, "sleep", "600")).strip()
        assert told("object")["object"]["podman_id"] == made
        host.podman("rm", "-f", "-t", "0", name)
        assert told("gone")["id"] == made
    finally:
        followed.process.kill()
        followed.rest()
