"""`manage.py host add --jump`: hosts behind hosts, from the console, and what cannot be."""

import itertools
import json
from typing import Any

import pytest
from django.core.management import CommandError

from dashboard.person import console_person
from hosts.actions.hosts import jumps
from hosts.refusals import FieldRefusal
from tests import make
from tests.lab.test_host_command import add, refused, run
from tests.lab.wizard import vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


def test_a_host_behind_a_jump_host(lab: Any) -> None:
    bastion, inner = lab.hosts[1], lab.hosts[0]
    said = run(*add(bastion, "--name", "bastion", "--jump-only"))
    assert said == "bastion is registered as a jump host.\n"
    run(*add(inner, "--name", "web1", "--jump", "bastion"))
    told = {one["name"]: one["logins"] for one in json.loads(run("list", "--json"))}
    assert told["bastion"][0]["endpoints"] == []
    assert told["web1"][0]["via"] == "root@bastion"
    report = json.loads(run("doctor", "web1", "--json"))
    steps = {step["step"]: step for step in report["logins"][0]["steps"]}
    assert report["well"] is True
    assert bastion.host_key_fingerprint in steps["jump-1"]["detail"]
    with pytest.raises(CommandError, match="the jump host of root@web1"):
        run("remove", "bastion")


def test_a_jump_that_nobody_knows(lab: Any) -> None:
    assert "no host bastion" in refused(*add(lab.hosts[0], "--jump", "bastion"))


def test_circles_and_long_chains_are_refused(lab: Any, console: Any) -> None:
    logins = [make.endpoint(f"hop{number}").login for number in range(5)]
    for before, login in itertools.pairwise(logins[:4]):
        jumps.set_jump(console, login.pk, before.pk)
    with pytest.raises(FieldRefusal, match="loop"):
        jumps.set_jump(console, logins[0].pk, logins[3].pk)
    with pytest.raises(FieldRefusal, match="its own jump host"):
        jumps.set_jump(console, logins[0].pk, logins[0].pk)
    with pytest.raises(FieldRefusal, match="At most 3 jump hosts"):
        jumps.set_jump(console, logins[4].pk, logins[3].pk)
    # the chain is as long as it may be: nothing can be put before its first one
    with pytest.raises(FieldRefusal, match="more than 3 jump hosts"):
        jumps.set_jump(console, logins[0].pk, logins[4].pk)
    assert logins[3] not in jumps.choices(console)


@pytest.fixture
def console() -> Any:
    return console_person()
