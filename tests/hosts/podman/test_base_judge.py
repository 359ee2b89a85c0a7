"""No Containerfile builds on what lies on the host's disk, however it is written."""

import pytest

from hosts.podman.base_judge import BaseFault, UnsafeBase, judge
from hosts.podman.containerfile import LIMIT_BYTES
from hosts.podman.transports import TRANSPORTS

T, N, C = BaseFault.TRANSPORT, BaseFault.UNKNOWN, BaseFault.UNCLEAR
REFUSED = [
    ("FROM docker-archive:/srv/backup.tar", T),
    ("from oci:/x as y", T),
    ("FROM OCI:/x", T),
    ("FROM oci:5000/x:1", T),
    ("FROM docker.io/library/a AS a\nFROM dir:/x", T),
    # joined as buildah joins: without a space
    ("FROM oc\\\ni:/x", T),
    ("F\\\nROM oci:/x", T),
    ("FROM a\nCOPY --fr\\\nom=dir:/x / /", T),
    ("FROM a\nCOPY --fr\\\n# remark\n\nom=dir:/x / /", T),
    ("FROM a\nCOPY --from=docker-archive:/x / /", T),
    ("FROM a\nADD --chown=1 --from=containers-storage:x / /", T),
    ("FROM a\nRUN --mount=type=bind,from=oci-archive:/x cat", T),
    ("FROM a\nONBUILD COPY --from=oci:/x / /", T),
    ("FROM a\nRUN --mount=type=cache,target=/a,FROM=dir:/x cat", T),
    # quotes
    ('FROM "oci:/x"', T),
    ("FROM oc\\i:/x", C),
    ('FROM o"c"i:/x', C),
    ('FROM --platform="a b" oci:/x', C),
    ('FROM a\nCOPY --chown="a b" --from=oci:/x / /', T),
    ('FROM a\nCOPY --fr"om"=oci:/x / /', T),
    ('FROM a\nRUN --mount=type=bind,"from=oci:/x" cat', T),
    ("FROM a\nCOPY --chown=\u00e0--from=oci:/x / /", C),
    # arguments
    ("ARG B=oci\nFROM $B:/x", T),
    ("ARG B=oci:/x\nARG A=$B\nFROM ${A}", T),
    ("ARG B=fine\nARG B=oci\nFROM ${B}:x", T),
    ("FROM ${X:-dir:/x}", T),
    ("ARG X=a\nFROM ${X:+dir:/x}", T),
    ("FROM a\nARG B=only-in-the-stage\nFROM ${B}oci:/x", T),
    ("FROM $UNKNOWN", N),
    ("ARG B\nFROM $B", N),
    ("ARG B=a\nFROM ${B#x}", N),
    ("ARG A=$A\nFROM $A", N),
    ('ARG "A=oci"\nARG A=fine\nFROM $A:/x', N),
    ("FROM a\nCOPY --from=$X / /", N),
    ("FROM a\nCOPY --$X=oci:/x / /", N),
    ("FROM a\nRUN --mount=type=bind,target=$Y cat", N),
    # what is text for one version is an instruction for another
    ("FROM a\nRUN cat <<EOF\nCOPY --from=oci:/x / /\nEOF", T),
    ("FROM a\nRUN cat <<#E\nRUN x\\\n#E\nCOPY --from=oci:/x / /", T),
    ("FROM a\nRUN x\\\n\x1c#\nCOPY --from=oci:/x / /", C),
    ("# escape=`\nFROM a", C),
    (f"FROM a\nCOPY {'--x ' * 2000}--from=oci:/x / /", C),
    (f"FROM a\nRUN true\n{'#' * LIMIT_BYTES}", BaseFault.LARGE),
]
TAKEN = [
    "FROM docker.io/library/alpine:3",
    "FROM scratch",
    "FROM docker:dind",
    "FROM docker://quay.io/x",
    "FROM registry.example:5000/x@sha256:aaaa AS Base\nFROM Base",
    "ARG V=3\nFROM alpine:${V}\nARG V\nRUN echo $V",
    "ARG R=quay.io\nARG I=$R/x\nFROM ${I}:1 AS b\nCOPY --from=b --chown=$U:$U /a /b",
    "FROM --platform=$BUILDPLATFORM golang:1\nCOPY --from=0 /x /y",
    "FROM alpine-$TARGETARCH",
    'FROM a\nRUN psql <<EOF\nselect *\nFROM users\nFROM "users"\nfrom x import y\nEOF',
    'FROM a\nRUN apt \\\n # remark\n --foo="x" y && \\\n add --x "y" from=oci:/x',
    'FROM a\nRUN --mount=type=cache,target="/root/.cache" pip --from=oci',
    f"FROM a\nRUN echo {'x' * 9000}",
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_reaches_the_host_is_refused(text: str, why: BaseFault) -> None:
    with pytest.raises(UnsafeBase) as refused:
        judge(text, {})
    assert refused.value.why is why


@pytest.mark.parametrize("text", TAKEN)
def test_what_comes_from_a_registry_is_taken(text: str) -> None:
    judge(text, {})


@pytest.mark.parametrize(("deep", "wide"), [(600, 1), (600, 2), (40, 8), (3, 40)])
def test_arguments_in_arguments_end_somewhere(deep: int, wide: int) -> None:
    lines = [f"ARG A{at}={f'$A{at + 1}' * wide}\n" for at in range(deep)]
    with pytest.raises(UnsafeBase) as refused:
        judge(f"{''.join(lines)}ARG A{deep}=x\nARG A{deep}=y\nFROM $A0\n", {})
    assert refused.value.why is N


@pytest.mark.parametrize("transport", sorted(TRANSPORTS))
def test_an_argument_of_the_build_is_followed(transport: str) -> None:
    judge("ARG B\nFROM $B", {"B": "quay.io/x"})
    judge("ARG B=quay.io/x\nFROM $B", {"B": "quay.io/y"})
    for text in ("ARG B\nFROM $B", "ARG B=quay.io/x\nFROM $B"):
        with pytest.raises(UnsafeBase) as refused:
            judge(text, {"B": f"{transport}:/srv"})
        assert (refused.value.line, refused.value.why) == (2, T)


MOUNTS = [
    "FROM a\nRUN --mount=type=bind,target=/x cat",
    "FROM a\nrun --MOUNT=type=cache,target=/x cat",
    "FROM a\nRUN --network=none --mount=type=cache,target=/x cat",
    "FROM a\nRUN --network none --mount=type=cache,target=/x cat",
    "FROM a\nRUN \\\n# remark\n\n --mount=type=cache,target=/x cat",
    "FROM a\nRUN --mou\\\nnt=type=cache,target=/x cat",
    'FROM a\nRUN --mo"un"t=type=cache,target=/x cat',
    "FROM a\nONBUILD RUN --mount=type=cache,target=/x cat",
    "FROM a\nRUN cat <<EOF\nRUN --mount=type=cache,target=/x cat\nEOF",
]


@pytest.mark.parametrize("text", MOUNTS)
def test_where_mounts_leave_the_build_none_is_taken(text: str) -> None:
    with pytest.raises(UnsafeBase) as refused:
        judge(text, {}, mounts=False)
    assert refused.value.why is BaseFault.MOUNT


@pytest.mark.parametrize("text", ["FROM a\nRUN tool --mount=x", "FROM a\nCOPY --chown=a /mount /b"])
def test_and_what_only_looks_like_one_is(text: str) -> None:
    judge(text, {}, mounts=False)
