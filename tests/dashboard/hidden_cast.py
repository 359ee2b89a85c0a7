"""Three people who each see a part. All that is hidden from them has a word of its own.

`zskerry`: names on another host, in another group. `zshoal`: names at the other Podman of the same
host. `zbreakwater`: names at the same Podman that a narrowed grant leaves out.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Role, Team
from audit import write
from audit.shapes import Who
from hosts.access import target_of
from hosts.models import (
    INVENTORY,
    AccessRequest,
    Approval,
    Batch,
    DiskUse,
    Endpoint,
    FreezeWindow,
    Grant,
    Group,
    Guardrail,
    Host,
    HostEvent,
    HostMute,
    Job,
    ObjectLock,
    OpenTerminal,
    RegistryCredential,
)
from tests import make

ELSEWHERE, NEXTDOOR, BESIDE = "zskerry", "zshoal", "zbreakwater"
WORDS = (ELSEWHERE, NEXTDOOR, BESIDE)
# by endpoint
WORD_AT = {1: BESIDE, 2: NEXTDOOR, 3: ELSEWHERE}
KINDS = ("container", "pod", "image", "volume", "network", "secret", "unit")
# by endpoint: of the visible object, and of the hidden one
SEEN = "a1" * 32
HIDDEN = {1: "b2" * 32, 2: "c3" * 32, 3: "d4" * 32}
# what comes later, where it does
FARTHER, OTHERS = "zatoll", "e5" * 32


@dataclass(frozen=True)
class Seer:
    """Somebody, and the words that must never reach them."""

    user: Any
    never: tuple[str, ...]


def furnish(others: Any) -> None:
    """Host 1 with two Podmans, 1 and 2; host 2 with Podman 3; all that can be there. `others` is
    who did it all.
    """
    places = (
        (1, "den", "shore", (("root", 1), (NEXTDOOR, 2))),
        (2, ELSEWHERE, ELSEWHERE, (("root", 3),)),
    )
    for pk, name, group, users in places:
        host = make.host(name, pk=pk, address=f"{name}.example", notes=name)
        host.groups.add(Group.objects.create(pk=pk, name=group, notes=group))
        for user, number in users:
            word = WORD_AT[number]
            endpoint = make.endpoint(
                host,
                user=user,
                login={"reason": user},
                pk=number,
                socket=f"/{word if number > 1 else 's'}",
                podman_version="5.4.2",
            )
            _objects(endpoint, word)
            _doings(endpoint, word, others)
    # PostgreSQL does not count what was given a number
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [Group, Host, Endpoint]):
            cursor.execute(sql)


def _objects(endpoint: Any, word: str, ident: str = "") -> None:
    now = timezone.now()
    kept = {"endpoint": endpoint, "digest": "", "seen_at": now, "changed_at": now}
    for kind in KINDS:
        more: dict[str, Any] = {"labels": {word: word}}
        if kind == "container":
            more |= {"state": "exited", "exit_code": 1, "exited_at": now, "restarts": 9}
            more |= {
                "image": f"{word}-image",
                "project": word,
                "networks": [f"{word}-network"],
                "health": "unhealthy",
            }
        if kind == "image":
            more |= {"names": [f"{word}-image:latest"]}
        model = INVENTORY[kind]
        model.objects.create(
            podman_id=ident or HIDDEN[endpoint.pk], name=f"{word}-{kind}", **kept, **more
        )
        if endpoint.pk == 1 and not ident and kind == "container":
            seen = {"labels": {"app": "shop"}, "image": "shop", "state": "running"}
            model.objects.create(podman_id=SEEN, name="shop", **kept, **seen)


def _doings(endpoint: Any, word: str, others: Any, ident: str = "") -> None:
    """Jobs, entries, terminals, events, sums, credentials, rules, grants, requests, views."""
    now, key = timezone.now(), f"key{endpoint.pk}{ident[:1]}"
    ident = ident or HIDDEN[endpoint.pk]
    # of one click on all places: what was left out elsewhere stands in every job of it
    skipped = [{"name": word, "host": word, "why": word} for word in WORDS]
    batch = Batch.objects.create(verb="container.start", asked_by_name=word, skipped=skipped)
    for state in ("ok", "failed", "running"):
        Job.objects.create(
            verb="container.start",
            batch=batch,
            endpoint=endpoint,
            host_name=endpoint.host.name,
            endpoint_name=str(endpoint),
            object_kind="container",
            object_id=ident,
            object_name=f"{word}-container",
            asked_by=others,
            asked_by_name="Alice",
            intent=0,
            state=state,
            error=word,
            output=word,
            params={"image": word},
        )
    target = target_of(endpoint, kind="container", object_id=ident, name=f"{word}-container")
    who = Who(name="Alice", user_id=others.pk, door="page")
    with transaction.atomic():
        write.event(who, "container.exec", target, params={"name": word}, detail=word)
    OpenTerminal.objects.create(
        key=key,
        kind="exec",
        endpoint=endpoint,
        podman_id=ident,
        name=f"{word}-container",
        owner=others,
        owner_name="Alice",
        command=word,
        intent=0,
        mark=word,
    )
    HostEvent.objects.create(
        endpoint=endpoint,
        at=now,
        kind="container",
        action="start",
        podman_id=ident,
        name=f"{word}-container",
        image=word,
    )
    DiskUse.objects.update_or_create(
        endpoint=endpoint,
        defaults={"measured_at": now, "kinds": {}, "sizes": {"container": {ident: 1}}},
    )
    if endpoint.pk == 1:
        # beside what is seen there is nothing that has the place's own word
        return
    group = endpoint.host.groups.get()
    if endpoint.pk in (3, 9):
        RegistryCredential.objects.create(
            registry=f"{word}.example", username=word, sealed_password=b"", group=group
        )
    team = Team.objects.create(name=word, words=word)
    role = Role.objects.get(name="viewer")
    until = now + timedelta(hours=1)
    Grant.objects.create(
        team=team, role=role, endpoint=endpoint, until=until, reason=word, made_by=word
    )
    AccessRequest.objects.create(
        asked_by=others,
        asked_by_name="Alice",
        role=role,
        place_kind="endpoint",
        place=word,
        endpoint=endpoint,
        reason=word,
        minutes=60,
    )


def furnish_more(others: Any) -> None:
    """Beside `furnish`: what stands in the way at each place, and what one place has of another."""
    for endpoint in Endpoint.objects.select_related("host").order_by("pk"):
        _standing(endpoint, WORD_AT[endpoint.pk], others)
    _across(others)


def furnish_elsewhere(others: Any, *, beside: bool) -> None:
    """More of all that nobody of `seers` sees: another host, with all of `furnish`. `beside`: at the
    Podman that they see, too.
    """
    host = make.host(FARTHER, pk=9, address=f"{FARTHER}.example", notes=FARTHER)
    host.groups.add(Group.objects.create(pk=9, name=FARTHER, notes=FARTHER))
    endpoint = make.endpoint(host, login={"reason": "root"}, pk=9, podman_version="5.4.2")
    places = [endpoint]
    if beside:
        places.append(Endpoint.objects.select_related("host").get(pk=1))
    for place in places:
        _objects(place, FARTHER, OTHERS)
        _doings(place, FARTHER, others, OTHERS)
        _standing(place, FARTHER, others, OTHERS)


def _standing(endpoint: Any, word: str, others: Any, ident: str = "") -> None:
    """A lock, a job that waits for approval; of the other host also maintenance, a rule, a window."""
    now = timezone.now()
    by = {"locked_by": others, "locked_by_name": "Alice", "reason": word, "host": endpoint.host}
    ObjectLock.objects.create(
        kind="container",
        endpoint=endpoint,
        object_id=ident or HIDDEN[endpoint.pk],
        name=f"{word}-container",
        **by,
    )
    job = Job.objects.create(
        verb="container.run",
        endpoint=endpoint,
        host_name=endpoint.host.name,
        endpoint_name=str(endpoint),
        object_kind="container",
        object_name=f"{word}-container",
        asked_by=others,
        asked_by_name="Alice",
        intent=0,
        state="held",
        params={"image": f"localhost/{word}-image:latest"},
    )
    found = {
        "rule": word,
        "rule_id": 1,
        "field": "privileged",
        "words": word,
        "why": "",
        "said": "",
    }
    part = {"what": "container", "name": word, "lines": [["image", word]]}
    Approval.objects.create(job=job, findings=[found], proposed=[part], reason=word)
    if endpoint.pk not in (3, 9):
        return
    ObjectLock.objects.create(kind="host", object_id=str(endpoint.host_id), name=word, **by)
    HostMute.objects.create(
        host=endpoint.host, until=now + timedelta(hours=1), reason=word, muted_by_name="Alice"
    )
    rule = Guardrail.objects.create(name=word, words=word, kind="privileged", everywhere=False)
    window = FreezeWindow.objects.create(
        name=word,
        words=word,
        everywhere=False,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    for one in (rule, window):
        one.groups.set(endpoint.host.groups.all())


def _across(others: Any) -> None:
    """What is visible, but comes from a hidden place: an image that was copied from there."""
    here, there = (Endpoint.objects.select_related("host").get(pk=pk) for pk in (1, 3))
    params = {"source_endpoint": there.pk, "source": str(there), "names": [], "size_bytes": 1}
    Job.objects.create(
        verb="image.copy",
        endpoint=here,
        host_name=here.host.name,
        endpoint_name=str(here),
        object_kind="image",
        object_id=HIDDEN[1],
        object_name=f"{BESIDE}-image",
        asked_by=others,
        asked_by_name="Alice",
        intent=0,
        state="failed",
        error="it broke off",
        params=params,
    )
    target = target_of(here, kind="image", object_id=HIDDEN[1], name=f"{BESIDE}-image")
    who = Who(name="Alice", user_id=others.pk, door="page")
    with transaction.atomic():
        write.event(who, "image.copy", target, params=params)
    # the way to what is seen leads through what is not
    login, jump = here.login, there.login
    login.via = jump
    login.save()


def seers(member: Any) -> dict[str, Any]:
    """`member(name)` makes somebody who holds nothing. One Podman, one label, one group."""
    one, some, group = member("one"), member("some"), member("group")
    volumes = member("volumes")
    role = Role.objects.get(name="admin")
    given = {"role": role, "made_by": "Alice"}
    endpoint = Endpoint.objects.get(pk=1)
    Grant.objects.create(user=one, endpoint=endpoint, **given)
    Grant.objects.create(user=some, endpoint=endpoint, label="app=shop", **given)
    Grant.objects.create(user=group, group=Group.objects.get(pk=1), **given)
    # all of volumes and nothing of what else is there
    store = Role.objects.create(
        name="store",
        verbs=[name for name in sorted(role.verb_names()) if name.startswith(("volume.", "host."))],
    )
    Grant.objects.create(user=volumes, endpoint=endpoint, role=store, made_by="Alice")
    others = tuple(f"{BESIDE}-{kind}" for kind in KINDS if kind != "volume")
    return {
        "volumes": Seer(volumes, (ELSEWHERE, NEXTDOOR, *others)),
        "one": Seer(one, (ELSEWHERE, NEXTDOOR)),
        "some": Seer(some, WORDS),
        "group": Seer(group, (ELSEWHERE,)),
        "nobody": Seer(member("nobody"), WORDS),
    }
