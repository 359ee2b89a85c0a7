"""The parameters of an audit entry in words."""

import re
from typing import Any

import pytest
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client

from audit import write
from audit.models import Entry
from audit.queries import Filters, search
from audit.shapes import Target, Who
from dashboard.furniture.log.words import parameter
from dashboard.pages.audit.views import with_words
from dashboard.templatetags.link_words import doer
from hosts.access import Person
from hosts.actions.run import run_container, run_fields
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.one_line import one_line

pytestmark = pytest.mark.each_database("reads the audit log by fields and dates")

__all__ = ["hosts"]

CANARY = "canary-4711-must-not-show"


def test_ports_and_mounts_are_told_and_what_may_be_secret_is_not(
    cast: Cast, browser_of: Any, hosts: Hosts, who_of: Any
) -> None:
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
    assert "hidden; its hash is" in page
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
        ("command", {"keyed_hash": "0123456789abcdef"}, "hidden; its hash is 0123456789ab"),
    ],
)
def test_a_parameter_in_words(name: str, value: Any, words: str) -> None:
    assert parameter(name, value) == words


def test_a_refused_unknown_token_is_not_taken_for_somebody_on_the_host(
    cast: Cast, browser_of: Any
) -> None:
    unknown = "hlt_" + "a" * 40
    knocking = Client(REMOTE_ADDR="192.0.2.77", headers={"Authorization": f"Bearer {unknown}"})
    assert knocking.get("/api/v1/me").status_code == 401
    refused = Entry.objects.get(verb="token.use")
    assert (refused.door, refused.who_name, refused.detail) == ("api", "", "unknown")
    bob = browser_of(cast.bob)
    found, entry = (
        bob.get(path).content.decode()
        for path in ("/audit/?q=verb:token.use", f"/audit/{refused.number}/")
    )
    (line,) = with_words(search(Filters(verb="token.use"), visible=None).lines)
    sentence = one_line(render_to_string("audit/sentence.html", {"line": line}))
    for page in (found, entry):
        assert "an unknown API token" in page
        assert "192.0.2.77" in page
    assert 'href="?q=door:api">an unknown API token</a>' in found
    assert "<h1>An unknown API token was refused</h1>" in entry
    # the reader's own rights were not the cause
    assert "None of your roles and grants" not in entry
    assert "<strong>An unknown API token</strong>was refused" in sentence
    for page in (found, entry, sentence):
        assert "not by Haulout" not in page
    # nor is anybody else without a name
    stranger = Entry(who_name="", door="page", verb="people.sign_in")
    assert doer(stranger) == "somebody who was not signed in"
    assert doer(Entry(who_name="", door="host")) == "on the host, not by Haulout"


def test_the_client_stands_beside_the_door(cast: Cast, browser_of: Any) -> None:
    who = Who(name="Bob", user_id=cast.bob.pk, token="laptop", door="gate", client="podman/5.4.2")
    with transaction.atomic():
        number = write.event(who, "container.logs", Target(kind="container", name="shop"))
    page = one_line(browser_of(cast.alice).get(f"/audit/{number}/").content.decode())
    told = re.sub(r"<[^>]*>|\s+", " ", page)
    assert re.search(r"Door\s+gate\s+podman/5\.4\.2\s+laptop", told)
    assert told.count("podman/5.4.2") == 1
