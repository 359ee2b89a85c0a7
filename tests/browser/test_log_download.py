"""Logs taken out of the page: files of merged logs, copied lines, only hits; a restart stands in the log."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.timeout(240)
LABEL = "com.docker.compose.project=ebb"
WRITES = (
    "for i in $(seq 1 20); do echo line $i; done; echo an Error >&2;"
    " for i in $(seq 21 40); do echo line $i; done; exec sleep 600"
)
# ends with exit code 3 until it was started often enough
CRASHES = (
    "echo began; if [ $(wc -l < /n) -lt 2 ]; then echo >> /n; sleep 2; exit 3; fi; exec sleep 600"
)


@pytest.fixture
def writers(served: Served, lab: Any, clean_hosts: None) -> list[str]:
    for number, host in enumerate(lab.hosts[:2]):
        host.podman(
            *("run", "-d", "--name", f"ebb-{number}", "--label", LABEL, "--stop-timeout=0"),
            *("localhost/busybox", "sh", "-c", WRITES),
        )
    return list(served.names[:2])


def logs_of(page: Any, served: Served) -> None:
    page.goto(f"{served.url}/containers/?q=project:ebb")
    page.locator("tr[data-pk]").nth(1).wait_for()
    # by the rail and a filter that is offered there
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Logs").click()
    page.get_by_role("link", name=re.compile("^project:ebb")).click()
    page.locator("[data-log-foot]", has_text="82 lines").wait_for()


def saved(page: Any) -> list[str]:
    with page.expect_download() as begun:
        page.locator("[data-log-save]").click()
    return Path(begun.value.path()).read_text().splitlines()


def test_merged_logs_as_files(served: Served, ada: Any, writers: list[str]) -> None:
    logs_of(ada, served)
    opens = ada.get_by_role("button", name="Download")
    opens.click()
    ada.get_by_label("Range").last.select_option("all")
    lines = saved(ada)
    assert len(lines) == 82
    for number, host in enumerate(writers):
        own = [line for line in lines if f" {host}/ebb-{number} " in line]
        assert [line.split(" ", 2)[2] for line in own if "Error" not in line] == [
            f"line {n}" for n in range(1, 41)
        ]
    times = [line.split(" ", 1)[0] for line in lines]
    assert times == sorted(times)

    # what the page hides is not in the file; the search is its filter
    ada.locator(".log-source", has_text="ebb-1").click()
    ada.locator("[data-log-search]").fill("error")
    opens.click()
    ada.get_by_label("Range").last.select_option("since:3600")
    ada.locator("[name=stream][value='1']").uncheck()
    ada.get_by_label("JSON lines").check()
    (line,) = map(json.loads, saved(ada))
    assert line.pop("time")
    assert line == {
        "host": writers[0],
        "container": "ebb-0",
        "stream": "stderr",
        "text": "an Error",
    }
    # a regular expression: what the page has of its hits
    ada.locator("[data-log-search]").fill("line [12]0$")
    ada.locator("[data-log-regex]").click()
    ada.locator("[data-log-hits]", has_text="4 hits").wait_for()
    opens.click()
    ada.get_by_text("the matching lines loaded in this page").wait_for()
    ada.get_by_label("text, without colours").check()
    ada.get_by_label("Without timestamps").check()
    ada.locator("[name=stream][value='1']").check()
    assert saved(ada) == ["line 10", "line 20"]

    ada.goto(f"{served.url}/audit/?q=ebb verb:container.logs today")
    rows = ada.locator("#list-audit tbody tr")
    rows.nth(2).wait_for()
    # one for each container watched, two and one for the files
    assert rows.count() == 5


def test_only_hits_with_what_is_around_them_and_copied(
    served: Served, ada: Any, writers: list[str]
) -> None:
    ada.add_init_script(
        "navigator.clipboard.writeText = async (text) => { window.copied = text; };"
    )
    logs_of(ada, served)
    ada.locator(".log-source", has_text="ebb-1").click()
    ada.locator("[data-log-search]").fill("error")
    ada.get_by_role("button", name="Only hits").click()
    ada.locator(".log-line", has_text="line 17").first.wait_for(state="detached")
    assert ada.locator(".log-line").count() == 7
    texts = ada.locator(".log-line").all_inner_texts()
    assert "an Error" in texts[3]
    ada.get_by_text("Copy", exact=True).click()
    ada.get_by_role("button", name="Text", exact=True).click()
    ada.locator("[data-log-copied]", has_text="7 lines copied").wait_for()
    assert ada.evaluate("window.copied") == "\n".join(
        ["line 18", "line 19", "line 20", "an Error", "line 21", "line 22", "line 23"]
    )
    ada.get_by_text("Copy", exact=True).click()
    ada.get_by_role("button", name="Text with timestamps").click()
    ada.locator("[data-log-copied]", has_text="7 lines copied").wait_for()
    assert ada.evaluate("window.copied").startswith("20")
    first = ada.evaluate("window.copied").splitlines()[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\S+ ebb-0 line 18", first)
    ada.get_by_role("button", name="Only hits").click()
    ada.locator(".log-line", has_text="line 40").first.wait_for()


def test_a_restart_is_a_rule_in_the_log_while_it_is_watched_and_later(
    served: Served, ada: Any, lab: Any, clean_hosts: None
) -> None:
    lab.hosts[0].podman(
        *("run", "-d", "--name", "ebb-crash", "--restart", "always", "--stop-timeout=0"),
        *("localhost/busybox", "sh", "-c", f"touch /n; sleep 3; {CRASHES}"),
    )
    ada.goto(f"{served.url}/containers/?q=ebb-crash")
    ada.locator("tr[data-pk]", has_text="ebb-crash").get_by_role("link", name="Logs").click()
    rules = ada.locator(".log-line.stream-m")
    began = ada.locator(".log-line", has_text="began")
    began.nth(2).wait_for(timeout=90_000)
    for said in rules.all_inner_texts():
        assert re.search(r"\d\d:\d\d:\d\d(\.\d+)? restarted, exit 3$", said), said
    texts = [line.strip() for line in ada.locator(".log-line").all_inner_texts()]
    assert [text if "restarted" not in text else "|" for text in texts] == [
        *("began", "|", "began", "|", "began"),
    ]
    # and for who comes later: by the events that were kept
    ada.reload()
    rules.first.wait_for()
    assert "restarted, exit 3" in rules.first.inner_text()
