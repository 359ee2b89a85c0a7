"""A copy whose source breaks off, and one that is cancelled half-way: nothing arrives, and it is said."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from hosts.actions import cancel_job
from hosts.actions.images import copy_image
from hosts.link.sockets import endpoint_socket
from hosts.models import Job
from tests.lab.hosts import Host, Lab
from tests.lab.lab_images import commit, mirrored
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.wait import until

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "localhost/half/way:1"
PASSED_BYTES = 512 * 1024


class Door:
    """A socket before the real one. Of each answer only the first bytes pass; then `cut` or hold."""

    def __init__(self, path: Path, real: Path, *, cut: bool) -> None:
        self._real, self._cut = real, cut
        self._shut = threading.Event()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._serve)

    def close(self) -> None:
        self._shut.set()
        for end in (self._server, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(20)
        for end in (self._server, *self._ends):
            end.close()

    def _start(self, work: Callable[..., None], *args: Any) -> None:
        self._threads.append(threading.Thread(target=work, args=args, daemon=True))
        self._threads[-1].start()

    def _serve(self) -> None:
        while not self._shut.is_set():
            try:
                near, _address = self._server.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            self._ends += [near, far]
            far.connect(str(self._real))
            self._start(self._pump, near, far, None)
            self._start(self._pump, far, near, PASSED_BYTES)

    def _pump(self, source: socket.socket, sink: socket.socket, most: int | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while piece := source.recv(16 * 1024):
                if most is not None and passed > most:
                    if not self._cut:
                        self._shut.wait(120)
                    break
                sink.sendall(piece)
                passed += len(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """`door(endpoint, host, cut=…)`: put a Door before the endpoint's socket."""
    doors: list[Door] = []

    def put(endpoint: Any, host: Host, *, cut: bool) -> None:
        path = tmp_path / "door.sock"
        doors.append(Door(path, host.login("root").local_socket, cut=cut))
        link = endpoint_socket(settings.HAULOUT_RUN, endpoint.pk)
        link.unlink()
        link.symlink_to(path)

    yield put
    for one in doors:
        one.close()


@pytest.fixture
def hosts(lab: Lab, clean_hosts: None) -> Iterator[list[Host]]:
    source = lab.hosts[0]
    commit(source, NAME)
    yield list(lab.hosts)
    source.podman("rmi", NAME)


def left_behind(host: Host) -> list[str]:
    """The image, and whatever of its archive lies on the host's disk."""
    found = [line for line in host.podman("images").splitlines() if "half/way" in line]
    return found + [name for name in host.run("ls", "/var/tmp").split() if "libpod" in name]


def test_a_source_that_breaks_off(
    hosts: list[Host], door: Any, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    start, end = endpoint_on(hosts[0]), endpoint_on(hosts[1])
    row = mirrored(hosts[0], start, NAME)
    door(start, hosts[0], cut=True)
    job = copy_image.ask_many(person, [(start.pk, row.podman_id)], [end.pk]).jobs.get()
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert job.error == f"{start} stopped sending the image."
    until("nothing is left there", lambda: left_behind(hosts[1]) == [], timeout_s=20)


def test_cancelled_half_way(
    hosts: list[Host], door: Any, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    start, end = endpoint_on(hosts[0]), endpoint_on(hosts[1])
    row = mirrored(hosts[0], start, NAME)
    door(start, hosts[0], cut=False)
    job = copy_image.ask_many(person, [(start.pk, row.podman_id)], [end.pk]).jobs.get()
    worker().hand_over([job.pk])

    def bytes_passed() -> int:
        told = Job.objects.get(pk=job.pk).progress.get("layers") or [{"current": 0}]
        return int(told[0]["current"])

    until("bytes pass", lambda: bytes_passed() > 0, timeout_s=30)
    cancel_job.ask(person, job.pk)
    assert ended(job, within_s=60).state == "cancelled"
    until("nothing is left there", lambda: left_behind(hosts[1]) == [], timeout_s=20)
