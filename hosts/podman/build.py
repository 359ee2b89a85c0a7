"""Building an image: a tar of the context goes in, lines come out, at last the image's id."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hosts.podman.client import Podman
from hosts.podman.errors import BuildFailed, Interrupted, Malformed, Unavailable
from hosts.podman.lines import json_lines
from hosts.podman.paths import Params, path
from hosts.podman.registry_auth import Credential, by_registry
from hosts.podman.tar_judge import of_context

_ID: Final = re.compile(r"[0-9a-f]{64}")
_TAR: Final = {"Content-Type": "application/x-tar"}


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The end of a build: the new image's full id."""

    image_id: str


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """`containerfile`: a path in the context. `platform`: such as linux/arm64. Empty: Podman's own choice."""

    tags: Sequence[str] = ()
    containerfile: str = "Containerfile"
    target: str = ""
    platform: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    no_cache: bool = False
    pull_always: bool = False

    def params(self) -> Params:
        """The query of the build."""
        return {
            "t": list(self.tags) or None,
            "dockerfile": self.containerfile,
            "target": self.target or None,
            "platform": self.platform or None,
            "buildargs": dict(self.arguments) or None,
            "labels": dict(self.labels) or None,
            "nocache": True if self.no_cache else None,
            "pullpolicy": "always" if self.pull_always else "missing",
            "layers": True,
            "rm": True,
            "forcerm": True,
        }


async def build(
    podman: Podman,
    tar: AsyncIterator[bytes],
    options: BuildOptions,
    *,
    credentials: Sequence[Credential] = (),
    mounts: bool = True,
    heed: Callable[[list[str]], Awaitable[None]] | None = None,
) -> AsyncGenerator[str | BuildResult, None]:
    """Podman's lines as they come, at last a BuildResult. `tar`: the context, not compressed.

    Podman reads the whole context before it answers. `mounts`: whether RUN may have any; an old
    Podman lets them leave the context. `heed` gets the text of each Containerfile in the context;
    what it raises stops the build. Raises BuildFailed in Podman's words, also inside HTTP 200;
    Interrupted; ArchiveRefused for a context that could reach out of itself.
    """
    judge = of_context(options.containerfile, arguments=options.arguments, mounts=mounts)

    async def before_end() -> None:
        if heed is not None:
            await heed(judge.texts)

    context = judge.checked(tar, before_end)
    headers = dict(_TAR)
    if credentials:
        headers["X-Registry-Config"] = by_registry(credentials)
    image_id = ""
    said = False
    try:
        async with podman.stream(
            "POST", path("build"), params=options.params(), body=context, headers=headers
        ) as pieces:
            async for line in json_lines(pieces):
                said = True
                if failed := _failure(line):
                    raise BuildFailed(failed, status=200)
                text = line.get("stream")
                if isinstance(text, str) and text:
                    if _ID.fullmatch(text.strip()):
                        image_id = text.strip()
                    yield text
    except Unavailable as lost:
        if said:
            raise Interrupted(lost.message, cause=lost.cause) from lost
        raise
    if not image_id:
        raise Malformed("Podman ended the build without saying which image it made.")
    yield BuildResult(image_id)


def _failure(line: dict[str, Any]) -> str:
    error = line.get("error")
    if isinstance(error, str) and error:
        return error
    # 5.8 sends the compatible form
    detail = line.get("errorDetail")
    if isinstance(detail, dict) and isinstance(detail.get("message"), str):
        return str(detail["message"])
    return ""
