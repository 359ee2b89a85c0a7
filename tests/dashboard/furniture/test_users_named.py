"""What dialogs and inspect say of the containers that use a thing, told by the host: to who sees those."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from accounts.models import Role, User
from hosts.link.sockets import endpoint_socket
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller
from tests.dashboard.hidden_cast import HIDDEN, Seer, furnish, seers
from tests.hosts.jobs.small_podman import SmallPodman

pytestmark = pytest.mark.each_database("writes rows that are unique")

USER = "9a" * 32


@pytest.fixture
def seen_by(cast: Cast, password_hash: str) -> dict[str, Seer]:
    furnish(cast.alice)
    role = Role.objects.get(name="member")
    return seers(
        lambda name: User.objects.create(
            email=f"{name}@example.org", name=name, role=role, password=password_hash
        )
    )


@pytest.fixture
def podman(seen_by: dict[str, Seer]) -> Iterator[SmallPodman]:
    fake = SmallPodman(endpoint_socket(settings.HAULOUT_RUN, 1, "web"))
    fake.add(USER)
    yield fake
    fake.close()


@pytest.mark.parametrize("kind", ["volume", "network"])
def test_who_uses_it_is_named_to_who_sees_them(
    seen_by: dict[str, Seer], podman: SmallPodman, browser_of: Any, kind: str
) -> None:
    store = Role.objects.get(name="store")
    store.verbs = [*store.verbs, f"{kind}.view", f"{kind}.remove"]
    store.save()
    told = {}
    for name in ("one", "volumes"):
        answer = browser_of(seen_by[name].user).get(f"/{kind}s/1/{HIDDEN[1]}/remove/")
        assert answer.status_code == 200
        told[name] = answer.content.decode()
    assert USER[:12] in told["one"]
    assert USER[:12] not in told["volumes"]
    assert "Used by containers that you do not see." in told["volumes"]
    assert 'name="force"' in told["one"]
    assert 'name="force"' not in told["volumes"]


@pytest.mark.parametrize("kind", ["pod", "network"])
def test_inspect_names_those_to_who_sees_them(
    seen_by: dict[str, Seer], podman: SmallPodman, browser_of: Any, kind: str
) -> None:
    store = Role.objects.get(name="store")
    store.verbs = [*store.verbs, f"{kind}.view", f"{kind}.inspect"]
    store.save()
    ident = HIDDEN[1]
    podman.answers[f"/pods/{ident}/json"] = {
        "Name": "its-name",
        "Containers": [{"Id": USER}],
        "CreateCommand": ["podman", "run", "--name", USER],
    }
    podman.answers[f"/networks/{ident}/json"] = {
        "name": "its-name",
        "containers": {USER: {"name": "shop"}},
    }
    for name, sees in (("one", True), ("volumes", False)):
        user = seen_by[name].user
        page = browser_of(user).get(f"/{kind}s/1/{ident}/inspect/", HTTP_HX_REQUEST="true")
        told = make_caller(user).get(f"/{kind}s/1/{ident}/inspect")
        for text in (page.content.decode(), told.content.decode()):
            assert "its-name" in text
            assert (USER in text) is sees
