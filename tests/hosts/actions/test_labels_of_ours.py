"""Labels by which we know our own: nobody can write them before, and no road takes them from people."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from hosts.actions.builds import build_fields
from hosts.actions.creation import checked_labels, job_filter
from hosts.actions.files.place import FILES_OF_LABEL, find_place
from hosts.actions.kube.kube_documents import with_job_labels
from hosts.actions.kube.kube_plan import plan_of
from hosts.actions.kube.kube_yaml import YamlRefused
from hosts.inventory.job_marks import JOB_LABEL, is_mark, job_of, mark
from hosts.refusals import FieldRefusal
from tests.hosts.podman.fake import Request, answer, talking

STOPPED = "a" * 64


def test_a_number_alone_is_no_mark() -> None:
    assert job_of(mark(12)) == 12
    assert is_mark(mark(12), 12)
    for forged in ("12", "12.", mark(13).replace("13.", "12."), "", "x.y", "9" * 40, mark(12, "a")):
        assert job_of(forged) is None, forged
        assert not is_mark(forged, 12)
    assert job_filter(12) == {"label": [f"{JOB_LABEL}={mark(12)}"]}


@pytest.mark.parametrize("name", [JOB_LABEL, FILES_OF_LABEL, f" {JOB_LABEL}"])
def test_no_label_of_ours_from_people(name: str) -> None:
    with pytest.raises(FieldRefusal):
        checked_labels({name: "7"})
    with pytest.raises(FieldRefusal):
        build_fields.build_order(tags=["shop:1"], labels={name: "7"})


OURS = ["io.haulout.job: '7'", "io.haulout.order: '{}'", "IO.Haulout.files-of: x"]
POD = """\
apiVersion: v1
kind: {kind}
metadata: {{name: shop{outer}}}
spec: {spec}
"""
INNER = "{containers: [{name: front, image: localhost/web}]}"


@pytest.mark.parametrize("holder", ["labels", "annotations"])
@pytest.mark.parametrize("name", OURS)
def test_a_kube_file_may_carry_none(name: str, holder: str) -> None:
    said = f", {holder}: {{app: shop, {name}}}"
    template = f"{{template: {{metadata: {{name: x{said}}}, spec: {INNER}}}}}"
    for text in (
        POD.format(kind="Pod", outer=said, spec=INNER),
        POD.format(kind="Deployment", outer=said, spec=f"{{template: {{spec: {INNER}}}}}"),
        POD.format(kind="Job", outer="", spec=template),
        POD.format(kind="PersistentVolumeClaim", outer=said, spec="{}"),
        POD.format(kind="Secret", outer=said, spec="{}"),
    ):
        with pytest.raises(YamlRefused, match=r"io\.haulout\.") as refused:
            plan_of(text)
        assert refused.value.line in (3, 4)


def test_a_pod_gets_the_one_of_its_job() -> None:
    template = f"{{template: {{metadata: {{labels: {{app: shop}}}}, spec: {INNER}}}}}"
    for kind, spec, outer in (("Pod", INNER, ", labels: {app: shop}"), ("Job", template, "")):
        text = POD.format(kind=kind, outer=outer, spec=spec)
        (made,) = yaml.safe_load_all(with_job_labels(plan_of(text), job_id=7))
        pod = made if kind == "Pod" else made["spec"]["template"]
        assert pod["metadata"]["labels"] == {"app": "shop", JOB_LABEL: mark(7)}


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({FILES_OF_LABEL: mark(7, STOPPED), JOB_LABEL: mark(7)}, "helper"),
        ({FILES_OF_LABEL: STOPPED, JOB_LABEL: mark(7)}, STOPPED),
        # an image that copied it while it was there, run by another job
        ({FILES_OF_LABEL: mark(7, STOPPED), JOB_LABEL: mark(8)}, STOPPED),
        ({FILES_OF_LABEL: mark(7, "b" * 64), JOB_LABEL: mark(7)}, STOPPED),
    ],
)
async def test_files_are_reached_by_a_helper_of_ours_alone(
    labels: dict[str, str], found: str
) -> None:
    helpers = [{"Id": "helper", "Names": ["x"], "Labels": labels}]
    asked_for: list[Any] = []

    async def handler(asked: Request, writer: asyncio.StreamWriter) -> None:
        where = urlsplit(asked.line.split()[1])
        told: Any = helpers
        if where.path.endswith(f"/containers/{STOPPED}/json"):
            told = {"State": {"Running": False}}
        else:
            asked_for.append(json.loads(parse_qs(where.query)["filters"][0]))
        writer.write(answer("200 OK", json.dumps(told).encode()))

    async with talking(handler) as (podman, _fake):
        assert (await find_place(podman, "container", STOPPED)).container == found
    assert asked_for == [{"label": [FILES_OF_LABEL], "status": ["running"]}]
