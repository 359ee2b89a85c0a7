"""The table of routes: what passes is said, and everything else is refused."""

from typing import Any

import pytest

from accounts import verbs
from hosts.gate.calls.cuts import CUTS
from hosts.gate.doors.serve import TABLE
from hosts.gate.routes.table import Answer, Dialect
from hosts.gate.routes.target import BadTarget, NotOpen, read, split
from hosts.models import INVENTORY

LIBPOD = "/v5.4.0/libpod"


@pytest.mark.parametrize("route", TABLE.routes, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_says_what_is(route: Any) -> None:
    assert not route.verb or route.verb in {one.name for one in verbs.all_verbs()}
    assert route.kind in {"", "artifact", "exec", "manifest", *INVENTORY}
    assert not route.cut or route.cut in CUTS
    assert route.query.keys() >= route.lists
    assert route.answer is not Answer.LINES or route.cut
    if route.kind:
        assert route.verb, "what one may not do with an object is nobody's"


@pytest.mark.parametrize(
    ("method", "target", "path", "name"),
    [
        ("GET", f"{LIBPOD}/containers/shop/json", "/containers/{container}/json", "shop"),
        ("GET", "/v1.41/containers/shop/json?size=1", "/containers/{container}/json", "shop"),
        ("GET", "/containers/json", "/containers/json", ""),
        ("GET", "/v6.1.0/libpod/networks/json", "/networks/json", ""),
        ("GET", f"{LIBPOD}/images/quay.io%2Fa%2Fb:1/json", "/images/{image}/json", "quay.io/a/b:1"),
        ("GET", f"{LIBPOD}/images/quay.io/a/b:1/json", "/images/{image}/json", "quay.io/a/b:1"),
        ("GET", "/volumes", "/volumes", ""),
        ("HEAD", "/_ping", "/_ping", ""),
    ],
)
def test_what_is_asked_for(method: str, target: str, path: str, name: str) -> None:
    asked = read(TABLE, method, target)
    assert (asked.route.path, asked.name) == (path, name)
    assert asked.dialect is (Dialect.LIBPOD if "/libpod/" in target else Dialect.DOCKER)


@pytest.mark.parametrize(
    ("target", "place", "asked"),
    [
        ("/web1/v1.41/containers/json?all=/1", "/web1", "/v1.41/containers/json?all=/1"),
        ("/web1/anna/v5.4.0/libpod/info", "/web1/anna", f"{LIBPOD}/info"),
        ("/web1/_ping", "/web1", "/_ping"),
        ("/web1/containers/json", "/web1", "/containers/json"),
        ("/web1/libpod/info", "/web1", "/libpod/info"),
        ("/web1/anna%2Eb/images/a%2Fb/json", "/web1/anna.b", "/images/a%2Fb/json"),
        # a host may have any name, an account none that the API's own paths begin with
        ("/containers/containers/json", "/containers", "/containers/json"),
        ("/v1/v1.41/info", "/v1", "/v1.41/info"),
    ],
)
def test_a_path_begins_with_its_endpoint(target: str, place: str, asked: str) -> None:
    assert split(TABLE, target) == (place, asked)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/",
        "*",
        "/web1",
        "/web1/anna",
        "//_ping",
        "/web1/",
        "/web1//_ping",
        "/web1/../_ping",
        "/web1%2Fanna/_ping",
        "/web1/an%2Fna/_ping",
        "/web1%00/_ping",
        "/web1%/_ping",
        "/web%2531/_ping",
        "http://gate/web1/_ping",
        "/wéb1/_ping",
    ],
)
def test_what_names_no_endpoint_for_sure_is_refused(target: str) -> None:
    with pytest.raises(BadTarget):
        split(TABLE, target)


def test_a_parameter_is_ticked_as_podman_reads_it() -> None:
    path = "/v5.4.0/libpod/containers/shop?force="
    for value, ticked in (("true", 1), ("T", 1), ("1", 1), ("on", 1), ("0", 0), ("", 0), ("no", 0)):
        request = read(TABLE, "DELETE", f"{path}{value}")
        assert request.ticked("force") is bool(ticked), value


def test_it_is_made_anew_with_the_hosts_own_id() -> None:
    asked = read(TABLE, "GET", f"{LIBPOD}/containers/shop/logs?Follow=true&stdout=1&tail=5")
    assert asked.rebuilt("f00d") == f"{LIBPOD}/containers/f00d/logs?follow=true&stdout=1&tail=5"
    asked = read(TABLE, "GET", "/images/a/b/json")
    assert asked.rebuilt("a/b?x") == "/images/a%2Fb%3Fx/json"


@pytest.mark.parametrize(
    "target",
    [
        "/containers/../secrets/json",
        "/containers//json",
        "/containers/json/",
        "//containers/json",
        "/containers/%2e%2e/json",
        "/containers/a%2fb/json",
        "/containers/a%252fb/json",
        "/images/a/../b/json",
        "/images/a%2F..%2Fb/json",
        "/containers/a%00/json",
        "/containers/a%0d%0aX/json",
        "/containers/a%5Cb/json",
        "/containers/%zz/json",
        "/containers/%ff/json",
        "http://other/containers/json",
        "containers/json",
        "*",
        "/containers/json#x",
        "/containers/json?all=1&all=0",
        "/containers/json?all=1&ALL=0",
        "/containers/json?filters=%zz",
        "/containers/json?filters=%ff",
        "/containers/json?filters=%00",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(target: str) -> None:
    with pytest.raises(BadTarget):
        read(TABLE, "GET", target)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/libpod/containers/json"),
        ("GET", "/vX/containers/json"),
        ("GET", "/v5.4.0-dev/libpod/containers/json"),
        ("GET", f"{LIBPOD}/containers/showmounted"),
        ("GET", f"{LIBPOD}/secrets/a/json?showsecret=true"),
        ("GET", f"{LIBPOD}/secrets/a/json?%C5%BFhowsecret=true"),
        ("GET", f"{LIBPOD}/containers/json?unheard=1"),
        ("POST", f"{LIBPOD}/containers/json"),
        ("OPTIONS", f"{LIBPOD}/containers/json"),
        ("POST", f"{LIBPOD}/local/images/load?path=/etc"),
        ("POST", f"{LIBPOD}/images/scp/a"),
        ("POST", "/auth"),
        ("GET", "/distribution/a/json"),
    ],
)
def test_what_is_not_in_the_table_is_not_open(method: str, target: str) -> None:
    with pytest.raises(NotOpen):
        read(TABLE, method, target)
