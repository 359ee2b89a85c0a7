"""Tars as clients send them, for tests of the gate."""

import io
import tarfile
from collections.abc import Iterable
from typing import Literal


def tar_of(
    files: dict[str, str],
    *,
    links: Iterable[tuple[str, str]] = (),
    how: Literal["w", "w:gz", "w:bz2", "w:xz"] = "w",
) -> bytes:
    """Files by their names, then `links` (name, target). `how`: tarfile's mode."""
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode=how) as tar:
            for name, text in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(text.encode())
                tar.addfile(member, io.BytesIO(text.encode()))
            for name, target in links:
                member = tarfile.TarInfo(name)
                member.type, member.linkname = tarfile.SYMTYPE, target
                tar.addfile(member)
        return out.getvalue()


def device() -> bytes:
    """A tar with a device in it."""
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            member = tarfile.TarInfo("disk")
            member.type = tarfile.BLKTYPE
            tar.addfile(member)
        return out.getvalue()


def content(tar: bytes) -> dict[str, str]:
    """The files in a plain tar."""
    with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as found:
        files = [one for one in found if one.isfile()]
        return {one.name: (found.extractfile(one) or io.BytesIO()).read().decode() for one in files}
