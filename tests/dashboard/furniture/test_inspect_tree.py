"""Inspect: the tree from the host's socket, its environment masked until asked for and written."""

from typing import Any

import pytest

from dashboard.furniture import host_calls
from dashboard.furniture.inspect_tree import tree
from hosts.access.readable_inspect import MASK, mask_environment
from hosts.podman.errors import Malformed
from tests import make
from tests.cast import Cast

ID = "ab" * 32
ANSWER = {
    "Id": ID,
    "Name": "shop",
    "Config": {
        "Env": ["PATH=/bin", "PASSWORD=canary-9f3"],
        "CreateCommand": ["podman", "run", "-e", "TOKEN=canary-1", "--env=KEY=canary-2", "nginx"],
    },
    "Mounts": [{"Source": "/data", "RW": True}],
    "Nothing": None,
}


def test_paths_read_like_jq() -> None:
    found = tree(ANSWER)
    names = {node.name: node for node in found.branches}
    assert names["Mounts"].branches[0].branches[0].path == ".Mounts[0].Source"
    assert names["Mounts"].branches[0].branches[1].text == "true"
    assert names["Nothing"].text == "null"


def test_masking_reaches_every_repetition() -> None:
    shown = mask_environment(ANSWER)
    assert "canary" not in str(shown)
    assert shown["Config"]["Env"] == [f"PATH={MASK}", f"PASSWORD={MASK}"]
    assert "canary" in str(ANSWER)


def test_a_pod_that_came_with_its_first_container_tells_no_value_of_it() -> None:
    """`podman run --pod new:shop -e …` is what Podman keeps as the pod's own command."""
    command = ["podman", "run", "--pod", "new:shop", "-e", "TOKEN=canary", "image"]
    pod = {"Name": "shop", "CreateCommand": command, "Containers": [{"Env": ["A=canary"]}]}
    assert "canary" not in str(mask_environment(pod))
    assert mask_environment(pod)["CreateCommand"][-2:] == [f"TOKEN={MASK}", "image"]


@pytest.mark.parametrize(
    "words",
    [
        ["-e", "TOKEN=canary"],
        ["--env", "TOKEN=canary"],
        ["--env=TOKEN=canary"],
        ["-eTOKEN=canary"],
        ["-e=TOKEN=canary"],
        ["-dite", "TOKEN=canary"],
        ["-itdeTOKEN=canary"],
        ["-e", "A=canary-e", "-e", "B=canary"],
        ["--env-merge", "TOKEN=canary"],
        ["--env-merge=TOKEN=canary"],
    ],
)
def test_the_command_shows_names_alone(words: list[str]) -> None:
    given = ["podman", "run", *words, "--entrypoint", "sh", "image"]
    shown = mask_environment({"Config": {"CreateCommand": given}})["Config"]["CreateCommand"]
    assert "canary" not in " ".join(shown)
    assert ("TOKEN" in " ".join(shown)) is ("TOKEN" in " ".join(words))
    assert shown[-3:] == ["--entrypoint", "sh", "image"]


def test_an_answer_deeper_than_any_of_podmans_is_cut() -> None:
    deep: Any = "bottom"
    for _level in range(900):
        deep = [deep]
    found = tree(deep)
    depth = 0
    while found.branches:
        found, depth = found.branches[0], depth + 1
    assert (found.text, depth) == ("…", 40)


def test_an_answer_of_another_shape_is_podmans_fault(container: Any) -> None:
    async def work(_podman: Any) -> str:
        told: Any = ["no", "object"]
        return str(told["Id"])

    with pytest.raises(Malformed):
        host_calls.ask_host(container.endpoint, work)


def test_an_endless_answer_is_cut() -> None:
    deep: Any = {"list": list(range(50_000))}
    assert len(tree(deep).branches[0].branches) < 6000


@pytest.fixture
def container(cast: Cast) -> Any:
    endpoint = make.endpoint("web1")
    return make.container(endpoint, "shop", podman_id=ID)


def test_an_away_host_is_said_not_failed(cast: Cast, container: Any, browser_of: Any) -> None:
    answer = browser_of(cast.alice).get(
        f"/containers/{container.endpoint_id}/{ID}/inspect/", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "cannot be reached now" in answer.content.decode()


def test_only_whoever_may_sees_the_environment(
    cast: Cast, container: Any, browser_of: Any, entries: Any
) -> None:
    address = f"/containers/{container.endpoint_id}/{ID}/inspect/"
    assert browser_of(cast.charlie).send(address).status_code == 403
    browser_of(cast.bob).send(address)
    kinds = [entry.kind for entry in entries("container.environment")]
    assert kinds == ["refusal", "event"]
