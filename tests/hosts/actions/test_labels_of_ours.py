"""Labels by which we know our own: nobody can write them before, and no road takes them from people."""

import asyncio
from typing import Any

import pytest
import yaml

from hosts.actions.build import build_fields
from hosts.actions.files.place import HELPS, find_place
from hosts.actions.kube.kube_plan import plan_of
from hosts.actions.kube.labelled import labelled
from hosts.actions.making import checked_labels, made_by
from hosts.actions.refused import HostRefused
from hosts.inventory.job_marks import JOB_LABEL, is_mark, job_of, mark
from hosts.podman import containers

STOPPED = "a" * 64


def test_a_number_alone_is_no_mark() -> None:
    assert job_of(mark(12)) == 12
    assert is_mark(mark(12), 12)
    for forged in ("12", "12.", mark(13).replace("13.", "12."), "", "x.y", "9" * 40, mark(12, "a")):
        assert job_of(forged) is None, forged
        assert not is_mark(forged, 12)
    assert made_by(12) == {"label": [f"{JOB_LABEL}={mark(12)}"]}


@pytest.mark.parametrize("name", [JOB_LABEL, HELPS, f" {JOB_LABEL}"])
def test_no_label_of_ours_from_people(name: str) -> None:
    with pytest.raises(HostRefused):
        checked_labels({name: "7"})
    with pytest.raises(HostRefused):
        build_fields.checked(tags=["shop:1"], labels={name: "7"})


def test_a_kube_files_own_are_dropped() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
  labels: {app: shop, io.haulout.job: "7", io.haulout.files-of: x}
spec:
  containers: [{name: front, image: localhost/web}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: stock
  labels: {io.haulout.job: "7"}
"""
    pod, claim = yaml.safe_load_all(labelled(plan_of(text), job_id=7))
    assert pod["metadata"]["labels"] == {"app": "shop", JOB_LABEL: mark(7)}
    assert claim["metadata"] == {"name": "stock", "labels": {}}


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({HELPS: mark(7, STOPPED), JOB_LABEL: mark(7)}, "helper"),
        ({HELPS: STOPPED, JOB_LABEL: mark(7)}, STOPPED),
        # an image that copied it while it was there, run by another job
        ({HELPS: mark(7, STOPPED), JOB_LABEL: mark(8)}, STOPPED),
        ({HELPS: mark(7, "b" * 64), JOB_LABEL: mark(7)}, STOPPED),
    ],
)
def test_files_are_reached_by_a_helper_of_ours_alone(
    monkeypatch: pytest.MonkeyPatch, labels: dict[str, str], found: str
) -> None:
    async def inspect(_podman: Any, _container: str) -> dict[str, Any]:
        return {"State": {"Running": False}}

    async def listed(_podman: Any, *, filters: dict[str, list[str]]) -> list[dict[str, Any]]:
        assert filters == {"label": [HELPS], "status": ["running"]}
        return [{"Id": "helper", "Names": ["x"], "Labels": labels}]

    monkeypatch.setattr(containers, "inspect", inspect)
    monkeypatch.setattr(containers, "list_containers", listed)
    podman: Any = None
    assert asyncio.run(find_place(podman, "container", STOPPED)).container == found
