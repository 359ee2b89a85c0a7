"""Every route and parameter of Podman's two APIs: open, or closed for a reason that somebody wrote down."""

import re
from pathlib import Path

import pytest

from hosts.gate.doors.serve import TABLE
from hosts.gate.routes.target import NotOpen, read
from tests.hosts.gate.gate_routes import closed_routes, open_routes
from tests.podman_routes import LIBPOD, PodmanRoute, every_route

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "clients.md"
# parameters that Podman's descriptions name and nobody may send: method, path, parameter, why
REFUSED = """
GET /containers/{}/changes parent: another container, whose rights nobody asked for
GET /libpod/containers/{}/changes parent: likewise
GET /libpod/images/{}/changes parent: likewise
GET /libpod/containers/{}/archive rename: of what is inside an archive; clients do it themselves
HEAD /libpod/containers/{}/archive rename: likewise
POST /build outputs: it is written nowhere but into an image
POST /libpod/build outputs: likewise
POST /build remote: the host would fetch it from any address
POST /libpod/build remote: likewise
POST /libpod/images/import url: the host would fetch it from any address
POST /images/create message: belongs to fromSrc
POST /images/create repo: belongs to fromSrc
POST /libpod/images/pull credentials: a password in an address stands in logs; there is X-Registry-Auth
DELETE /libpod/secrets/{} all: others than the one that is named
GET /libpod/secrets/{}/json showsecret: its value
"""
# parameters that pass and stand in no description of that route: why
UNDESCRIBED = """
addcaps: Podman's own client sends it
additionalbuildcontexts: both dialects are read by the same code
all: Docker's clients send it
allplatforms: both dialects are read by the same code
annotation: likewise of a list, and not sent on
annotations: Podman's own client sends it
apparmor: Podman's own client sends it
architecture: Podman's own client sends it
authfile: Podman's own client sends it, and it is not sent on
before: of Docker's older clients
certdir: Podman's own client sends it, and it is not sent on
configmaps: Podman's own client sends it, and it is not sent on
cacheto: Podman's own client sends it
cachettl: Podman's own client sends it
cgroupparent: Podman's own client sends it
compress: Podman's own client sends it, and it is not sent on
conditions: Podman's own client sends it beside condition
copyuidgid: Podman's own client sends it
cpusetmems: Podman's own client sends it
createdannotation: both dialects are read by the same code
delay: of Podman's, which both dialects read
descriptors: Podman's own client sends it beside ps_args
details: Docker's clients send it
devices: Podman's own client sends it
digests: both dialects are read by the same code
dnsoptions: Podman's own client sends it
dnssearch: Podman's own client sends it
dnsservers: Podman's own client sends it
dropcaps: Podman's own client sends it
excludes: Podman's own client sends it
external: both dialects are read by the same code
force: Podman's own client sends it in the query too
httpproxy: both dialects are read by the same code
identity: Docker's newer clients send it
identitylabel: Podman's own client sends it
idmappingoptions: Podman's own client sends it
ignore: Podman's own client sends it
ignoreifexists: both dialects stand in one line of the table
inheritannotations: both dialects are read by the same code
inheritlabels: both dialects are read by the same code
isolation: Podman's own client sends it
jobs: Podman's own client sends it
labelopts: Podman's own client sends it
layerlabel: both dialects are read by the same code
layers: both dialects are read by the same code
link: Docker's clients send it
manifest: both dialects are read by the same code
manifests: Docker's newer clients send it
nohostname: Podman's code reads it
nooverwritedirnondir: Podman's own client sends it
name: Podman reads it in Docker's dialect, and it is not sent on in its own
noprune: Podman's code reads it
nsoptions: Podman's own client sends it
omithistory: Podman's own client sends it
one-shot: both dialects are read by the same code
only_ids: docker-py sends it, and it is not sent on
os: Podman's own client sends it
output: Podman's own client sends it, and it is not sent on
outputformat: Podman's own client sends it
password: Podman's own client sends it, and it is not sent on
pause: both dialects are read by the same code
platform: Docker's clients send it
publishports: Podman's own client sends it, and it is not open
quiet: Podman's own client sends it, and it is not sent on
pullpolicy: Podman's own client sends it
quiet: both dialects stand in one line of the table
recursive: Podman's own client sends it, and it is not sent on
rename: Podman's own client sends it
retry: Podman's code reads it
retry-delay: Podman's own client sends it
retrydelay: Podman's code reads it
rewritetimestamp: both dialects are read by the same code
save-stages: both dialects are read by the same code
scope: Docker's clients send it
seccompprofileroot: Podman's own client sends it, and it is not sent on
seccomp: Podman's own client sends it
secrets: Podman's own client sends it
setenv: Podman's own client sends it
shared-size: both dialects are read by the same code
signaturepolicy: Podman's own client sends it, and it is not sent on
signal: Docker's clients send it
since: of Docker's older clients
size: both dialects stand in one line of the table
skiptlsverify: Podman's own client sends it, and it is not sent on
skipunusedstages: Podman's own client sends it
sourcedateepoch: both dialects are read by the same code
stage-labels: both dialects are read by the same code
stream: both dialects are read by the same code
t: Podman's code reads it for timeout
timeout: Podman's code reads it for t
timestamp: both dialects are read by the same code
tlsverify: Podman's own client sends it
trunc_cmd: docker-py sends it, and it is not sent on
type: Docker's newer clients send it
ulimits: Podman's own client sends it
unsetannotation: both dialects are read by the same code
unsetenv: both dialects are read by the same code
unsetlabel: both dialects are read by the same code
username: Podman's own client sends it, and it is not sent on
variant: Podman's own client sends it
verbose: Docker's clients send it
version: Docker's clients send it
volume: both dialects are read by the same code
volumes: Podman's code reads it for v
arch: Podman's own client says it in the query too, and it is not sent on
compressionformat: Podman's own client sends it
compressionlevel: Podman's own client sends it
features: likewise of a list's image, and not sent on
format: Podman's own client sends it
images: Podman's own client says it in the query too, and it is not sent on
index_annotation: likewise of a list, and not sent on
index_annotations: likewise of a list, and not sent on
operation: likewise of a list, and not sent on
os_features: likewise of a list's image, and not sent on
os_version: likewise of a list's image, and not sent on
removesignatures: Podman's own client sends it
"""
# what the gate answers for Docker's client, though Podman has no such call
ANSWERED = frozenset({("POST", "/build/prune")})


def refused() -> set[tuple[str, str, str]]:
    """(method, path, parameter in lower case) of REFUSED."""
    found = set()
    for line in REFUSED.strip().splitlines():
        words = line.partition(": ")
        assert words[2], f"{line}: why?"
        method, path, name = words[0].split()
        found.add((method, path, name.lower()))
    return found


def targets(route: PodmanRoute) -> list[str]:
    """As clients would ask for it: of Docker's dialect without a version too."""
    path = re.sub(r"\{\w+\}", "0a1b", route.path)
    return [f"/v{route.last}.0{path}", *([] if path.startswith(LIBPOD) else [path])]


def asked(route: PodmanRoute) -> list[str]:
    return ["GET", "POST"] if route.method == "*" else [route.method]


ids = [f"{route.method} {route.path}" for route in every_route()]


@pytest.mark.parametrize("route", every_route(), ids=ids)
def test_a_route_is_open_or_closed_for_a_reason(route: PodmanRoute) -> None:
    why = closed_routes().get(route.key)
    known = open_routes().get(route.key)
    assert known or why, "add it to the table of routes, or to closed_routes.txt with the reason"
    assert not (known and why), "it is open now: take it out of closed_routes.txt"
    for method in asked(route):
        for target in targets(route):
            if known is None:
                with pytest.raises(NotOpen):
                    read(TABLE, method, target)
            else:
                assert read(TABLE, method, target).route is known


@pytest.mark.parametrize("route", [one for one in every_route() if one.parameters], ids=str)
def test_a_parameter_is_taken_or_refused_on_purpose(route: PodmanRoute) -> None:
    known = open_routes().get(route.key)
    for name in route.parameters if known else ():
        target = f"{targets(route)[0]}?{name}=1"
        if (*route.key, name.lower()) in refused():
            with pytest.raises(NotOpen):
                read(TABLE, route.method, target)
        else:
            read(TABLE, route.method, target)


def test_nothing_is_open_or_closed_that_no_version_has() -> None:
    there = {route.key: route for route in every_route()}
    assert open_routes().keys() - ANSWERED <= there.keys()
    assert closed_routes().keys() <= there.keys()
    for method, path, name in refused():
        names = {one.lower() for one in there[method, path].parameters}
        assert name in names, f"{method} {path} has no {name}: take the line away"


def test_what_no_description_names_has_a_reason_too() -> None:
    reasons = dict(line.split(": ", 1) for line in UNDESCRIBED.strip().splitlines())
    there = {route.key: {name.lower() for name in route.parameters} for route in every_route()}
    more = {
        name
        for key, route in open_routes().items()
        if key not in ANSWERED
        for name in route.query.keys() - there[key]
    }
    assert more == reasons.keys()


def test_the_page_about_clients_says_the_same() -> None:
    text = DOCUMENT.read_text()
    for why in set(closed_routes().values()):
        assert why in text, why
