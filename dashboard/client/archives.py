"""Folders as tar, both ways. What comes from a container is written nowhere but below the target."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from .failure import Failure


def pack(folder: str, name: str, into: BinaryIO) -> None:
    """The folder and all in it, below this name."""
    with tarfile.open(fileobj=into, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(folder, arcname=name)


def unpack(pieces: Iterator[bytes], target: str) -> None:
    """What is in the archive's one folder becomes what is in `target`. Devices are left out."""
    os.makedirs(target, exist_ok=True)
    root = os.path.realpath(target)
    with tarfile.open(fileobj=_Reader(pieces), mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            # without the folder's own name
            inside = member.name.strip("/").partition("/")[2]
            if inside:
                _unpack(archive, member, root, _checked(root, inside))


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, root: str, path: str) -> None:
    mode = member.mode & 0o777
    if member.isdir():
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode | 0o700)
        return
    if os.path.lexists(path):
        os.unlink(path)
    if member.issym():
        # never followed: see _checked
        os.symlink(member.linkname, path)
    elif member.islnk():
        shutil.copy2(_checked(root, member.linkname.strip("/").partition("/")[2]), path)
    elif member.isfile():
        content = archive.extractfile(member)
        assert content is not None
        with open(path, "xb") as file:
            shutil.copyfileobj(content, file)
            os.fchmod(file.fileno(), mode)


def _checked(root: str, inside: str) -> str:
    """The path of it. Failure where it leads elsewhere, by dots or by a link."""
    path = os.path.join(root, os.path.normpath(inside))
    parent = os.path.dirname(path)
    if ".." in inside.split("/") or os.path.realpath(parent) != parent:
        raise Failure(f"The archive holds {inside!r}, which leads out of the folder.")
    os.makedirs(parent, exist_ok=True)
    return path


class _Reader:
    """Pieces as a file that is read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def read(self, size: int) -> bytes:
        """As a file's."""
        while len(self._left) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._left += piece
        data, self._left = self._left[:size], self._left[size:]
        return data
