"""What may not be in a tar that Podman unpacks on a host's own disk: crafted ones, piece by piece."""

import io
import tarfile
from collections.abc import AsyncIterator

import pytest

from hosts.podman.tar_judge import (
    BaseRefused,
    EntryFault,
    EntryRefused,
    NotATar,
    TarJudge,
    of_context,
    of_images,
)

FILE, LINK, HARD, FOLDER = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
Entry = tuple[str, bytes, str]
LONG = "deep/" * 40
THE_FILE = ("Containerfile", FILE, "")


def packed(*entries: Entry, form: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as tar:
        for name, kind, target in entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            content = (
                (b"[]" if name.endswith(".json") else b"x").ljust(600) if kind == FILE else b""
            )
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return made.getvalue()


async def passed(judge: TarJudge, data: bytes, *, size: int = 512) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), size):
            yield data[at : at + size]

    return b"".join([piece async for piece in judge.checked(pieces())])


GOOD: list[list[Entry]] = [
    [THE_FILE],
    [(".", FOLDER, ""), ("./Containerfile", FILE, ""), ("./.containerignore", FILE, "")],
    [THE_FILE, ("rootfs/etc/mtab", LINK, "/proc/self/mounts"), ("lib", LINK, "usr/lib")],
    [THE_FILE, ("a", FILE, ""), ("b", HARD, "a"), ("Containerfile.arm", LINK, "Containerfile")],
    [("pax_global_header", tarfile.XGLTYPE, ""), THE_FILE],
]


@pytest.mark.parametrize("entries", GOOD)
@pytest.mark.parametrize("size", [1, 513, 65536])
async def test_a_good_context_passes_byte_by_byte(entries: list[Entry], size: int) -> None:
    data = packed(*entries)
    assert data.startswith(await passed(of_context("Containerfile"), data, size=size))


HOSTILE: list[tuple[str, list[Entry], EntryFault]] = [
    ("Containerfile", [("Containerfile", LINK, "/etc/passwd")], EntryFault.READ_BY_PODMAN),
    ("Containerfile", [("./Containerfile", LINK, "other")], EntryFault.READ_BY_PODMAN),
    ("Containerfile", [("x/..//Containerfile", LINK, "other")], EntryFault.UPWARDS),
    ("Containerfile", [(".//./Containerfile/", LINK, "other")], EntryFault.READ_BY_PODMAN),
    ("./Containerfile", [("Containerfile", LINK, "other")], EntryFault.READ_BY_PODMAN),
    ("Containerfile", [("a", FILE, ""), ("Containerfile", HARD, "a")], EntryFault.READ_BY_PODMAN),
    # an earlier or a later one of the same name makes no difference
    (
        "Containerfile",
        [THE_FILE, ("Containerfile", LINK, "/etc/passwd")],
        EntryFault.READ_BY_PODMAN,
    ),
    ("Containerfile", [("Containerfile", LINK, "/x"), THE_FILE], EntryFault.READ_BY_PODMAN),
    ("sub/passwd", [("sub", LINK, "/etc")], EntryFault.READ_BY_PODMAN),
    ("a/b/c", [("a", FOLDER, ""), ("a/b", LINK, "/etc")], EntryFault.READ_BY_PODMAN),
    ("a/b/c", [("a/b/c", FILE, ""), ("a", LINK, "/etc")], EntryFault.READ_BY_PODMAN),
    ("a/b", [(".", LINK, "/etc")], EntryFault.READ_BY_PODMAN),
    (LONG + "File", [(LONG + "File", LINK, "/etc/passwd")], EntryFault.READ_BY_PODMAN),
    (LONG + "File", [(LONG[:-1], LINK, "/etc/" + "x" * 200)], EntryFault.READ_BY_PODMAN),
    ("Containerfile", [(".containerignore", LINK, "/etc/passwd")], EntryFault.READ_BY_PODMAN),
    ("Containerfile", [("./.dockerignore", HARD, "a")], EntryFault.READ_BY_PODMAN),
    ("d/File", [("d/File.dockerignore", LINK, "/etc/passwd")], EntryFault.READ_BY_PODMAN),
    # Podman would write through the link, as root
    ("Containerfile", [("sub", LINK, "/etc"), ("sub/evil", FILE, "")], EntryFault.BEHIND_LINK),
    (
        "Containerfile",
        [("sub", LINK, "/etc"), ("./sub//evil/", FOLDER, "")],
        EntryFault.BEHIND_LINK,
    ),
    ("Containerfile", [("sub", LINK, "/etc"), ("x", HARD, "sub/passwd")], EntryFault.TO_LINK),
    ("Containerfile", [("l", LINK, "/etc"), ("m", HARD, "./l")], EntryFault.TO_LINK),
    (
        "Containerfile",
        [("sub", LINK, "/"), ("sub/etc/x", tarfile.XGLTYPE, "")],
        EntryFault.BEHIND_LINK,
    ),
    ("Containerfile", [("../evil", FILE, "")], EntryFault.UPWARDS),
    ("Containerfile", [("a", HARD, "../../etc/passwd")], EntryFault.UPWARDS),
    ("Containerfile", [("/etc/evil", FILE, "")], EntryFault.ABSOLUTE),
    ("Containerfile", [("disk", tarfile.BLKTYPE, "")], EntryFault.DEVICE),
    ("Containerfile", [("Containerfile", tarfile.FIFOTYPE, "")], EntryFault.PIPE),
]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize(("path", "entries", "why"), HOSTILE)
async def test_a_hostile_context_is_refused(
    path: str, entries: list[Entry], why: EntryFault, form: int
) -> None:
    data = packed(("good", FILE, ""), *entries, form=form)
    for size in (1, 512, 65536):
        with pytest.raises(EntryRefused) as refused:
            await passed(of_context(path), data, size=size)
        assert refused.value.why == why


async def test_other_letters_are_another_file() -> None:
    await passed(of_context("Containerfile"), packed(("containerfile", LINK, "Containerfile")))


async def test_nothing_of_the_refused_entry_is_passed() -> None:
    data = packed(("good", FILE, ""), ("evil" * 30, HARD, "/etc/" + "shadow" * 30))
    for size in (100, 512, 700):
        judge, sent = of_context("Containerfile"), bytearray()

        async def pieces(size: int = size) -> AsyncIterator[bytes]:
            for at in range(0, len(data), size):
                yield data[at : at + size]

        async def send(judge: TarJudge = judge, sent: bytearray = sent) -> None:
            async for piece in judge.checked(pieces()):
                sent.extend(piece)

        with pytest.raises(EntryRefused):
            await send()
        assert b"evil" not in sent
        assert b"shadow" not in sent


LAYER = ("1/layer.tar", FILE, "")


@pytest.mark.parametrize(
    "entries",
    [
        [LAYER, ("2/layer.tar", LINK, "../1/layer.tar"), ("manifest.json", FILE, "")],
        [("blobs", FOLDER, ""), ("blobs/sha256/ab", FILE, ""), ("index.json", FILE, "")],
    ],
)
async def test_an_archive_of_images_passes(entries: list[Entry]) -> None:
    await passed(of_images(), packed(*entries))


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([("index.json", LINK, "/etc/passwd")], EntryFault.READ_BY_PODMAN),
        ([("oci-layout", HARD, "x")], EntryFault.READ_BY_PODMAN),
        ([("blobs", LINK, "/var")], EntryFault.READ_BY_PODMAN),
        ([("blobs/sha256", LINK, "/var")], EntryFault.READ_BY_PODMAN),
        ([("blobs/sha256/ab", LINK, "/etc/shadow")], EntryFault.READ_BY_PODMAN),
        ([("sub", LINK, "/etc"), ("sub/evil", FILE, "")], EntryFault.BEHIND_LINK),
    ],
)
async def test_a_hostile_archive_of_images(entries: list[Entry], why: EntryFault) -> None:
    with pytest.raises(EntryRefused) as refused:
        await passed(of_images(), packed(*entries))
    assert refused.value.why == why


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1f\x8b\x08" + b"x" * 600, b"<html>" * 200, packed(THE_FILE)[:700]],
    ids=["nothing", "compressed", "no tar", "cut"],
)
async def test_what_is_no_whole_tar(data: bytes) -> None:
    with pytest.raises(NotATar):
        await passed(of_context("Containerfile"), data)


def _with(*files: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return made.getvalue()


ARCHIVE = b"ARG B=quay.io/x\nFROM ${B}\nCOPY --from=docker-archive:/srv/x / /\n"


@pytest.mark.parametrize("name", ["Containerfile", "./Containerfile", "Containerfile/Dockerfile"])
@pytest.mark.parametrize("size", [1, 700, 65536])
async def test_a_base_on_the_host_ends_the_archive(name: str, size: int) -> None:
    data = _with(("a", b"x" * 900), (name, ARCHIVE), ("b", b"y" * 900))
    judge, sent = of_context("Containerfile"), bytearray()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), size):
            yield data[at : at + size]

    async def send() -> None:
        async for piece in judge.checked(pieces()):
            sent.extend(piece)

    with pytest.raises(BaseRefused) as refused:
        await send()
    assert refused.value.line == 3
    assert len(sent) < data.index(b"y" * 900)


async def test_a_file_that_is_not_built_is_not_read() -> None:
    data = _with(("Containerfile", b"FROM a"), ("other/Containerfile", ARCHIVE))
    await passed(of_context("Containerfile"), data)


async def test_the_last_of_a_name_counts_too() -> None:
    data = _with(("Containerfile", b"FROM a"), ("Containerfile", ARCHIVE))
    with pytest.raises(BaseRefused):
        await passed(of_context("Containerfile"), data)


async def test_arguments_of_the_build_reach_the_judge() -> None:
    data = _with(("Containerfile", b"ARG B\nFROM $B"))
    await passed(of_context("Containerfile", arguments={"B": "quay.io/x"}), data)
    with pytest.raises(BaseRefused):
        await passed(of_context("Containerfile", arguments={"B": "dir:/srv"}), data)
