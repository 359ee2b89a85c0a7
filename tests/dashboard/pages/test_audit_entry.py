"""An entry's parameters as a reviewer reads them."""

from typing import Any

import pytest

from dashboard.pages.audit.words import parameter
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]

CANARY = "canary-4711-must-not-show"


def test_ports_and_mounts_are_told_and_what_may_be_secret_is_not(
    cast: Cast, browser_of: Any, hosts: Hosts, who_of: Any
) -> None:
    from hosts.access import Person
    from hosts.actions.run import run_container, run_fields

    params = {
        "image": "quay.io/team/shop:1",
        "ports": [run_fields.port("127.0.0.1:8000-8002:80-82/udp")],
        "volumes": [run_fields.volume("/srv:/srv:ro"), run_fields.volume("db:/data")],
        "command": ["serve", CANARY],
        "memory_bytes": 64 << 20,
    }
    person = Person(cast.bob, who_of(cast.bob))
    job = run_container.ask(person, hosts.seal.pk, params=params, env={"KEY": CANARY})
    page = browser_of(cast.alice).get(f"/audit/{job.intent}/").content.decode()
    assert ">127.0.0.1:8000-8002:80-82/udp<" in page
    assert ">/srv:/srv:ro, db:/data<" in page
    assert ">64.0 MiB<" in page
    assert ">KEY<" in page
    assert "kept back; its hash is" in page
    assert CANARY not in page
    # the job itself keeps what its worker needs
    assert job.params["ports"][0]["host_port"] == 8000


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("force", True, "yes"),
        ("ids", [], "–"),
        ("ids", ["a", "b"], "a, b"),
        ("limits", {"memory_bytes": 1024}, "memory_bytes: 1.0 KiB"),
        ("command", {"keyed_hash": "0123456789abcdef"}, "kept back; its hash is 0123456789ab"),
    ],
)
def test_a_parameter_in_words(name: str, value: Any, words: str) -> None:
    assert parameter(name, value) == words
