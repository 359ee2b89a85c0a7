"""A container read back into fields: whose word counts, and that no host breaks the page."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosts.actions.run.existing import Source, inspect_with_image, read_existing
from hosts.actions.run.order_note import write
from hosts.actions.run.run_spec import MOST_NOTE, ORDER_NOTE, with_order_note
from hosts.actions.run.table import FIELDS
from hosts.inventory.job_marks import JOB_LABEL, mark
from hosts.refusals import Refusal
from tests.hosts.podman.fake import answer, says, talking

ID = "ab" * 32
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
PARTS = """Env Cmd Entrypoint Labels Annotations CreateCommand Healthcheck Secrets StopSignal User
Hostname RestartPolicy PortBindings Tmpfs Ulimits Devices LogConfig SecurityOpt Memory CpuQuota
ShmSize CapAdd ExtraHosts NetworkMode BlkioDeviceReadBps""".split()  # noqa: SIM905


HERE = 3


def sealed(order: dict[str, str], *, endpoint_id: int = HERE) -> str:
    """Our note of it, written by job 7."""
    return write(order, job_id=7, endpoint_id=endpoint_id)


def container(**config: Any) -> dict[str, Any]:
    return {
        "Id": ID,
        "Name": "shop",
        "Image": ID,
        "ImageName": "quay.io/team/shop:1",
        "State": {"Running": True},
        "Config": {"Hostname": ID[:12], **config},
        "HostConfig": {"NetworkMode": "bridge", "RestartPolicy": {"Name": "always"}},
        "NetworkSettings": {"Networks": {"back": {"Aliases": ["db", ID[:12]]}}},
        "Mounts": [
            {
                "Type": "volume",
                "Name": "cd" * 32,
                "Destination": "/data",
                "Options": ["nosuid", "nodev", "rbind"],
                "RW": True,
            }
        ],
    }


def test_from_inspect_what_the_image_says_is_left_out() -> None:
    found = container(
        Env=["PATH=/x", "container=podman", "HOME=/root", "KEY=value", "OF=image", "WORD=*******"],
        Cmd=["serve", "now"],
        Entrypoint=["/entry"],
        Labels={"a": "b", "from": "image"},
    )
    found["_image"] = {
        "Env": ["PATH=/x", "OF=image"],
        "Entrypoint": ["/entry"],
        "Cmd": ["serve"],
        "Labels": {"from": "image"},
    }
    there = read_existing(found, HERE)
    assert there.source is Source.INSPECT
    assert there.env == {"KEY": "value"}
    assert there.missing == ("WORD",)
    assert "WORD" in there.untold
    assert there.texts == {
        "image": "quay.io/team/shop:1",
        "name": "shop",
        "command": "serve now",
        "labels": "a=b",
        "restart": "always",
        "network": "back:alias=db",
        "volumes": f"{'cd' * 32}:/data",
    }
    # another one like it gets a nameless volume of its own
    assert read_existing(found, HERE, keep_volumes=False).texts["volumes"] == "/data"


def test_the_order_counts_except_for_what_was_changed_since() -> None:
    words = ["podman", "run", "--name", "old", "-v", "/data", "--sysctl", "a.b=1", "-m", "64m"]
    found = container(CreateCommand=[*words, "--network", "back:ip=10.0.0.7", "-e", "KEY=x", "img"])
    found["HostConfig"]["Memory"] = 128 * 1024**2
    there = read_existing(found, HERE)
    assert there.source is Source.COMMAND
    assert there.untold == ""
    assert there.texts["sysctls"] == "a.b=1"
    assert there.texts["network"] == "back:ip=10.0.0.7"
    assert (there.texts["name"], there.texts["memory"]) == ("shop", "128m")
    assert there.texts["restart"] == "always"
    assert there.texts["volumes"] == f"{'cd' * 32}:/data"
    found["NetworkSettings"]["Networks"] = {"front": {}}
    assert read_existing(found, HERE).texts["network"] == "front"


def test_our_own_note_counts_first() -> None:
    note = {"image": "x", "secrets": "key,target=/run/key", "read_only": "on", "nonsense": "y"}
    found = container(
        Annotations={ORDER_NOTE: sealed(note)},
        Labels={JOB_LABEL: mark(7)},
        CreateCommand=["podman", "run", "img"],
    )
    there = read_existing(found, HERE)
    assert there.source is Source.NOTE
    assert there.texts["secrets"] == "key,target=/run/key"
    assert there.texts["image"] == "quay.io/team/shop:1"
    assert "nonsense" not in there.texts


@pytest.mark.parametrize("note", ["", "{", "[]", '{"name": 7}', '{"memory": "lots"}'])
def test_a_note_that_is_none_does_no_harm(note: str) -> None:
    there = read_existing(container(Annotations={ORDER_NOTE: note}), HERE)
    assert there.texts["name"] == "shop"


# a loaded machine is slow at making them up
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(PARTS), JSON, max_size=6), JSON, JSON, JSON)
def test_whatever_a_host_tells_it_is_read(parts: dict[str, Any], a: Any, b: Any, c: Any) -> None:
    found = {"Id": ID, "Name": a, "Config": parts, "HostConfig": parts, "Mounts": b}
    told = found | {"NetworkSettings": c, "State": a, "Pod": b, "_image": parts}
    there = read_existing(told, HERE)
    assert all(isinstance(text, str) for text in there.texts.values())


def noted_container(note: str, *, label: str = mark(7)) -> dict[str, Any]:
    return container(Annotations={ORDER_NOTE: note}, Labels={JOB_LABEL: label})


FORGED = {
    "without a seal": noted_container('{"privileged": "on"}'),
    "as we wrote it before it was sealed": noted_container('{"order": {"privileged": "on"}}'),
    "another order under the seal": noted_container(
        sealed({"image": "x"}).replace('"image": "x"', '"privileged": "on"')
    ),
    "of another job": noted_container(sealed({"privileged": "on"}), label=mark(8)),
    "with a label that others wrote": noted_container(sealed({"privileged": "on"}), label="7"),
    "of a container with another name": noted_container(
        sealed({"privileged": "on", "name": "admins"})
    ),
    "of another endpoint": noted_container(sealed({"privileged": "on"}, endpoint_id=HERE + 1)),
    "no texts": noted_container('{"order": {"privileged": 1}, "seal": "7.x"}'),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_note_chooses_nothing(how: str) -> None:
    """S7: an administrator's recreate made what the note of a kube file said."""
    there = read_existing(FORGED[how], HERE)
    assert there.source is Source.INSPECT
    assert "privileged" not in there.texts


def test_the_same_with_its_own_seal_counts() -> None:
    for order in ({"read_only": "on"}, {"read_only": "on", "name": "shop"}):
        there = read_existing(noted_container(sealed(order)), HERE)
        assert there.source is Source.NOTE
        assert there.texts["read_only"] == "on"


async def seen(note: str, annotations: dict[str, str] | None) -> dict[str, Any]:
    """A container with that note, of an image with these annotations; None: of one that is gone."""
    image = json.dumps({"Config": {"Cmd": ["serve"]}, "Annotations": annotations}).encode()
    told = answer("200 OK", json.dumps(noted_container(note)).encode())
    away = answer("404 Not Found", b'{"message": "no such image"}')
    of_image = away if annotations is None else answer("200 OK", image)
    async with talking(says(told, of_image)) as (podman, _fake):
        return await inspect_with_image(podman, ID)


@pytest.mark.parametrize("annotations", [{ORDER_NOTE: '{"privileged": "on"}'}, None])
async def test_a_note_that_the_image_may_have_brought_is_none(
    annotations: dict[str, str] | None,
) -> None:
    """Whoever makes an image would else choose what pulling and making it again makes."""
    there = read_existing(await seen(sealed({"privileged": "on"}), annotations), HERE)
    assert there.source is Source.INSPECT
    assert "privileged" not in there.texts


async def test_a_note_of_which_the_image_knows_nothing_is_ours() -> None:
    found = await seen(sealed({"read_only": "on"}), {"other": "x"})
    assert read_existing(found, HERE).texts["read_only"] == "on"
    assert found["_image"] == {"Cmd": ["serve"]}


def test_a_note_is_written_over_the_images_also_where_it_is_too_long() -> None:
    params = {"image": "quay.io/team/shop:1", "command": ["x" * (MOST_NOTE + 1)]}
    assert with_order_note({}, params)["annotations"] == {ORDER_NOTE: ""}


def test_nobody_writes_a_note_of_ours_into_the_form() -> None:
    with pytest.raises(Refusal, match="reserved for Haulout"):
        FIELDS["annotations"].read(f"{ORDER_NOTE}={{}}")
