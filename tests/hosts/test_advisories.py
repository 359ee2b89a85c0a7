"""Which advisories a version leaves open, what is refused for them, and what is in the way of Podman 6."""

import re
from typing import Any

import pytest

from hosts import advisories, upgrade_to_6
from hosts.advisories import ADVISORIES, BUILD_MOUNTS, KUBE_VOLUMES, advisory_against
from hosts.models import Endpoint


@pytest.mark.parametrize(
    ("version", "kube", "build"),
    [
        ("3.4.4", None, "CVE-2024-11218"),
        ("4.3.1", "CVE-2025-9566", "CVE-2024-11218"),
        ("4.9.4", "CVE-2025-9566", "CVE-2024-11218"),
        ("5.3.1", "CVE-2025-9566", "CVE-2024-11218"),
        ("5.3.2", "CVE-2025-9566", None),
        ("5.4.2", "CVE-2025-9566", None),
        ("5.6.0-rc1", "CVE-2025-9566", None),
        ("5.6.1", None, None),
        ("5.8.6", None, None),
        ("6.1.1", None, None),
        ("6.2.0-dev", None, None),
        ("", None, None),
        ("who knows", None, None),
    ],
)
def test_what_is_refused_below_which_version(
    version: str, kube: str | None, build: str | None
) -> None:
    found = [advisory_against(version, what) for what in (KUBE_VOLUMES, BUILD_MOUNTS)]
    assert [one and one.number for one in found] == [kube, build]


def test_older_series_can_have_the_mend_too() -> None:
    (one,) = [one for one in ADVISORIES if one.number == "CVE-2024-1753"]
    affected = {text for text in ("4.8.9", "4.9.3", "5.0.0") if one.affects(_version(text))}
    assert affected == {"4.8.9", "4.9.3", "5.0.0"}
    assert not any(one.affects(_version(text)) for text in ("4.9.4", "4.9.5", "5.0.1", "5.4.2"))


def _version(text: str) -> tuple[int, ...]:
    found = advisories.version_in(text)
    assert found is not None
    return found


def test_each_is_numbered_once_and_says_what_follows() -> None:
    numbers = [number for one in ADVISORIES for number in one.number.split(", ")]
    assert all(re.fullmatch(r"CVE-\d{4}-\d{4,6}", number) for number in numbers)
    assert len(numbers) == len(set(numbers))
    for one in ADVISORIES:
        assert one.breaks
        assert one.refused or one.cure, one.number
        assert not one.bars or one.refused, one.number


def _endpoint(version: str, *, rootless: bool = False, **host: Any) -> Endpoint:
    return Endpoint(podman_version=version, rootless=rootless, info={"host": host})


def test_parts_of_podman_count_by_their_own_version() -> None:
    old = _endpoint(
        "6.1.2",
        ociRuntime={"name": "runc", "version": "runc version 1.1.5"},
        networkBackendInfo={"dns": {"version": "aardvark-dns 1.12.1"}},
    )
    found = {one.component for one in advisories.of_endpoint(old)}
    assert found == {"runc", "aardvark-dns"}
    new = _endpoint(
        "6.1.2",
        ociRuntime={"name": "crun", "version": "crun version 1.28"},
        networkBackendInfo={"dns": {"version": "aardvark-dns 1.17.1"}},
    )
    assert advisories.of_endpoint(new) == []
    assert advisories.of_endpoint(_endpoint("6.1.2")) == []
    # what something is refused for comes first
    bars = [bool(one.bars) for one in advisories.of_endpoint(_endpoint("4.3.1"))]
    assert bars == sorted(bars, reverse=True)
    assert True in bars


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (
            _endpoint("4.3.1", rootless=True, cgroupVersion="v1", networkBackend="cni"),
            ["cgroups v1", "CNI", "BoltDB", "slirp4netns"],
        ),
        (
            _endpoint("5.4.2", cgroupVersion="v2", databaseBackend="boltdb"),
            ["BoltDB"],
        ),
        (
            _endpoint(
                "5.4.2",
                rootless=True,
                cgroupVersion="v2",
                networkBackend="netavark",
                databaseBackend="sqlite",
                rootlessNetworkCmd="slirp4netns",
            ),
            ["slirp4netns"],
        ),
        (
            _endpoint(
                "5.8.6",
                rootless=True,
                cgroupVersion="v2",
                networkBackend="netavark",
                databaseBackend="sqlite",
                rootlessNetworkCmd="pasta",
            ),
            [],
        ),
        (_endpoint("6.1.1", cgroupVersion="v1"), []),
        (_endpoint("", cgroupVersion="v1"), []),
    ],
)
def test_what_is_in_the_way_of_podman_6(endpoint: Any, words: list[str]) -> None:
    found = upgrade_to_6.obstacles(endpoint)
    assert len(found) == len(words)
    for one, word in zip(found, words, strict=True):
        assert word in one.what
        assert one.cure
