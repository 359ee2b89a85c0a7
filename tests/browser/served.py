"""One Haulout for all browser tests of a run, with the lab's hosts as web1 and web2, and its people.

Tests share it: each makes and removes its own objects, by names of its own, and leaves no container.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.newcomer import PASSWORD, become_admin
from tests.stack import Stack

ADA = "ada@example.org"


@dataclass(frozen=True)
class Served:
    """`url` of a running Haulout; `names` of its hosts; `state` holds Ada's session."""

    stack: Stack
    state: Any
    names: tuple[str, ...]

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return self.stack.url


@contextmanager
def serving(lab: Any, browser: Any, prepared_data: Callable[[Path], Path]) -> Iterator[Served]:
    """A whole Haulout with the lab's hosts and its first administrator."""
    data = Path(tempfile.mkdtemp(prefix="haulout-served-"))
    names = tuple(f"web{number}" for number, _host in enumerate(lab.hosts, 1))
    try:
        with Stack(prepared_data(data)) as running:
            running.read_first_link()
            for name, host in zip(names, lab.hosts, strict=True):
                _register(running, name, host)
            context = browser.new_context()
            page = context.new_page()
            become_admin(page, running.first_admin_link, email=ADA)
            state = context.storage_state()
            context.close()
            yield Served(running, state, names)
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def served(lab: Any, browser: Any, prepared_data: Callable[[Path], Path]) -> Iterator[Served]:
    """Started with the first test that wants it."""
    with serving(lab, browser, prepared_data) as one:
        yield one


def _register(running: Stack, name: str, host: Any) -> None:
    login = host.login("root")
    running.manage(
        *("host", "add", f"ssh://root@{host.address}:{host.port}{login.socket}", "--name", name),
        *("--key-file", str(login.key_file), "--fingerprint", host.host_key_fingerprint),
    )


@pytest.fixture
def ada(served: Served, new_page: Callable[..., Any]) -> Any:
    """A page on which the administrator is signed in."""
    return new_page(storage_state=served.state)


def invited(served: Served, page: Any, new_page: Callable[..., Any], role: str, name: str) -> Any:
    """A second person's page, signed in; `page` is an administrator's."""
    page.goto(f"{served.url}/people/")
    page.fill("[name=email]", f"{name.lower()}@example.org")
    page.select_option("[name=role]", role)
    page.click("text=Create invitation")
    link = str(page.locator("#one-time-link").inner_text())
    theirs = new_page()
    theirs.goto(link)
    theirs.fill("[name=name]", name)
    theirs.fill("[name=password]", PASSWORD)
    theirs.fill("[name=again]", PASSWORD)
    theirs.click("form button.btn-primary")
    theirs.wait_for_url(lambda address: "/welcome/" not in address)
    return theirs


def job_ends(page: Any) -> str:
    """Wait on a job's page for its end; its state's word (ok, failed …)."""
    page.wait_for_url("**/jobs/*/")
    ended = page.locator(
        ".object-title [data-state=ok], .object-title [data-state=failed],"
        " .object-title [data-state=cancelled], .object-title [data-state=unknown]"
    )
    ended.first.wait_for(timeout=90_000)
    return str(ended.first.get_attribute("data-state"))
