"""Image references: the grammar, full and short names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.actions.images.references import candidates, parse, parse_full
from hosts.podman.transports import TRANSPORTS
from hosts.refusals import Refusal

DIGEST = "sha256:" + "0f" * 32


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx", "nginx:latest"),
        (" nginx:1.27 ", "nginx:1.27"),
        ("library/nginx", "library/nginx:latest"),
        ("docker.io/library/nginx", "docker.io/library/nginx:latest"),
        ("localhost/x", "localhost/x:latest"),
        ("10.77.0.1:5000/lab/layers:v1.0_a-b", "10.77.0.1:5000/lab/layers:v1.0_a-b"),
        ("[fd00::1]:5000/x", "[fd00::1]:5000/x:latest"),
        (f"quay.io/x@{DIGEST}", f"quay.io/x@{DIGEST}"),
        (f"quay.io/x:1@{DIGEST}", f"quay.io/x:1@{DIGEST}"),
        ("Registry.Example.org/x", "Registry.Example.org/x:latest"),
        ("a__b/c--d.e_f", "a__b/c--d.e_f:latest"),
    ],
)
def test_good(text: str, full: str) -> None:
    assert str(parse(text)) == full


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Nginx",
        "quay.io/",
        "quay.io//x",
        "x:",
        "x:-a",
        "x@sha256:12",
        "x@",
        "-x",
        "x-",
        "a b",
        "a/_b",
        "a..b/c",
        "https://quay.io/x",
        "quay.io:port/x",
        "-quay.io/x",
        "x:" + "t" * 129,
        "a/" * 150 + "x",
        "x\ny",
        "\x00",
        "ü",
        "x;rm",
        "$(x)",
        "../x",
        "x/../y",
        "?x",
        "x#y",
    ],
)
def test_bad(text: str) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        parse(text)


def test_short_names_are_refused_where_a_full_one_is_needed() -> None:
    assert str(parse_full("quay.io/x")) == "quay.io/x:latest"
    for text in ("nginx", "library/nginx:1", f"x@{DIGEST}"):
        with pytest.raises(Refusal, match="registry"):
            parse_full(text)


def test_candidates_in_the_order_of_the_search() -> None:
    search = ["quay.io", "docker.io"]
    assert candidates(parse("nginx:1"), search) == ["quay.io/nginx:1", "docker.io/library/nginx:1"]
    assert candidates(parse("team/x"), search)[1] == "docker.io/team/x:latest"
    assert candidates(parse("quay.io/x"), search) == ["quay.io/x:latest"]
    assert candidates(parse("x"), []) == []


@given(st.text() | st.text("abz019._-/:@[]A "))
def test_any_text_parses_or_is_refused_and_reads_back(text: str) -> None:
    try:
        reference = parse(text)
    except Refusal:
        return
    assert parse(str(reference)) == reference


@pytest.mark.parametrize("transport", sorted(TRANSPORTS))
def test_no_name_leads_to_the_disk_of_a_host(transport: str) -> None:
    for rest in ("/srv/x", "5000/x:1", "//quay.io/x", "latest", f"x@{DIGEST}"):
        for text in (f"{transport}:{rest}", f" {transport.upper()}:{rest}"):
            with pytest.raises(Refusal, match="file or storage"):
                parse(text)
    # as a part of a name it is a word like others
    assert str(parse(f"quay.io/{transport}:1")) == f"quay.io/{transport}:1"
    assert str(parse(f"localhost/{transport}")) == f"localhost/{transport}:latest"


def test_docker_is_an_image_too() -> None:
    assert str(parse("docker:dind")) == "docker:dind"
