"""The examples of docs/api.md as they stand, with a token made in the page, on a real host."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.real_host import row_of
from tests.bench.running import EMAIL, PASSWORD, Running
from tests.browser.newcomer import sign_in
from tests.lab.waiting import until
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


def token_from_page(page: Any, haulout: Running) -> str:
    """Made as a person makes one."""
    sign_in(page, haulout.url, EMAIL, PASSWORD)
    page.goto(f"{haulout.url}/account/tokens/new/")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.btn-primary")
    page.fill("#token-name", "docs")
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
    assert "docs" in page.inner_text("main")
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
            until("the list knows it", lambda one=example: "hello-api" in run(one), timeout_s=30)
    last = told[EXAMPLES[-1]]
    assert '"verb": "container.remove"' in last
    assert "docs (haulout_" in last
    assert not [line for line in there() if "hello-api" in line]
    assert sum(answer.count("ok\n") for answer in told.values()) == 3
    # nothing that was written down opens anything
    for file in (haulout.data / "logs").rglob("*"):
        assert secret not in file.read_text(errors="replace")
