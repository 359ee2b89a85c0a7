"""Where a step of Podman's output stands in the Containerfile, and what of an order is refused."""

import io
import tarfile

import pytest

from hosts.actions.builds import containerfile
from hosts.actions.builds.build_fields import build_order
from hosts.refusals import FieldRefusal

FILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=1
FROM --platform=linux/amd64 docker.io/library/golang:1 AS Make

RUN go build \\
    # a comment within
    ./...
FROM make AS test
FROM registry.example/base:${VERSION}
FROM scratch
FROM quay.example/run
COPY --from=make /a /a
"""


def test_a_step_is_found_at_its_line() -> None:
    step = containerfile.step_of("[1/3] STEP 2/2: RUN go build     ./...\n")
    assert containerfile.line_of(FILE, step) == 5
    assert containerfile.step_of("--> 0a1b2c") == ""
    assert containerfile.line_of(FILE, "RUN something else") == 0
    # Podman repeats it as it joined it: without a space
    assert containerfile.line_of("FROM a\nRUN echo on\\\ne", "RUN echo one") == 2


def test_the_tar_holds_it_alone() -> None:
    with tarfile.open(fileobj=io.BytesIO(containerfile.tar_of(FILE))) as tar:
        (member,) = tar.getmembers()
        inside = tar.extractfile(member)
        assert member.name == "Containerfile"
        assert inside is not None
        assert inside.read().decode() == FILE


def test_names_without_a_registry_are_of_this_host() -> None:
    assert build_order(tags=["shop", "quay.example/shop:2"]).tags == (
        "localhost/shop:latest",
        "quay.example/shop:2",
    )


@pytest.mark.parametrize(
    ("field", "order"),
    [
        ("tags", {"tags": []}),
        ("tags", {"tags": ["Shop"]}),
        ("tags", {"tags": [f"shop@sha256:{'0' * 64}"]}),
        ("target", {"tags": ["a"], "target": "a b"}),
        ("platform", {"tags": ["a"], "platform": "arm64"}),
        ("containerfile", {"tags": ["a"], "containerfile": "../Containerfile"}),
        ("containerfile", {"tags": ["a"], "containerfile": "/etc/passwd"}),
    ],
)
def test_what_is_refused(field: str, order: dict[str, object]) -> None:
    with pytest.raises(FieldRefusal) as refused:
        build_order(**order)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_values_of_arguments_are_not_shown() -> None:
    order = build_order(tags=["a"], arguments={"TOKEN": "canary"})
    assert "canary" not in repr(order)
    assert "canary" not in str(order.log_params())
    assert order.options().params()["buildargs"] == {"TOKEN": "canary"}
