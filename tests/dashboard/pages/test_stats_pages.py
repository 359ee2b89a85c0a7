"""Pages of statistics and history: rights, hosts without statistics, number of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from hosts.models import StatsStanding
from hosts.stats import store
from hosts.stats.gather import Chunk
from hosts.stats.metrics import TOTAL, key_of
from hosts.stats.recent import Recent
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.each_database("keeps and reads packed bytes")

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ONE, TWO, POD = "1" * 64, "2" * 64, "9" * 64
# packed exactly: nine significant bits
SAMPLE = (2560, 64 * 2**20, 128 * 2**20, 10, 20, 30, 40, 2)


@pytest.fixture
def endpoint(cast: Cast) -> Any:
    made = make.endpoint("web1")
    make.pod(made, "shop", podman_id=POD)
    make.container(made, "one", podman_id=ONE)
    make.container(made, HOSTILE, podman_id=TWO, pod_id=POD)
    return made


@pytest.fixture
def measured(endpoint: Any) -> int:
    """Two containers' last minutes; the second of the newest sample."""
    chunk, recent = Chunk(), Recent()
    now_s = int(timezone.now().timestamp())
    for at in range(now_s - 120, now_s, 10):
        samples = {key_of(ONE): SAMPLE, key_of(TWO): SAMPLE}
        chunk.add(at, {TOTAL: (5120, *SAMPLE[1:]), **samples})
        recent.add(at, samples)
    chunk.close()
    store.save_chunk(endpoint.pk, store.pack_chunk(chunk))
    hour = recent.snapshot()
    store.save_recent(endpoint.pk, at_s=now_s, sums=SAMPLE, keys=hour.keys, recent=hour.packed())
    return now_s - 10


def names(endpoint: Any) -> dict[str, str]:
    return {
        "container": f"container:{endpoint.pk}:{ONE}",
        "pod": f"pod:{endpoint.pk}:{POD}",
        "host": f"host:{endpoint.host_id}",
    }


def test_history_of_a_container_a_pod_and_a_host(
    cast: Cast, endpoint: Any, measured: int, browser_of: Any
) -> None:
    of = names(endpoint)
    query = {"of": list(of.values()), "range": "1h"}
    told = browser_of(cast.charlie).get("/stats/history/", query).json()
    assert (told["step"], told["length"]) == (10, 3600)
    series = {one["of"]: one for one in told["series"]}
    assert {one["times"][-1] for one in series.values()} == {measured}
    assert series[of["container"]]["values"]["cpu"] == [2560] * 12
    assert series[of["container"]]["values"]["memory"] == [64 * 2**20] * 12
    assert series[of["pod"]]["values"]["cpu"] == [2560] * 12
    assert series[of["host"]]["values"]["cpu"] == [5120] * 12


@pytest.mark.parametrize("over", ["24h", "7d", "30d"])
def test_longer_ranges_have_the_newest_too(
    cast: Cast, endpoint: Any, measured: int, browser_of: Any, over: str
) -> None:
    query = {"of": names(endpoint)["container"], "range": over}
    told = browser_of(cast.charlie).get("/stats/history/", query).json()
    (one,) = told["series"]
    assert one["values"]["cpu"][-1] == one["values"]["cpu_peak"][-1] == 2560


def test_pages_stand_before_anything_was_measured(
    cast: Cast, endpoint: Any, browser_of: Any
) -> None:
    browser = browser_of(cast.charlie)
    for address in (
        f"/containers/{endpoint.pk}/{ONE}/stats/",
        f"/pods/{endpoint.pk}/{POD}/stats/",
        f"/hosts/{endpoint.host_id}/stats/",
        "/stats/compare/",
    ):
        assert browser.get(address).status_code == 200
    page = browser.get(f"/pods/{endpoint.pk}/{POD}/stats/").content.decode()
    address = f"/pods/{endpoint.pk}/{POD}/stats/part/"
    assert f'hx-get="{address}"' in page
    part = browser.get(address, headers={"hx-request": "true"})
    assert f'data-subject="pod:{endpoint.pk}:{POD}"' in part.content.decode()


def test_a_hostile_name_stays_text(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    browser = browser_of(cast.charlie)
    for address in (
        f"/containers/{endpoint.pk}/{TWO}/stats/",
        f"/stats/compare/?c={endpoint.pk}:{TWO}&c={endpoint.pk}:{ONE}",
    ):
        page = browser.get(address).content.decode()
        assert HOSTILE not in page
        assert "&lt;script&gt;alert(1)" in page


def test_why_a_host_gives_none_is_said_with_its_cure(
    cast: Cast, endpoint: Any, browser_of: Any
) -> None:
    words = "container stats resource only available for <cgroup v2>"
    store.save_reason(endpoint.pk, kind="cgroups-v1", reason=words)
    page = browser_of(cast.charlie).get(f"/containers/{endpoint.pk}/{ONE}/stats/").content.decode()
    assert "web1 gives no statistics" in page
    assert "this host runs cgroups v1" in page
    assert "systemd.unified_cgroup_hierarchy=1" in page
    assert "only available for &lt;cgroup v2&gt;" in page
    store.save_reason(endpoint.pk, kind="", reason="")
    page = browser_of(cast.charlie).get(f"/containers/{endpoint.pk}/{ONE}/stats/").content.decode()
    assert "gives no statistics" not in page.partition("<template")[0]


def test_more_than_ten_are_said(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    ids = [f"{n:064x}" for n in range(0xA0, 0xAC)]
    for podman_id in ids:
        make.container(endpoint, "x", podman_id=podman_id)
    query = "&".join(f"c={endpoint.pk}:{podman_id}" for podman_id in ids)
    page = browser_of(cast.charlie).get(f"/stats/compare/?{query}").content.decode()
    assert page.count("data-subject=") == 10
    assert "2 more containers were chosen" in page


def test_what_one_may_not_see_does_not_exist(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    browser = browser_of(cast.charlie)
    endpoint.enabled = False
    endpoint.save()
    for address in (
        f"/containers/{endpoint.pk}/{ONE}/stats/",
        f"/pods/{endpoint.pk}/{POD}/stats/",
        f"/stats/compare/?c={endpoint.pk}:{ONE}",
        f"/stats/history/?of=container:{endpoint.pk}:{ONE}",
        "/stats/history/?of=nonsense",
        "/stats/history/?of=host:99999",
    ):
        assert browser.get(address).status_code == 404, address


def test_a_role_without_the_verb_is_refused(
    cast: Cast, endpoint: Any, measured: int, browser_of: Any
) -> None:
    verbs = sorted(cast.charlie.role.verb_names() - {"container.stats"})
    cast.charlie.role = Role.objects.create(name="blind", verbs=verbs)
    cast.charlie.save()
    browser = browser_of(cast.charlie)
    for name in names(endpoint).values():
        assert browser.get("/stats/history/", {"of": name}).status_code == 403, name
    assert browser.get(f"/containers/{endpoint.pk}/{ONE}/stats/").status_code == 403
    assert browser.get("/stats/sparks/", {"key": f"{endpoint.pk}:{ONE}"}).json() == {"sparks": {}}
    page = browser.get(f"/containers/{endpoint.pk}/{ONE}/").content.decode()
    assert f"{ONE}/stats/" not in page


def test_lines_of_a_list_are_those_one_may_see(
    cast: Cast, endpoint: Any, measured: int, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(cast.charlie)
    mine = f"{endpoint.pk}:{ONE}"
    keys = [mine, f"{endpoint.pk}:{'7' * 64}", f"99999:{ONE}", "nonsense", f"x:{ONE}"]
    browser.get("/stats/sparks/", {"key": mine})
    # session, person, second factor and rights, which every page asks for; then the lines
    with django_assert_max_num_queries(7):
        told = browser.get("/stats/sparks/", {"key": keys}).json()["sparks"]
    assert set(told) == {mine}
    assert told[mine]["cpu"][-1] == 25.6
    assert told[mine]["memory"][-1] == 64 * 2**20
    endpoint.enabled = False
    endpoint.save()
    assert browser.get("/stats/sparks/", {"key": keys}).json() == {"sparks": {}}


def test_a_hosts_bar_shows_what_its_containers_use_now(
    cast: Cast, endpoint: Any, browser_of: Any
) -> None:
    endpoint.info = {
        "host": {
            "cpus": 4,
            "cpuUtilization": {"idlePercent": 99.0},
            "memTotal": 8 << 30,
            "memFree": 6 << 30,
        }
    }
    endpoint.info_at = timezone.now()
    endpoint.save()
    now_s = int(timezone.now().timestamp())
    # two of four cores
    store.save_recent(endpoint.pk, at_s=now_s, sums=(20_480, *SAMPLE[1:]), keys=b"", recent=b"")
    browser = browser_of(cast.charlie)
    page = browser.get(f"/hosts/{endpoint.host_id}/").content.decode()
    assert "51 % of 4 cores, containers only" in page
    assert 'width="51.2%"' in page
    StatsStanding.objects.update(sampled_at=timezone.now() - timedelta(minutes=5))
    page = browser.get(f"/hosts/{endpoint.host_id}/").content.decode()
    assert "1.0 % of 4 cores, average since boot" in page
    assert "2.0 GiB of 8.0 GiB" in page
    assert 'width="1.0%"' in page
