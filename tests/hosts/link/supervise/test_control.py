"""Orders over the control socket."""

import asyncio
import base64
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from hosts import control
from hosts.control import ControlError, refresh
from hosts.link.messages import DoctorStep
from hosts.link.supervise.process import AlreadyRunning, serve
from hosts.models import Container, Endpoint
from tests.hosts.link.supervise.own_podman import OwnPodman, container
from tests.lab.link_process import Link, until

Register = Callable[..., Endpoint]
A = "a" * 64


def up(endpoint: Endpoint) -> bool:
    endpoint.refresh_from_db()
    return endpoint.state == "up" and endpoint.compared_at is not None


def test_a_refresh_has_written_when_it_answers(register: Register, podman: OwnPodman) -> None:
    podman.lists["containers"] = [container(A)]
    endpoint = register(podman.path)
    until("up", lambda: up(endpoint))
    podman.lists["containers"] = [container(A, state="exited")]
    async_to_sync(refresh)(endpoint.pk, "container", A)
    assert Container.objects.get(podman_id=A).state == "exited"
    podman.lists["containers"] = []
    async_to_sync(refresh)(endpoint.pk, "container", A)
    assert Container.objects.get(podman_id=A).gone is not None


def test_the_doctor_of_this_machine(register: Register, podman: OwnPodman) -> None:
    endpoint = register(podman.path)

    async def steps() -> list[DoctorStep]:
        return [step async for step in control.examine({"login_id": endpoint.login_id})]

    walked = async_to_sync(steps)()
    assert walked[0].state == "running"
    assert {step.step for step in walked} >= {"sockets", "podman", "api"}


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"login_id": 999}, "request"),
        ({"address": "192.0.2.1"}, "request"),
        (
            {
                "address": "192.0.2.1",
                "port": 22,
                "user": "root",
                "host_key_line": "",
                "sealed_key": base64.b64encode(b"no seal").decode(),
            },
            "vault",
        ),
    ],
)
def test_a_wrong_order_to_the_doctor(link: Link, asked: dict[str, object], kind: str) -> None:
    async def steps() -> list[DoctorStep]:
        return [step async for step in control.examine(asked)]

    with pytest.raises(ControlError) as refused:
        async_to_sync(steps)()
    assert refused.value.kind == kind


def test_a_scan_names_what_is_wrong(link: Link) -> None:
    with pytest.raises(ControlError) as refused:
        async_to_sync(control.scan)("127.0.0.1", 1)
    assert (refused.value.kind, bool(refused.value.cure)) == ("port-closed", True)


def test_an_unknown_login_cannot_reconnect(link: Link) -> None:
    with pytest.raises(ControlError):
        async_to_sync(control.reconnect)(12345)


def test_a_second_link_is_refused(link: Link) -> None:
    with pytest.raises(AlreadyRunning, match="already"):
        asyncio.run(serve(settings.HAULOUT_RUN))
