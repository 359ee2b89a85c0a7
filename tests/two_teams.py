"""Two hosts, three endpoints, containers of two teams, and the member erin, who holds nothing."""

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import Role, Team, User
from hosts.access import Person, Scope
from hosts.models import Container, Endpoint, Grant, Group, Host
from tests import make
from tests.cast import Cast
from tests.fresh_person import person_of


@dataclass
class Fleet:
    """web1 (rootful and of anna, in group prod), web2 (in no group); shop and bank on each."""

    web1: Host
    web2: Host
    root1: Endpoint
    anna1: Endpoint
    root2: Endpoint
    prod: Group
    team: Team
    erin: User

    def container(self, endpoint: Endpoint, name: str) -> Container:
        """A container by its name."""
        return Container.objects.get(endpoint=endpoint, name=name)

    def person(self, **limits: Any) -> Any:
        """erin as she comes in now; with limits: with a token of that scope."""
        found = person_of(self.erin)
        return Person(found.user, found.who, Scope(**limits)) if limits else found

    def grant(self, role: str = "operator", **fields: Any) -> Any:
        """A row that gives erin (or `team=`) the role."""
        to = {} if "team" in fields else {"user": self.erin}
        row = Role.objects.get(name=role)
        return Grant.objects.create(**{"made_by": "Alice", "role": row, **to, **fields})


@pytest.fixture
def fleet(cast: Cast, password_hash: str) -> Fleet:
    web1, web2 = make.registered("web1"), make.registered("web2", fingerprint="SHA256:2")
    root1, root2 = web1.endpoints.get(), web2.endpoints.get()
    anna1 = make.endpoint(
        web1,
        user="anna",
        login=root1.login,
        state="connecting",
        rootless=False,
        socket="/run/user/1000/podman.sock",
        graph_root="/anna",
    )
    prod = Group.objects.create(name="prod")
    web1.groups.add(prod)
    for number, endpoint in enumerate((root1, anna1, root2)):
        for name in ("shop", "bank"):
            make.container(endpoint, f"{name}-1", podman_id=f"{name}{number}", labels={"app": name})
    erin = User.objects.create(
        email="erin@example.org",
        name="Erin",
        role=Role.objects.get(name="member"),
        password=password_hash,
    )
    team = Team.objects.create(name="shop")
    return Fleet(web1, web2, root1, anna1, root2, prod, team, erin)
