"""docs/coverage.md: a row for each of Podman's calls, and rows that lead somewhere.

What the rows say about the tests is held against real hosts by `manage.py test` (tests/lab/coverage).
"""

import pytest

from hosts.actions import ACTIONS
from hosts.cards import cards
from tests.lab.coverage import __main__ as comparing
from tests.lab.coverage import routes, table, verbs


def test_every_call_of_podman_has_one_row_and_names_what_is_there() -> None:
    rows = table.read(table.DOCUMENT.read_text())
    assert table.faults(rows) == []
    listed = [row.call for row in rows if row.call in routes.every_call()]
    assert len(listed) == len(routes.every_call()) == 137


def test_each_row_names_the_function_that_makes_its_path() -> None:
    rows = [row for row in table.read(table.DOCUMENT.read_text()) if row.used]
    assert len(rows) > 80
    assert [row.call for row in rows if not verbs.sends(row)] == []


# streams: the card is in one file, and a page or a socket of the dashboard opens what sends
STREAMS = {
    "hosts.podman.archive.put": "container.files_edit",
    "hosts.podman.attach.attach": "container.attach",
    "hosts.podman.execs.remove": "container.exec",
    "hosts.podman.execs.resize": "container.exec",
    "hosts.podman.execs.resize_container": "container.attach",
}
# by SSH alone
NO_CALL = {"host.rotate_key"}


def test_what_changes_something_is_sent_by_a_verb_with_a_card() -> None:
    rows = [row for row in table.read(table.DOCUMENT.read_text()) if row.used]
    changes = {row.function for row in rows if not row.call.startswith(("GET", "HEAD"))}
    assert {one for one in changes if not verbs.verbs_of(one)} == set(STREAMS)
    assert set(STREAMS.values()) <= {card.verb for card in cards()}
    assert verbs.verbs_of("hosts.podman.networks.update") == {"network.update"}


def test_each_job_s_verb_leads_to_calls_of_the_table() -> None:
    rows = table.read(table.DOCUMENT.read_text())
    known = {verb for row in rows if row.used for verb in verbs.verbs_of(row.function)}
    assert set(ACTIONS) - known == NO_CALL


ROW = (
    "| GET /containers/json | used: hosts.podman.containers.list_containers, tests/test_rooms.py |"
)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (ROW.replace("list_containers", "list_seals"), "there is no hosts.podman.containers.list_"),
        (ROW.replace("test_rooms", "test_seals"), "there is no test in tests/test_seals.py"),
        (ROW.replace("test_rooms", "sharing"), "there is no test in tests/sharing.py"),
        ("| GET /containers/json | of course |", "says 'of course'"),
        ("| GET /containers/json | alias of `GET /seals` |", "points at GET /seals"),
        (f"{ROW}\n{ROW}", "two rows for GET /containers/json"),
        ("| GET /containers/json |", "no row for GET /containers/json"),
    ],
)
def test_tells_what_is_wrong_with_a_row(line: str, fault: str) -> None:
    kept = [
        one
        for one in table.DOCUMENT.read_text().splitlines()
        if not one.startswith("| GET /containers/json ")
    ]
    assert fault in "\n".join(table.faults(table.read("\n".join([*kept, line]))))


@pytest.mark.parametrize(
    ("method", "target", "call"),
    [
        ("GET", "/v5.0.0/libpod/containers/json?all=true", "GET /containers/json"),
        ("GET", "/v4.0.0/libpod/containers/stats", "GET /containers/stats"),
        ("GET", "/v5.0.0/libpod/containers/json/json", "GET /containers/{name}/json"),
        ("GET", "/v5/libpod/images/localhost%2Fa%3A1/json", "GET /images/{name}/json"),
        ("GET", "/v5.0.0/libpod/images/localhost/a:1/json", "GET /images/{name}/json"),
        (
            "POST",
            "/v5.0.0/libpod/manifests/a/registry/docker%3A%2F%2Fx%2Fa",
            "POST /manifests/{name}/registry/{destination}",
        ),
        ("GET", "/_ping", "GET /_ping"),
        ("POST", "/v1.41/images/create?fromImage=a", "POST /v1.41/images/create"),
        ("GET", "/v1.41/containers/json", "GET /v1.41/containers/json"),
        ("GET", "/v5.0.0/libpod/seals", None),
    ],
)
def test_knows_a_call_by_its_request(method: str, target: str, call: str | None) -> None:
    assert routes.call_of(method, target) == call


def test_podman_54_lacks_what_came_later() -> None:
    later = routes.calls_of("5.8") - routes.calls_of("5.4")
    assert "GET /quadlets/json" in later
    assert "GET /manifests/{name}/json" not in later
    assert len(later) == 19


HERE = "tests/lab/test_a.py"
ROWS = table.read(
    f"""
| GET /info | used: hosts.podman.system.info, {HERE} |
| GET /quadlets/json | used: hosts.podman.probes.calls, {HERE} |
| POST /v1.41/images/create | used: hosts.podman.pull.pull, {HERE} |
| POST /system/prune | superseded by `DELETE /containers/{{name}}` |
"""
)


def _sent(*calls: str, by: str = HERE) -> dict[str, set[str]]:
    return {call: {by} for call in calls}


@pytest.mark.parametrize(
    ("sent", "versions", "faults"),
    [
        ({"5.4": _sent("GET /info", "POST /v1.41/images/create")}, ["5.4"], []),
        (
            {"5.4": _sent("GET /info")},
            ["5.4"],
            ["POST /v1.41/images/create is called used, but no Podman 5.4 was sent it"],
        ),
        (
            {"5.8": _sent("GET /info", "POST /v1.41/images/create")},
            ["5.8"],
            ["GET /quadlets/json is called used, but no Podman 5.8 was sent it"],
        ),
        (
            {
                "5.4": _sent("POST /v1.41/images/create")
                | _sent("GET /info", "GET /quadlets/json", by="tests/lab/test_b.py")
            },
            ["5.4"],
            [f"GET /info was not sent by {HERE}, but by tests/lab/test_b.py"],
        ),
        (
            {"4.3": _sent("POST /system/prune")},
            [],
            [f"POST /system/prune was sent by {HERE}, but is not called used"],
        ),
        (
            {"4.3": _sent("GET /v1.41/info")},
            [],
            [f"GET /v1.41/info has no row, but was sent by {HERE}"],
        ),
    ],
)
def test_tells_where_the_document_and_a_run_differ(
    sent: dict[str, dict[str, set[str]]], versions: list[str], faults: list[str]
) -> None:
    assert comparing.faults(ROWS, sent, versions) == faults
