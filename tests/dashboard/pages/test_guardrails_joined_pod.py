"""The pod that a container would join, in the verdict: from the inventory, from the host, or unknown."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Role
from hosts.link.sockets import endpoint_socket
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = pytest.mark.django_db
POD = {"Name": "shop", "InfraContainerID": "infra-shop", "SharedNamespaces": ["net", "ipc"]}
CARRIER = {
    "Name": "shop-infra",
    "HostConfig": {"NetworkMode": "host", "PortBindings": {"80/tcp": [{"HostPort": "99"}]}},
    "Mounts": [{"Type": "bind", "Source": "/etc", "Destination": "/x", "RW": True}],
}
ASKS = "Inspecting the pod shop on web1"
JUDGED = "Checked together with what the pod shop gives"
LATER = "is not known yet. It is checked when the job runs"


@contextmanager
def podman(endpoint: Any, *, says: dict[str, Any] | None = None) -> Iterator[list[str]]:
    """Answers behind web's socket of an endpoint, as the link relays them; what was asked."""
    answers = {"pods/pod-shop/json": POD, "containers/infra-shop/json": CARRIER} | (says or {})
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("/libpod/")[2].partition("?")[0]
            asked.append(path)
            body = json.dumps(answers.get(path, {"cause": "none", "message": "no such"})).encode()
            self.send_response(200 if path in answers else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "web"

        def log_message(self, *_words: Any) -> None:
            pass

    place = Path(str(endpoint_socket(settings.HAULOUT_RUN, endpoint.pk, "web")))
    place.parent.mkdir(parents=True, exist_ok=True)
    server = ThreadingUnixStreamServer(str(place), Answers)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        place.unlink(missing_ok=True)


@pytest.fixture
def shop(hosts: Hosts) -> Any:
    """A pod on web1 as the inventory has it: its own container publishes port 99."""
    port = {
        "host_ip": "",
        "host_port": 99,
        "container_port": 80,
        "range": 1,
        "protocol": "tcp",
    }
    hosts.add(
        hosts.web1,
        "container",
        "shop-infra",
        podman_id="infra-shop",
        is_infra=True,
        ports=[port],
        image="",
        image_id="",
        state="running",
    )
    return hosts.add(hosts.web1, "pod", "shop", infra_id="infra-shop", state="running")


Said = Callable[..., str]


@pytest.fixture
def said(cast: Cast, hosts: Hosts, browser_of: Callable[..., Any]) -> Said:
    """What stands beside the run form."""

    def ask(user: Any = None, **more: str) -> str:
        form = {"image": "quay.io/x/y:1", "endpoint": str(hosts.web1.pk), "restart": "no"} | more
        page: str = (
            browser_of(user or cast.bob).send("/containers/run/check/", form).content.decode()
        )
        return page

    return ask


def test_the_page_has_the_host_looked_at_and_judges_then(
    cast: Cast, hosts: Hosts, shop: Any, rail: Any, said: Said, browser_of: Callable[..., Any]
) -> None:
    rail("host_namespaces", severity="refuse")
    page = said(pod="shop")
    address = f"/guardrails/pod/{hosts.web1.pk}/"
    assert ASKS in page
    assert f'hx-post="{address}"' in page
    assert "forbidden" not in page
    with podman(hosts.web1) as asked:
        answer = browser_of(cast.bob).send(address, {"pod": "shop"})
        assert (answer.status_code, answer["HX-Trigger"]) == (204, '{"haulout:pod": {}}')
        # what is kept is not asked for again
        browser_of(cast.bob).send(address, {"pod": "shop"})
    assert asked == ["pods/pod-shop/json", "containers/infra-shop/json"]
    page = said(pod="shop")
    for words in (JUDGED, "pod.HostConfig.NetworkMode", "forbidden"):
        assert words in page
    assert ASKS not in page
    # and by its id, as Podman takes it; without a pod there is nothing to say
    assert JUDGED.replace("shop", "pod-shop") not in said(pod="")
    assert "forbidden" not in said(pod="")


def test_the_same_where_the_rules_are_tried(
    cast: Cast, hosts: Hosts, shop: Any, rail: Any, browser_of: Callable[..., Any]
) -> None:
    rail("mounts", severity="ask")
    bob = browser_of(cast.bob)
    line = "podman run -d --pod shop quay.io/x/y:1"
    spec = json.dumps({"image": "quay.io/x/y:1", "Pod": "shop"})

    def tried(text: str) -> str:
        form = {"text": text, "endpoint": hosts.web1.pk}
        page: str = bob.send("/guardrails/try/", form).content.decode()
        return page

    assert all(ASKS in tried(text) for text in (line, spec))
    with podman(hosts.web1):
        bob.send(f"/guardrails/pod/{hosts.web1.pk}/", {"pod": "shop"})
    for text in (line, spec):
        assert JUDGED in tried(text)
        assert "the host path /etc may not be mounted" in tried(text)


def test_a_pod_that_changes_is_looked_at_again(
    cast: Cast, hosts: Hosts, shop: Any, rail: Any, said: Said, browser_of: Callable[..., Any]
) -> None:
    rail("host_namespaces")
    with podman(hosts.web1):
        browser_of(cast.bob).send(f"/guardrails/pod/{hosts.web1.pk}/", {"pod": "shop"})
    assert JUDGED in said(pod="shop")
    shop.revision += 1
    shop.save()
    assert ASKS in said(pod="shop")


def test_while_its_host_is_away_what_was_last_seen_is_judged(
    cast: Cast, hosts: Hosts, shop: Any, rail: Any, said: Said, browser_of: Callable[..., Any]
) -> None:
    rail("ports", severity="refuse", allow=["8000-8999"])
    # no link relays it: nothing answers
    answer = browser_of(cast.bob).send(f"/guardrails/pod/{hosts.web1.pk}/", {"pod": "shop"})
    assert answer["HX-Trigger"] == '{"haulout:pod": {}}'
    page = said(pod="shop")
    assert LATER in page
    # it does not ask again and again
    assert ASKS not in page
    assert "Its published ports are checked as last seen." in page
    assert "pod.ports" in page
    assert "forbidden" in page


def test_a_pod_that_is_not_known_is_judged_when_it_runs(
    hosts: Hosts, shop: Any, rail: Any, said: Said
) -> None:
    rail("host_namespaces")
    assert LATER in said(pod="other")
    shop.gone = timezone.now()
    shop.save()
    assert LATER in said(pod="shop")


def test_without_a_rule_nobody_is_asked(hosts: Hosts, shop: Any, said: Said) -> None:
    page = said(pod="shop")
    assert ASKS not in page
    assert LATER not in page


def test_who_may_not_inspect_pods_is_told_no_more_than_they_see(
    cast: Cast, hosts: Hosts, shop: Any, rail: Any, said: Said, browser_of: Callable[..., Any]
) -> None:
    rail("host_namespaces")
    operator = Role.objects.get(name="operator")
    verbs = sorted(operator.verb_names() - {"pod.inspect"})
    cast.bob.role = Role.objects.create(name="careful", verbs=verbs)
    cast.bob.save()
    with podman(hosts.web1) as asked:
        answer = browser_of(cast.bob).send(f"/guardrails/pod/{hosts.web1.pk}/", {"pod": "shop"})
    assert (answer.status_code, asked) == (403, [])
    page = said(pod="shop")
    assert LATER in page
    assert "you may not inspect pods there" in page
    # and what another one's look has found is not told them either
    with podman(hosts.web1):
        browser_of(cast.alice).send(f"/guardrails/pod/{hosts.web1.pk}/", {"pod": "shop"})
    assert JUDGED not in said(pod="shop")
