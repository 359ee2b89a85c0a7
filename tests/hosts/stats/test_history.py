"""What a chart gets of the rows: full, thinned, with gaps, with what is not written yet."""

from typing import Any

import pytest

from hosts.models import Endpoint, StatsChunk, StatsStanding
from hosts.stats import store
from hosts.stats.codec import code
from hosts.stats.history import RANGES, Points, history, sum_of, tail_points
from hosts.stats.metrics import FIVE_MINUTES, FULL, HALF_HOURS, KEPT_S, TOTAL
from hosts.stats.recent import Recent
from hosts.stats.sparks import sparks
from hosts.stats.thin import thin
from tests.hosts.stats.conftest import BEGIN, sample, write_stats

KEY, OTHER = b"one-one-", b"two-two-"


def column(points: Points, metric: str, over: str = "1h") -> list[Any]:
    return points.columns(over=RANGES[over])[1][metric]


def test_an_hour_comes_back_sample_by_sample(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: sample(cpu=s // 10), OTHER: lambda s: sample(cpu=7)})
    found = history(endpoint.pk, [KEY, OTHER], over=RANGES["1h"], now_s=BEGIN + 3600)
    times, values = found[KEY].columns(over=RANGES["1h"])
    assert times == list(range(BEGIN, BEGIN + 3600, 10))
    assert values["cpu"] == list(range(360))
    assert "cpu_peak" not in values
    assert set(column(found[OTHER], "cpu")) == {7}


def test_a_time_without_samples_has_no_point(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: None if 1000 <= s < 2000 else sample()})
    found = history(endpoint.pk, [KEY], over=RANGES["1h"], now_s=BEGIN + 3600)
    times, _ = found[KEY].columns(over=RANGES["1h"])
    assert not [time for time in times if 1000 <= time - BEGIN < 2000]
    assert len(times) == 260


def test_the_range_has_an_end(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: sample()})
    found = history(endpoint.pk, [KEY], over=RANGES["1h"], now_s=BEGIN + 5400)
    assert min(found[KEY].codes) == BEGIN + 1800


def test_another_endpoints_series_is_not_ours(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: sample()})
    found = history(endpoint.pk + 1, [KEY], over=RANGES["1h"], now_s=BEGIN + 3600)
    assert found[KEY].codes == {}


def test_what_is_not_written_yet_is_added(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: sample()}, seconds=300)
    told = {
        "times": [BEGIN + 300, BEGIN + 310, BEGIN + 320],
        "series": {KEY.hex(): {name: [5, None, 6] for name in RANGES_METRICS}},
    }
    tails = tail_points(told)
    found = history(endpoint.pk, [KEY], over=RANGES["1h"], now_s=BEGIN + 330, tails=tails)
    times, values = found[KEY].columns(over=RANGES["1h"])
    assert times[-3:] == [BEGIN + 290, BEGIN + 300, BEGIN + 320]
    assert values["cpu"][-2:] == [5, 6]
    thinned = history(endpoint.pk, [KEY], over=RANGES["24h"], now_s=BEGIN + 330, tails=tails)
    assert column(thinned[KEY], "cpu_peak", "24h") == [100, 6]


RANGES_METRICS = ("cpu", "memory", "limit", "received", "sent", "read", "written", "pids")


def test_a_day_is_thinned_as_it_is_read_and_the_same_after_the_chore(endpoint: Endpoint) -> None:
    # a peak of one sample, and a container that ran for half the time
    write_stats(
        endpoint,
        {
            KEY: lambda s: sample(cpu=5000 if s == 610 else 100),
            OTHER: lambda s: sample() if s < 1800 else None,
        },
        seconds=7200,
    )
    now = BEGIN + 7200 + 700

    def day() -> dict[bytes, tuple[list[int], Any]]:
        found = history(endpoint.pk, [KEY, OTHER, TOTAL], over=RANGES["24h"], now_s=now)
        return {key: points.columns(over=RANGES["24h"]) for key, points in found.items()}

    before = day()
    times, values = before[KEY]
    assert times == list(range(BEGIN, BEGIN + 7200, 300))
    assert values["cpu"][2] == pytest.approx((5000 + 29 * 100) / 30, rel=0.005)
    assert values["cpu_peak"][2] == pytest.approx(5000, rel=0.002)
    assert values["cpu_peak"][0] == 100
    assert before[OTHER][0] == list(range(BEGIN, BEGIN + 1800, 300))
    assert thin(now_s=now).made == 2
    assert StatsChunk.objects.filter(tier=FIVE_MINUTES).count() == 2
    assert day() == before
    # nothing is left to do
    assert thin(now_s=now).made == 0


def test_an_hour_is_thinned_only_when_it_is_over(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: sample()})
    assert thin(now_s=BEGIN + 3600 + 60).made == 0
    assert thin(now_s=BEGIN + 3600 + 600).made == 1


def test_a_month_in_half_hours(endpoint: Endpoint) -> None:
    midnight = BEGIN - BEGIN % 86400
    write_stats(endpoint, {KEY: lambda s: sample(cpu=s // 1800)}, begin=midnight, seconds=86400)
    now = midnight + 86400 + 3 * 3600 + 700
    while thin(now_s=now).made:
        pass
    (day,) = StatsChunk.objects.filter(tier=HALF_HOURS)
    assert (day.start, day.end) == (midnight, midnight + 86400)
    found = history(endpoint.pk, [KEY], over=RANGES["30d"], now_s=now)
    times, values = found[KEY].columns(over=RANGES["30d"])
    assert times == list(range(midnight, midnight + 86400, 1800))
    assert values["cpu"] == list(range(48))


def test_rows_go_when_their_time_is_over_and_never_before_they_are_thinned(
    endpoint: Endpoint,
) -> None:
    write_stats(endpoint, {KEY: lambda s: sample()})
    late = BEGIN + 3600 + KEPT_S[FULL]
    # the worker was away: what it has not thinned stays
    thin(now_s=late, most=0)
    assert StatsChunk.objects.filter(tier=FULL).count() == 12
    thin(now_s=late)
    assert StatsChunk.objects.filter(tier=FULL).count() == 0
    assert StatsChunk.objects.filter(tier=FIVE_MINUTES).count() == 1
    thin(now_s=BEGIN + 4 * 86400)
    assert not StatsChunk.objects.filter(tier=FIVE_MINUTES).exists()
    assert StatsChunk.objects.filter(tier=HALF_HOURS).count() == 1
    thin(now_s=BEGIN + 40 * 86400)
    assert not StatsChunk.objects.exists()


def test_a_damaged_row_is_a_gap(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: sample()}, seconds=900)
    StatsChunk.objects.filter(start=BEGIN + 300).update(data=b"nonsense", summary=b"")
    found = history(endpoint.pk, [KEY], over=RANGES["1h"], now_s=BEGIN + 900)
    assert len(found[KEY].codes) == 60
    assert thin(now_s=BEGIN + 5000).made == 1


def test_the_same_chunk_twice_is_one(endpoint: Endpoint) -> None:
    for _ in range(2):
        write_stats(endpoint, {KEY: lambda s: sample()}, seconds=300)
    assert StatsChunk.objects.count() == 1


def test_statistics_go_with_their_host(endpoint: Endpoint) -> None:
    write_stats(endpoint, {KEY: lambda s: sample()}, seconds=300)
    store.save_reason(endpoint.pk, kind="cgroups-v1", reason="no")
    endpoint.host.delete()
    assert not StatsChunk.objects.exists()
    assert not StatsStanding.objects.exists()


def test_a_pods_sum_counts_its_network_once(endpoint: Endpoint) -> None:
    pair = [Points({BEGIN: [*map(code, sample(cpu=50)), code(50), code(1024)]}) for _ in range(2)]
    together = sum_of(pair, one_network=True)
    apart = sum_of(pair, one_network=False)
    assert column(together, "cpu") == column(apart, "cpu") == [100]
    assert column(together, "received") == [10]
    assert column(apart, "received") == [20]
    assert column(together, "limit") == [4096]


def test_an_hour_of_many_containers_is_one_query(
    endpoint: Endpoint, django_assert_num_queries: Any
) -> None:
    recent = Recent()
    for second in range(0, 3700, 10):
        recent.add(BEGIN + second, {KEY: (second // 60, 1024), OTHER: (1, 2048)})
    hour = recent.snapshot()
    store.save_recent(endpoint.pk, at_s=BEGIN, sums=sample(), keys=hour.keys, recent=hour.packed())
    with django_assert_num_queries(1):
        found = sparks({endpoint.pk: [KEY, OTHER, b"nobody--"]})
    assert set(found) == {(endpoint.pk, KEY), (endpoint.pk, OTHER)}
    assert found[endpoint.pk, KEY].cpu[-3:] == [58, 59, 60]
    assert set(found[endpoint.pk, OTHER].memory[1:]) == {2048}


def test_a_reason_is_kept_until_it_ends(endpoint: Endpoint) -> None:
    store.save_reason(endpoint.pk, kind="cgroups-v1", reason="only for cgroup v2")
    store.save_recent(endpoint.pk, at_s=BEGIN, sums=sample(cpu=2**70), keys=b"", recent=b"")
    standing = StatsStanding.objects.get()
    assert (standing.reason_kind, standing.reason) == ("cgroups-v1", "only for cgroup v2")
    assert standing.cpu == 2**63 - 1
    store.save_reason(endpoint.pk, kind="", reason="")
    assert StatsStanding.objects.get().reason_kind == ""
