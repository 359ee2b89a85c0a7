"""What somebody might try in a kube file or a build: it is refused, and the host never has all of it."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from hosts.database_threads import in_thread
from hosts.models import Endpoint, Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.archives import tar_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.guardrails import escalations as data
from tests.hosts.guardrails.permitted import deployment_of, document_of

pytestmark = pytest.mark.django_db(transaction=True)
LIBPOD, DOCKER, OURS = "/v5.4.0/libpod", "/v1.41", "/v5.0.0/libpod"
PERMITTED = f"FROM {data.IMAGE}\nRUN true\n"
# in a page's words: in a client's
WORDS = {"volumes": "volume"}


def changed(host: FakeHost) -> list[str]:
    """What reached it and does more than look."""
    return [one.line for one in host.reached if not one.line.startswith("GET ")]


@pytest.fixture
async def empty(strict: FakeHost) -> FakeHost:
    """The same without pods, with the image that kube files name. Its Podman reads all annotations."""
    await in_thread(lambda: Endpoint.objects.update(podman_version="6.0.0"))
    strict.answers[f"GET {OURS}/pods/json"] = Answer(value=[])
    strict.answers[f"GET {OURS}/containers/json"] = Answer(value=[])
    image = data.IMAGE.replace("/", "%2F")
    strict.answers[f"GET {OURS}/images/{image}/exists"] = Answer(204)
    return strict


@pytest.mark.parametrize("made", [document_of, deployment_of], ids=["pod", "deployment"])
async def test_kube_files_that_reach_for_more_are_refused(
    empty: FakeHost, knock: Knock, cast: Cast, made: Any
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    passed = []
    for case in (*data.KUBES, *data.READ_OTHERWISE):
        body = yaml.safe_dump(made(case.give), allow_unicode=True).encode()
        got = await door.ask(f"POST {LIBPOD}/play/kube", body=body)
        if got.status not in (400, 403):
            passed.append((case.name, got.status, got.body))
    assert passed == []
    assert changed(empty) == []
    # and the same without it passes
    empty.answers[f"POST {OURS}/play/kube"] = Answer(409, {"message": "as far as here"})
    got = await door.ask(f"POST {LIBPOD}/play/kube", body=yaml.safe_dump(made({})).encode())
    assert got.status == 409, got.body
    assert [line.partition("?")[0] for line in changed(empty)] == [f"POST {OURS}/play/kube"]


def _archives() -> None:
    [rule] = Guardrail.objects.filter(kind="images")
    rule.settings = {**rule.settings, "archives": True}
    rule.save()


@pytest.mark.parametrize("prefix", [LIBPOD, DOCKER])
async def test_builds_that_reach_for_more_are_refused(
    strict: FakeHost, knock: Knock, cast: Cast, prefix: str
) -> None:
    strict.answers[f"POST {prefix}/build"] = Answer(409, {"message": "as far as here"})
    strict.answers |= {"GET /_ping": Answer(pieces=(b"OK",)), "HEAD /_ping": Answer()}
    # archives pass for what stands in them
    await in_thread(_archives)
    door = await knock(await in_thread(person_of, cast.alice))
    passed = []
    # a context without a Containerfile is what pages take for a folder
    for case in [one for one in data.BUILDS if one.give.get("text", "") is not None]:
        query = {
            WORDS.get(name, name): json.dumps(value) if isinstance(value, dict) else value
            for name, value in case.give.get("query", {}).items()
        }
        for name in ("addcaps", "devices", "nsoptions", "cachefrom"):
            if name in query:
                query[name] = json.dumps(query[name])
        tar = tar_of({"Containerfile": case.give.get("text", PERMITTED)})
        target = f"{prefix}/build?{urlencode(query | {'dockerfile': 'Containerfile'}, doseq=True)}"
        got = await door.ask(f"POST {target}", body=tar)
        if got.status not in (400, 403):
            passed.append((case.name, got.status, got.body))
    assert passed == []
    # of a Containerfile that is refused the host never has the end
    assert not any(one.body.endswith(bytes(1024)) for one in strict.reached)
    got = await door.ask(
        f"POST {prefix}/build?dockerfile=Containerfile", body=tar_of({"Containerfile": PERMITTED})
    )
    assert got.status == 409, got.body
    assert any(one.body.endswith(bytes(1024)) for one in strict.reached)
