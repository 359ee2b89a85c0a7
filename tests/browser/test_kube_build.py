"""Kube YAML and builds by clicks on a real host, judged by Podman itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.served import Served, job_ends

pytestmark = pytest.mark.timeout(240)
POD = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: kube-stock
---
apiVersion: v1
kind: Pod
metadata:
  name: kube-shop
spec:
  containers:
  - name: front
    image: localhost/busybox:latest
    command: [sleep, "600"]
"""


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Iterator[Any]:
    one = lab.hosts[0]
    yield one
    one.podman("pod", "rm", "-af", "-t", "0")
    one.podman("volume", "rm", "-f", "kube-stock")
    one.podman("rmi", "-f", "-i", "localhost/typed:1", "localhost/sent:1")


def choose(page: Any, host: str) -> None:
    page.select_option("[name=endpoint]", label=page.locator("option", has_text=host).inner_text())


def test_a_kube_file_is_previewed_played_and_taken_down(
    served: Served, ada: Any, host: Any
) -> None:
    ada.goto(f"{served.url}/kube/")
    choose(ada, "web1")
    ada.fill("#kube-text", POD.replace("  containers:", "  containers"))
    ada.get_by_text("Line 12:").or_(ada.get_by_text("Line 13:")).first.wait_for()
    plan = ada.locator("#kube-plan")
    # nobody knows it: it is said, and not sent
    ada.fill("#kube-text", POD.replace("    image:", "    newPower: true\n    image:"))
    plan.get_by_text("spec.containers[0].newPower (line 13)").wait_for()
    ada.fill("#kube-text", POD.replace("    image:", "    Image: localhost/web\n    image:"))
    plan.get_by_text("“image” appears twice").wait_for()
    ada.fill("#kube-text", POD)
    plan.locator("[data-fate=made]", has_text="kube-shop-front").wait_for()
    assert host.podman("pod", "ls", "-q").strip() == ""
    plan.locator("button[value=play]").click()
    assert job_ends(ada) == "ok"
    assert host.podman("pod", "inspect", "kube-shop", "--format", "{{.State}}").strip() == "Running"

    ada.goto(f"{served.url}/pods/?q=kube-shop")
    ada.get_by_role("link", name="kube-shop", exact=True).click()
    ada.click("nav.tabs >> text=Kube YAML")
    ada.locator("pre.generated", has_text="localhost/busybox:latest").wait_for()

    ada.goto(f"{served.url}/kube/")
    choose(ada, "web1")
    ada.fill("#kube-text", POD)
    plan.locator("[data-fate=taken]", has_text="kube-shop-front").wait_for()
    plan.locator("[name=volumes]").check()
    plan.locator("button[value=down]").click()
    assert job_ends(ada) == "ok"
    assert host.podman("pod", "ls", "-q").strip() == ""
    assert "kube-stock" not in host.podman("volume", "ls", "-q").split()


def test_a_typed_containerfile_fails_at_its_line_and_then_builds(
    served: Served, ada: Any, host: Any
) -> None:
    for text, end in (("RUN exit 3", "failed"), ("RUN echo made > /made", "ok")):
        ada.goto(f"{served.url}/build/")
        choose(ada, "web1")
        ada.fill("[name=text]", f"FROM localhost/busybox:latest\n{text}\nCMD cat /made\n")
        ada.fill("[name=tags]", "typed:1")
        ada.click("[data-build-go]")
        assert job_ends(ada) == end
        if end == "failed":
            assert "line 2: RUN exit 3" in ada.locator(".job .trouble-title").inner_text()
    assert host.podman("run", "--rm", "localhost/typed:1").strip() == "made"


def test_a_failed_build_comes_back_into_the_form_with_what_was_typed(
    served: Served, ada: Any, host: Any
) -> None:
    text = 'FROM localhost/busybox:latest\nARG WORD\nRUN test -n "$WORD" && exit 3\nCMD cat /made\n'
    ada.goto(f"{served.url}/build/")
    choose(ada, "web1")
    ada.fill("[name=text]", text)
    ada.fill("[name=tags]", "typed:1")
    ada.click("details.make-fold > summary")
    ada.fill("[name=arguments]", "WORD=canary-77")
    ada.fill("[name=labels]", "team=shop")
    ada.check("[name=no_cache]")
    # a page left and found again has it still
    ada.goto(f"{served.url}/images/")
    ada.goto(f"{served.url}/build/")
    assert ada.input_value("[name=text]") == text
    choose(ada, "web1")
    ada.fill("[name=tags]", "typed:1")
    ada.click("details.make-fold > summary")
    ada.fill("[name=arguments]", "WORD=canary-77")
    ada.fill("[name=labels]", "team=shop")
    ada.check("[name=no_cache]")
    ada.click("[data-build-go]")
    assert job_ends(ada) == "failed"
    with ada.expect_navigation():  # a page that still comes has the field before its text
        ada.click("text=Edit and retry")
    assert ada.input_value("[name=text]") == text
    assert ada.input_value("[name=tags]") == "localhost/typed:1"
    assert ada.input_value("[name=arguments]") == "WORD=\n"
    assert ada.input_value("[name=labels]") == "team=shop"
    assert ada.is_checked("[name=no_cache]")
    ada.locator(".warning", has_text="WORD").wait_for()
    ada.locator(".notice", has_text="line 3").wait_for()
    again = ada.url
    ada.fill("[name=text]", text.replace("&& exit 3", "&& echo $WORD > /made"))
    ada.fill("[name=arguments]", "WORD=mended")
    ada.click("[data-build-go]")
    assert job_ends(ada) == "ok"
    assert host.podman("run", "--rm", "localhost/typed:1").strip() == "mended"
    # begun anew the tab keeps nothing, and says so to whoever asks again
    ada.goto(f"{served.url}/build/")
    ada.click("[data-build-anew]")
    ada.goto(again)
    ada.locator("[data-build-lost]").wait_for()
    assert ada.input_value("[name=text]") == ""


def test_a_folder_is_sent_and_built(served: Served, ada: Any, host: Any, tmp_path: Path) -> None:
    inner = tmp_path / "shop" / "deep"
    inner.mkdir(parents=True)
    long_name = f"{'n' * 120}-ünï.txt"
    (inner / long_name).write_text("from the folder")
    (tmp_path / "shop" / "Containerfile").write_text(
        "FROM localhost/busybox:latest\nCOPY deep /deep\nCMD cat /deep/*\n"
    )
    ada.goto(f"{served.url}/build/?way=upload")
    choose(ada, "web1")
    ada.set_input_files("[data-build-folder]", str(tmp_path / "shop"))
    ada.fill("[name=tags]", "Sent")
    ada.click("[data-build-go]")
    ada.locator("p.field-error", has_text="lower case").wait_for()
    ada.fill("[name=tags]", "sent:1")
    ada.click("[data-build-go]")
    ada.locator("[data-build-image]").wait_for(timeout=60_000)
    assert "COPY deep /deep" in ada.locator("[data-build-lines]").inner_text()
    assert host.podman("run", "--rm", "localhost/sent:1") == "from the folder"


def test_a_container_is_added_to_a_pod_from_its_page(served: Served, ada: Any, host: Any) -> None:
    host.podman("pod", "create", "--name", "clicked-pod")
    ada.goto(f"{served.url}/pods/?q=clicked-pod")
    ada.get_by_role("link", name="clicked-pod", exact=True).click()
    ada.click("text=Add a container")
    assert ada.input_value("[name=pod]") == "clicked-pod"
    ada.fill("[name=image]", "localhost/busybox:latest")
    ada.fill("[name=name]", "clicked-member")
    ada.fill("[name=command]", "sleep 600")
    ada.click("#run-send")
    assert job_ends(ada) == "ok"
    found = host.podman("inspect", "clicked-member", "--format", "{{.Pod}} {{.State.Status}}")
    pod = host.podman("pod", "inspect", "clicked-pod", "--format", "{{.Id}}").strip()
    assert found.split() == [pod, "running"]


def test_messages_that_stay_leave_the_button_reachable(served: Served, ada: Any, host: Any) -> None:
    """Ten failed jobs are told at the foot; whoever scrolls still gets at what stands there."""
    ada.goto(f"{served.url}/build/")
    ada.evaluate(
        """async () => {
            const { toast } = await import("haulout/toasts");
            for (let n = 0; n < 10; n++)
                toast("Building on web1 failed: RUN exit 7 ended with 7.", { tone: "bad", stays: true });
        }"""
    )
    button = ada.locator("[data-build-go]")
    beside, line = button.bounding_box(), ada.locator(".toast-line").first.bounding_box()
    assert line["x"] > beside["x"] + beside["width"]
    ada.set_viewport_size({"width": 1000, "height": 700})
    button.click(trial=True)
    # others may come, of builds that failed before
    lines = ada.locator(".toast-line:not(.leaving)", has_text="exit 7")
    lines.last.get_by_role("button").click()
    expect(lines).to_have_count(9)
