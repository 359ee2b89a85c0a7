"""The pull page: names and hosts checked before the click, then jobs."""

from typing import Any

from accounts.models import Role, User
from hosts.access import Person
from hosts.actions.registries.edit_registry import keep
from hosts.models import Batch, Group, Host, Job
from tests import make
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]

PULL, CHECK, OFFERS = "/images/pull/", "/images/pull/check/", "/images/pull/offers/"
IMAGE = "quay.io/team/shop:1"


def test_one_image_on_one_host_is_a_job(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    answer = browser_of(cast.bob).send(PULL, {"images": IMAGE, "endpoint": hosts.web1.pk})
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    assert (job.verb, job.params, job.queue) == ("image.pull", {"image": IMAGE}, "long")


def test_many_images_on_a_group_are_a_batch(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    data = {"images": f"{IMAGE}\n\nquay.io/b\n{IMAGE}", "group": Group.objects.get().pk}
    answer = browser_of(cast.bob).send(PULL, data, headers={"HX-Request": "true"})
    batch = Batch.objects.get()
    assert str(batch.pk) in answer.headers["HX-Redirect"]
    asked = {(job.endpoint_id, job.params["image"]) for job in Job.objects.filter(batch=batch)}
    places = {one.pk for one in (hosts.web1, hosts.seal, hosts.web2)}
    assert asked == {(pk, name) for pk in places for name in (IMAGE, "quay.io/b:latest")}
    assert Job.objects.count() == 6


def test_problems_stand_beside_what_they_concern(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    browser = browser_of(cast.bob)
    page = browser.send(PULL, {"images": ""}).content.decode()
    assert "Give the name of an image." in page
    assert "Choose where to pull." in page
    page = browser.send(PULL, {"images": "BAD\nnginx", "endpoint": hosts.web1.pk}).content.decode()
    assert "lower case" in page
    assert "Which image?" in page
    assert not Job.objects.exists()


def test_a_short_name_offers_what_is_there_and_what_is_searched(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    hosts.add(hosts.web1, "image", "localhost/nginx:latest", names=["localhost/nginx:latest"])
    hosts.add(hosts.web1, "image", "quay.io/nginx:2", names=["quay.io/nginx:2"])
    query = {"image": "nginx", "endpoint": hosts.web1.pk}
    answer = browser_of(cast.bob).get(OFFERS, query)
    offers = [(offer.name, offer.here) for offer in answer.context["offers"]]
    assert offers == [
        ("localhost/nginx:latest", True),
        ("quay.io/nginx:latest", False),
        ("docker.io/library/nginx:latest", False),
    ]
    for other in ({"image": IMAGE}, {"image": ""}, {"endpoint": "x"}, {"image": "A B"}):
        assert browser_of(cast.bob).get(OFFERS, query | other).content == b""


def test_it_says_whether_haulout_signs_in(
    cast: Cast, browser_of: Any, hosts: Hosts, who_of: Any
) -> None:
    alice = Person(cast.alice, who_of(cast.alice))
    edge = Group.objects.create(name="edge")
    hosts.web2.host.groups.add(edge)
    data = {"images": IMAGE, "endpoint": [hosts.web1.pk, hosts.web2.pk]}

    def note() -> str:
        answer = browser_of(cast.bob).send(CHECK, data)
        return str(answer.context["lines"][0].note)

    assert note().startswith("No credentials are stored for quay.io")
    keep(alice, registry="quay.io/team", username="seal", password="hunter2", group=edge)
    assert (
        note() == "Signs in at quay.io as seal on 1 of 2 hosts; on the others without credentials."
    )
    keep(alice, registry="quay.io", username="all", password="hunter2", group=None)
    assert note() == "Signs in at quay.io as all, seal."


def test_the_dialog_is_the_form_alone(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    browser = browser_of(cast.bob)
    query = {"dialog": "1", "image": IMAGE}
    part = browser.get(PULL, query, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<dialog")
    assert IMAGE in part
    assert "<html" in browser.get(PULL, query).content.decode()
    answer = browser.send(f"{PULL}?dialog=1", {"images": ""}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().startswith("<form")


def test_viewers_are_refused(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    browser = browser_of(cast.charlie)
    data = {"images": IMAGE, "endpoint": hosts.web1.pk}
    assert browser.get(PULL).status_code == 403
    assert browser.send(PULL, data).status_code == 403
    assert browser.send(CHECK, data).status_code == 403
    assert not Job.objects.exists()


def test_a_disabled_host_is_not_offered(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    Host.objects.filter(name="web2").update(enabled=False)
    browser = browser_of(cast.bob)
    assert "web2" not in browser.get(PULL).content.decode()
    browser.send(PULL, {"images": IMAGE, "endpoint": hosts.web2.pk})
    assert not Job.objects.exists()


def test_no_offer_names_an_image_that_one_does_not_see(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    name = "registry.example.org/others/shop:latest"
    make.image(hosts.web1, name)
    role = Role.objects.create(name="puller", verbs=["host.view", "image.pull"])
    User.objects.filter(pk=cast.charlie.pk).update(role=role)
    form = {"images": "shop", "endpoint": hosts.web1.pk}
    said = {
        user: browser_of(user).send(CHECK, form).content.decode()
        for user in (cast.bob, User.objects.get(pk=cast.charlie.pk))
    }
    assert [name in text for text in said.values()] == [True, False]
