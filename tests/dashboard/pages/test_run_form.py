"""The run form: choices, notes while typing, and the job."""

import json
from typing import Any

import pytest

from accounts.models import Role, User
from hosts.actions.run.table import FIELDS, Kind
from hosts.models import Grant, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]

RUN, CHECK = "/containers/run/", "/containers/run/check/"
IMAGE = "quay.io/team/shop:1"
CANARY = "canary-4711-must-not-show"
HTMX = {"HX-Request": "true"}


def form(hosts: Hosts, **more: Any) -> dict[str, Any]:
    return {"endpoint": hosts.web1.pk, "image": IMAGE, "restart": "no", "pull": "missing"} | more


def one_port(host: str = "8080", inner: str = "80", *, address: str = "") -> dict[str, str]:
    return {
        "ports_key": "aa",
        "ports_address": address,
        "ports_host": host,
        "ports_inner": inner,
        "ports_protocol": "tcp",
    }


def one_volume(source: str, target: str = "/data") -> dict[str, str]:
    names = ("access", "relabel", "owner", "more")
    return {
        "volumes_key": "bb",
        "volumes_source": source,
        "volumes_target": target,
        **{f"volumes_{name}": "" for name in names},
    }


def notes(answer: Any) -> dict[str, tuple[str, str]]:
    """Slot to (tone, words), of what has words."""
    assert answer.status_code == 200, answer.content
    slots = answer.context["draft"].notes
    return {slot: (words.tone, words.text) for slot, words in slots.items()}


def test_the_form_offers_endpoints_and_what_is_on_the_first(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    hosts.add(hosts.web1, "image", "localhost/a:1", names=["localhost/a:1"])
    hosts.add(hosts.web2, "image", "localhost/b:1", names=["localhost/b:1"])
    page = browser_of(cast.bob).get(RUN).content.decode()
    for words in ("web1/seal", "web2 · Podman 5.4.2 · as root · away", "localhost/a:1"):
        assert words in page
    assert "localhost/b:1" not in page


def test_viewers_are_refused(cast: Cast, browser_of: Any, hosts: Hosts, entries: Any) -> None:
    browser = browser_of(cast.charlie)
    assert browser.get(RUN).status_code == 403
    for path in (RUN, CHECK, "/containers/run/paste/"):
        assert browser.send(path, form(hosts)).status_code == 403
    assert {entry.kind for entry in entries("container.run")} == {"refusal"}


def test_without_hosts_the_page_says_so(cast: Cast, browser_of: Any) -> None:
    assert "No host to run on" in browser_of(cast.bob).get(RUN).content.decode()


def test_the_line_and_the_spec_grow(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    data = form(hosts, name="shop", memory="512m", environment=f"KEY={CANARY}", **one_port())
    answer = browser_of(cast.bob).send(CHECK, data, headers=HTMX)
    draft = answer.context["draft"]
    assert draft.line == (f"podman run -d --name shop -e KEY -p 8080:80 --memory 512m {IMAGE}")
    assert json.loads(draft.spec)["portmappings"][0]["host_port"] == 8080
    assert CANARY not in answer.content.decode()


@pytest.mark.parametrize(
    ("slot", "more"),
    [
        ("image", {"image": "nginx"}),
        ("image", {"image": "quay.io/UPPER"}),
        ("name", {"name": "-x"}),
        ("command", {"command": "sh -c 'open"}),
        ("environment", {"environment": f"{CANARY}"}),
        ("ports-aa", one_port(host="70000")),
        ("ports-aa", one_port(inner="")),
        ("ports-aa", one_port(address="1.2.3")),
        ("volumes-bb", one_volume("./here")),
        ("volumes-bb", one_volume("data", "no-slash")),
        ("tries", {"restart": "on-failure", "tries": "0"}),
        ("memory", {"memory": "12 lemons"}),
        ("cpus", {"cpus": "-1"}),
        ("pids", {"pids": "0"}),
        ("network", {"network": "a b"}),
        ("pod", {"pod": "a b"}),
        ("userns", {"userns": "mine"}),
        ("userns", {"userns": "keep-id"}),
        ("labels", {"labels": "io.haulout.job=1"}),
        ("entrypoint", {"entrypoint": "sh 'open"}),
        ("workdir", {"workdir": "srv"}),
        ("user", {"user": "a b"}),
        ("stop_signal", {"stop_signal": "SIGNOTHING"}),
        ("ip", {"ip": "fd00::1"}),
        ("ip", {"ip": "10.0.0.9", "network": "host"}),
        ("mac", {"mac": "zz"}),
        ("dns", {"dns": "9.9.9.999"}),
        ("add_host", {"add_host": "db=nowhere"}),
        ("networks", {"networks": "back:ip"}),
        ("tmpfs", {"tmpfs": "/run:size=lots"}),
        ("tmpfs", {"tmpfs": "/data", **one_volume("/srv")}),
        ("mounts", {"mounts": "type=glob,source=/a*,destination=/b"}),
        ("secrets", {"secrets": "key,type=env,mode=400"}),
        ("devices", {"devices": "ttyUSB0"}),
        ("cap_add", {"cap_add": "CAP-NET"}),
        ("security_opt", {"security_opt": "seccomp=profile.json"}),
        ("sysctls", {"sysctls": "somaxconn"}),
        ("ulimits", {"ulimits": "nofile=20:10"}),
        ("memory_swap", {"memory_swap": "1g"}),
        ("cpus", {"cpus": "1", "cpu_quota": "50000"}),
        ("read_bps", {"read_bps": "/dev/sda"}),
        ("health_interval", {"health_interval": "soon", "health_cmd": "true"}),
        ("health_retries", {"health_retries": "3"}),
        ("health_on_failure", {"health_on_failure": "explode"}),
        ("health_startup_retries", {"health_startup_retries": "3"}),
        ("health_startup", {"health_startup": "true", "no_healthcheck": "on"}),
        ("blkio_weight_device", {"blkio_weight_device": "/dev/sda:5"}),
        ("uidmap", {"uidmap": "+0:1:2"}),
        ("gidmap", {"gidmap": "0:1:2", "userns": "auto"}),
        ("log_driver", {"log_driver": "syslog"}),
        ("read_only_all", {"read_only_all": "on"}),
        ("init", {"init": "on", "pidns": "host"}),
        ("log_options", {"log_options": "tag=a", "log_driver": "k8s-file"}),
        ("remove", {"remove": "on", "restart": "always"}),
        ("endpoint", {"endpoint": "99999"}),
    ],
)
def test_every_problem_stands_beside_its_field_and_nothing_is_sent(
    cast: Cast, browser_of: Any, hosts: Hosts, slot: str, more: dict[str, str]
) -> None:
    browser = browser_of(cast.bob)
    for path in (CHECK, RUN):
        answer = browser.send(path, form(hosts, **more), headers=HTMX)
        assert {s for s, (tone, _w) in notes(answer).items() if tone == "bad"} == {slot}
        assert f'id="said-{slot}"' in answer.content.decode()
        assert CANARY not in answer.content.decode()
    assert not Job.objects.exists()


def test_what_the_inventory_knows_is_a_warning(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    port = {"host_ip": "", "host_port": 8079, "container_port": 80, "range": 3, "protocol": "tcp"}
    # the rootless user's container holds the port of the same host
    hosts.add(hosts.seal, "container", "shop-web", state="running", ports=[port])
    hosts.add(hosts.web1, "container", "shop", state="exited")
    hosts.add(hosts.web1, "network", "back")
    more = {"name": "shop", "network": "front", **one_port()}
    words = notes(browser_of(cast.bob).send(CHECK, form(hosts, **more), headers=HTMX))
    assert {slot: tone for slot, (tone, _words) in words.items()} == {
        "name": "warn",
        "ports-aa": "warn",
        "network": "warn",
    }
    assert words["ports-aa"][1] == "shop-web on web1 already uses port 8080."


def test_other_addresses_protocols_and_stopped_containers_hold_nothing(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    base = {"host_ip": "", "host_port": 8080, "container_port": 80, "range": 1, "protocol": "tcp"}
    hosts.add(hosts.web1, "container", "a", state="exited", ports=[base])
    hosts.add(hosts.web1, "container", "b", state="running", ports=[base | {"protocol": "udp"}])
    hosts.add(hosts.web1, "container", "c", state="running", ports=[base | {"host_ip": "10.0.0.9"}])
    data = form(hosts, **one_port(address="10.0.0.8"))
    assert notes(browser_of(cast.bob).send(CHECK, data, headers=HTMX)) == {}


def test_a_low_port_of_a_rootless_user_is_warned_of(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    browser = browser_of(cast.bob)
    low = one_port(host="80")
    data = form(hosts, **low)
    assert notes(browser.send(CHECK, data, headers=HTMX)) == {}
    words = notes(browser.send(CHECK, data | {"endpoint": hosts.seal.pk}, headers=HTMX))
    assert words["ports-aa"][0] == "warn"
    assert "seal is not root" in words["ports-aa"][1]


def test_a_mount_says_what_its_source_means(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    hosts.add(hosts.web1, "volume", "shop-db")
    browser = browser_of(cast.bob)
    for source, words in (
        ("/srv/x", "The path /srv/x on web1."),
        ("shop-db", "The volume shop-db on web1."),
        ("other", "A new volume other, created on web1."),
        ("", "A new anonymous volume."),
    ):
        answer = browser.send(CHECK, form(hosts, **one_volume(source)), headers=HTMX)
        assert notes(answer)["volumes-bb"] == ("calm", words)


def test_another_host_brings_its_own_names(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    hosts.add(hosts.seal, "network", "seals")
    browser = browser_of(cast.bob)
    data = form(hosts, endpoint=hosts.seal.pk, shown=hosts.web1.pk)
    assert "seals" in browser.send(CHECK, data, headers=HTMX).content.decode()
    data["shown"] = hosts.seal.pk
    assert "datalist" not in browser.send(CHECK, data, headers=HTMX).content.decode()


def test_a_click_asks_for_a_job_with_sealed_values(
    cast: Cast, browser_of: Any, hosts: Hosts, entries: Any
) -> None:
    data = form(
        hosts, name="shop", environment=f"KEY={CANARY}\n", **one_port(), **one_volume("shop-db")
    )
    answer = browser_of(cast.bob).send(RUN, data, headers=HTMX)
    job = Job.objects.get()
    assert answer.headers["HX-Redirect"] == f"/jobs/{job.pk}/"
    assert (job.verb, job.endpoint, job.object_name) == ("container.run", hosts.web1, "shop")
    assert job.params["image"] == IMAGE
    assert job.params["env_names"] == ["KEY"]
    assert job.params["ports"][0]["host_port"] == 8080
    assert CANARY not in json.dumps(job.params)
    assert CANARY.encode() not in bytes(job.sealed_params or b"")
    (intent,) = entries("container.run")
    assert CANARY not in "".join(str(value) for value in vars(intent).values())


def test_without_scripts_problems_come_as_a_page_without_values(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    data = form(hosts, name="-x", environment=f"KEY={CANARY}", **one_port())
    answer = browser_of(cast.bob).send(RUN, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Start the name with" in page
    assert "KEY=" in page
    assert 'value="8080"' in page
    assert CANARY not in page


def test_an_image_is_asked_for_only_by_the_click(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    browser = browser_of(cast.bob)
    assert notes(browser.send(CHECK, form(hosts, image=""), headers=HTMX)) == {}
    assert notes(browser.send(RUN, form(hosts, image=""), headers=HTMX))["image"][0] == "bad"


def test_create_without_a_start(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    answer = browser_of(cast.bob).send(RUN, form(hosts, only="create", hostname="x"), headers=HTMX)
    job = Job.objects.get()
    assert answer.headers["HX-Redirect"] == f"/jobs/{job.pk}/"
    assert (job.verb, job.params["hostname"]) == ("container.create", "x")


def test_a_part_opens_as_soon_as_something_stands_in_it(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    page = browser_of(cast.bob).get(RUN)
    assert not any(part.open for part in page.context["draft"].sections)
    shown = page.content.decode()
    # every field of the table has its control and its place for words
    for name, field in FIELDS.items():
        if field.kind is not Kind.OWN:
            assert f'id="run-{name}"' in shown, name
            assert f'id="said-{name}"' in shown, name
    wrong = browser_of(cast.bob).send(RUN, form(hosts, sysctls="x"))
    opened = [part.name for part in wrong.context["draft"].sections if part.open]
    assert opened == ["security"]


def test_a_narrowed_grant_says_before_the_click_what_it_is_for(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    User.objects.filter(pk=cast.charlie.pk).update(role=Role.objects.get(name="member"))
    Grant.objects.create(
        user=cast.charlie,
        role=Role.objects.get(name="operator"),
        endpoint=hosts.web1,
        label="app=shop",
    )
    person = browser_of(cast.charlie)
    tone, words = notes(person.send(CHECK, form(hosts), headers=HTMX))["endpoint"]
    assert (tone, "label:app=shop" in words) == ("bad", True)
    assert "endpoint" not in notes(person.send(CHECK, form(hosts, labels="app=shop"), headers=HTMX))
    # and the form begins with it
    assert person.get("/containers/run/").context["draft"].form["labels"].value() == "app=shop"
