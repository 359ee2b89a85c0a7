"""What somebody with access to some containers alone may make: nothing that reaches further."""

from typing import Any

import pytest

from hosts.actions.run import run_spec
from hosts.actions.run.narrow_grants import image_reach, reaching

PLAIN = {"image": "quay.io/team/shop:1", "name": "shop-1", "labels": {"app": "shop"}}


def refused(**params: Any) -> list[str]:
    given = {**PLAIN, **params}
    return reaching(run_spec.with_order_note(run_spec.build(given, {}, job_id=1), given))


def test_a_plain_container_reaches_nothing() -> None:
    assert (
        refused(command=["sleep", "1"], annotations={"org.opencontainers.image.title": "x"}) == []
    )


@pytest.mark.parametrize(
    "name",
    [
        "run.oci.hooks.stderr",
        "run.oci.seccomp.receiver",
        "run.oci.pidfd_receiver",
        "org.systemd.property.DeviceAllow",
        "io.podman.annotations.volumes-from",
        "my.own",
    ],
)
def test_no_annotation_that_a_runtime_reads(name: str) -> None:
    assert refused(annotations={name: "/run/of-the-host"}) == ["annotations"]


def test_no_label_by_which_podman_restarts_units_of_the_host() -> None:
    assert refused(labels={"app": "shop", "PODMAN_SYSTEMD_UNIT": "sshd.service"}) == ["labels"]


def test_no_log_of_checks_in_a_folder_of_the_host() -> None:
    assert reaching({"image": "x", "healthLogDestination": "/etc"}) == ["healthLogDestination"]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"Labels": {"PODMAN_SYSTEMD_UNIT": "poweroff.target"}}, ["PODMAN_SYSTEMD_UNIT"]),
        ({"Config": {"Labels": {"PODMAN_SYSTEMD_UNIT": ""}}}, ["PODMAN_SYSTEMD_UNIT"]),
        ({"Annotations": {"run.oci.hooks.stdout": "/etc/x"}}, ["run.oci.hooks.stdout"]),
        ({"Annotations": {"org.criu.config": "/etc/x"}}, ["org.criu.config"]),
        ({"Annotations": {"com.docker.official-images.bashbrew.arch": "amd64"}}, []),
        ({"Labels": {"maintainer": "somebody"}, "Annotations": None, "Config": None}, []),
        ({"Labels": "?", "Annotations": ["?"], "Config": []}, []),
    ],
)
def test_what_an_image_may_bring_along(image: dict[str, Any], said: list[str]) -> None:
    assert image_reach(image) == said
