"""A name may be what a grant goes by: another name gives nobody more, and takes what it must."""

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Role
from hosts.access import NotVisible
from hosts.actions.containers import remove_container, rename_container
from hosts.jobs import rights
from hosts.models import Container
from hosts.refusals import FieldRefusal

if TYPE_CHECKING:
    from tests.two_teams import Fleet

RENAMES = ["host.view", "container.view", "container.rename"]


def ref(row: Any) -> tuple[int, str]:
    return row.endpoint_id, row.podman_id


def renamer() -> str:
    return Role.objects.create(name="renamer", verbs=RENAMES).name


@pytest.mark.parametrize("at", ["the host", "a label"])
def test_nobody_renames_something_into_their_reach(fleet: "Fleet", at: str) -> None:
    """Whoever may only rename the bank's containers, and may do all with shop-*, would get a shell."""
    narrowed = {} if at == "the host" else {"label": "app=bank"}
    fleet.grant(renamer(), host=fleet.web1, **narrowed)
    fleet.grant(host=fleet.web1, names="shop-*")
    bank = fleet.container(fleet.root1, "bank-1")
    with pytest.raises(FieldRefusal) as refused:
        rename_container.ask(fleet.person(), ref(bank), name="shop-2")
    assert refused.value.field == "name"
    assert (
        rename_container.ask(fleet.person(), ref(bank), name="bank-2").object_id == bank.podman_id
    )


def test_a_name_tells_nobody_what_is_there(fleet: "Fleet") -> None:
    shop, bank = (fleet.container(fleet.root1, name) for name in ("shop-1", "bank-1"))
    for name in (bank.name, "free"):
        with pytest.raises(NotVisible):
            rename_container.ask(fleet.person(), ref(shop), name=name)
    fleet.grant(host=fleet.web1, label="app=shop")
    assert rename_container.ask(fleet.person(), ref(shop), name=bank.name)
    fleet.grant(host=fleet.web1)
    with pytest.raises(FieldRefusal, match="Another container"):
        rename_container.ask(fleet.person(), ref(shop), name=bank.name)


def test_within_a_grant_names_are_free(fleet: "Fleet") -> None:
    fleet.grant(host=fleet.web1, names="shop-*")
    shop = fleet.container(fleet.root1, "shop-1")
    rename_container.ask(fleet.person(), ref(shop), name="shop-9")
    with pytest.raises(FieldRefusal):
        rename_container.ask(fleet.person(), ref(shop), name="bank-9")


@pytest.mark.django_db(transaction=True)
def test_a_job_does_not_begin_on_what_has_another_name_by_now(fleet: "Fleet") -> None:
    fleet.grant(host=fleet.web1, names="shop-*")
    shop = fleet.container(fleet.root1, "shop-1")
    job = remove_container.ask(fleet.person(), ref(shop), force=False, volumes=False)
    assert rights.may(job, job.verb)
    Container.objects.filter(pk=shop.pk).update(name="bank-3")
    assert not rights.may(job, job.verb)
    # once begun, its own doing may have given it that name (a swap)
    job.step = "act"
    assert rights.may(job, job.verb)
