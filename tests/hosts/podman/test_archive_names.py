"""Names in archives of images: all that any Podman could take for one, however it is spelt."""

import json
import tarfile
from io import BytesIO

import pytest

from hosts.podman.archive_names import LIMIT_BYTES, names_in
from hosts.podman.tar_judge import EntryFault, EntryRefused, TarJudge, of_images
from tests.hosts.podman.test_tar_judge import passed

DOCKER = b'[{"Config": "a.json", "RepoTags": ["quay.io/a/b:1", "c:2"], "Layers": ["x/layer.tar"]}]'
OCI = json.dumps(
    {
        "schemaVersion": 2,
        "manifests": [
            {
                "digest": "sha256:0",
                "annotations": {
                    "org.opencontainers.image.ref.name": "1.0",
                    "io.containerd.image.name": "docker.io/a/b:1",
                },
            },
            {"digest": "sha256:1"},
        ],
    }
).encode()


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (DOCKER, ["quay.io/a/b:1", "c:2"]),
        (OCI, ["1.0", "docker.io/a/b:1"]),
        (b'[{"repoTAGS": ["a"], "RepoTags": ["b"]}, {"RepoTags": null}]', ["a", "b"]),
        ('[{"RepoTag\N{LATIN SMALL LETTER LONG S}": ["a"]}]'.encode(), ["a"]),
        (b'[{"RepoTags": ["a\xff"]}]', ["a\N{REPLACEMENT CHARACTER}"]),
        (b'{"manifests": [{"Annotations": {}, "annotations": null}]}', []),
        (b"[]", []),
    ],
)
def test_names_are_found(content: bytes, names: list[str]) -> None:
    assert names_in(content) == names


@pytest.mark.parametrize("content", [b"", b"{", b"[] []", b"[" * 100_000])
def test_what_is_no_json_is_said(content: bytes) -> None:
    with pytest.raises(ValueError):
        names_in(content)


def archive(**files: bytes) -> bytes:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("__", "/").replace("_json", ".json"))
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
    return made.getvalue()


@pytest.mark.parametrize("size", [1, 512, 65536])
async def test_the_names_are_known_before_the_end_is_passed_on(size: int) -> None:
    judge = of_images()
    data = archive(blob=b"x" * 3000, manifest_json=DOCKER, index_json=OCI)
    assert data.startswith(await passed(judge, data, size=size))
    assert judge.names == ["quay.io/a/b:1", "c:2", "1.0", "docker.io/a/b:1"]


async def test_who_hears_them_may_keep_the_end_back() -> None:
    judge, sent = of_images(), bytearray()
    data = archive(blob=b"x" * 3000, manifest_json=DOCKER)

    async def pieces():
        for at in range(0, len(data), 512):
            yield data[at : at + 512]

    async def heed() -> None:
        raise LookupError(judge.names[0])

    async def send() -> None:
        async for piece in judge.checked(pieces(), heed):
            sent.extend(piece)

    with pytest.raises(LookupError, match=r"quay\.io/a/b:1"):
        await send()
    assert b"RepoTags" in sent
    # a tar ends with two empty blocks
    assert not sent.endswith(bytes(512))


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"no list", EntryFault.NO_LIST), (b" " * (LIMIT_BYTES + 1), EntryFault.LARGE)],
)
async def test_a_list_that_cannot_be_read_is_refused(content: bytes, why: EntryFault) -> None:
    with pytest.raises(EntryRefused) as refused:
        await passed(of_images(), archive(manifest_json=content))
    assert refused.value.why == why


async def test_a_list_within_a_folder_is_none() -> None:
    judge = of_images()
    await passed(judge, archive(inner__manifest_json=DOCKER))
    assert judge.names == []


async def test_other_tars_have_no_names() -> None:
    judge = TarJudge()
    await passed(judge, archive(manifest_json=b"no list"))
    assert judge.names == []
