"""`cp`: files and folders, out of a container and into one."""

from __future__ import annotations

import argparse
import os
import posixpath
from typing import Any, BinaryIO, NamedTuple

from .failure import USAGE, Failure
from .places import address, find_container

PIECE_BYTES = 2**20


class Place(NamedTuple):
    """CONTAINER:PATH, or a path here, where `container` is ""."""

    container: str
    path: str


class There(NamedTuple):
    """Where it is in a container: the address of its files, and its path."""

    files: str
    path: str


def add_cp(parser: argparse.ArgumentParser) -> None:
    """As podman cp."""
    parser.usage = "haulout cp CONTAINER:PATH PATH, or PATH CONTAINER:PATH"
    words = "a path in a container, or one here (./a:b where its name has a colon)"
    parser.add_argument("source", metavar="SOURCE", help=words)
    parser.add_argument("target", metavar="TARGET", help="likewise; into it, where it is a folder")


def do_cp(call: Any, given: argparse.Namespace) -> int:
    """Copy what is named. A folder's trailing /. means what is in it."""
    source, target = place_of(given.source), place_of(given.target)
    if bool(source.container) == bool(target.container):
        raise Failure("One of both is in a container, the other one here.", code=USAGE)
    if source.container:
        _out(call.server, _there(call, source), target.path)
    else:
        _into(call.server, source.path, _there(call, target))
    return 0


def place_of(text: str) -> Place:
    """As Podman reads it: what starts with / or . is here."""
    before, colon, path = text.partition(":")
    if not colon or not before or text[0] in "/.":
        return Place("", text)
    return Place(before, path or "/")


def _there(call: Any, place: Place) -> There:
    row = find_container(call.server, place.container, call.connection)
    return There(address(row, "files"), posixpath.join("/", place.path))


def _seen(server: Any, there: There) -> Any:
    """What is at the path, None where nothing is."""
    try:
        return server.get(there.files, path=there.path)
    except Failure as failure:
        if failure.status == 404:
            return None
        raise


def _out(server: Any, there: There, target: str) -> None:
    found = _seen(server, there)
    if found is None:
        raise Failure(f"There is no {there.path} in the container.")
    content_alone = there.path.endswith(("/.", "/"))
    name = posixpath.basename(posixpath.normpath(there.path))
    if os.path.isdir(target) and not (found["kind"] == "folder" and content_alone):
        target = os.path.join(target, name)
    if found["kind"] == "folder":
        from .archives import unpack

        unpack(server.stream(f"{there.files}/archive", path=there.path), target)
        return
    pieces = server.stream(f"{there.files}/content", path=there.path)
    new = f"{target}.haulout"
    try:
        with open(new, "xb") as file:
            for piece in pieces:
                file.write(piece)
            os.fchmod(file.fileno(), int(found["mode"], 8) & 0o777)
        os.replace(new, target)
    except OSError as error:
        raise Failure(f"{target} cannot be written: {error.strerror}") from error
    finally:
        if os.path.exists(new):
            os.unlink(new)


def _into(server: Any, source: str, there: There) -> None:
    found = _seen(server, there)
    folder = found is not None and found["kind"] == "folder"
    name = os.path.basename(os.path.normpath(source))
    try:
        if os.path.isdir(source):
            _folder_into(server, source, there, name, folder=folder)
            return
        path = posixpath.join(there.path, name) if folder else there.path
        with open(source, "rb") as file:
            mode = f"{os.fstat(file.fileno()).st_mode & 0o777:o}"
            _put(server, f"{there.files}/content", file, to=path, replace="true", mode=mode)
    except OSError as error:
        raise Failure(f"{source} cannot be read: {error.strerror}") from error


def _folder_into(server: Any, source: str, there: There, name: str, *, folder: bool) -> None:
    from tempfile import TemporaryFile

    from .archives import pack

    path = there.path
    if not folder:
        # it is made, under this name
        path, name = posixpath.split(path.rstrip("/"))
    elif source.endswith(("/.", "/")):
        name = "."
    with TemporaryFile() as packed:
        pack(source, name, packed)
        _put(server, f"{there.files}/archive", packed, to=path or "/")


def _put(server: Any, address: str, file: BinaryIO, *, to: str, **query: Any) -> None:
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    server.upload(address, file, length, path=to, **query)
