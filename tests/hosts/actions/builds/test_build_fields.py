"""Names of a Containerfile that would lead Podman out of the context, or to another tool."""

import pytest

from hosts.actions.builds.build_fields import build_order
from hosts.refusals import FieldRefusal


@pytest.mark.parametrize("name", ["Containerfile", "docker/File", "./a/b.arm64", "in", "x.in.txt"])
def test_good_names(name: str) -> None:
    assert build_order(tags=["a:1"], containerfile=name).containerfile == name.removeprefix("./")


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "http://10.0.0.1/x",
        "Containerfile.in",
        "sub/Containerfile.in",
        '["Containerfile"]',
        '["http:\\u002f\\u002f10.0.0.1/x"]',
        "a\\b",
        "a\nb",
    ],
)
def test_refused_names(name: str) -> None:
    with pytest.raises(FieldRefusal) as refused:
        build_order(tags=["a:1"], containerfile=name)
    assert refused.value.field == "containerfile"
