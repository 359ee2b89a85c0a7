"""An existing container as the fields of the run form: to show its line, and to recreate it.

Three sources, best first: Haulout's note in its annotations, podman's command line, and inspect. Inspect
does not show everything (UNTOLD).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.run import order_note
from hosts.actions.run.order_note import ORDER_NOTE
from hosts.actions.run.pasted_line import from_words
from hosts.actions.run.table import FIELDS, Field
from hosts.actions.run.table.inspected import InspectedContainer, listing, mapping
from hosts.podman import Podman, containers, images
from hosts.podman.errors import BadRequest, NotFound
from hosts.refusals import Refusal

MASKED = "*******"
# fields that inspect does not show
UNTOLD = ("ip", "mac", "sysctls", "device_rules", "unset_env", "expose", "requires")
# variables that Podman sets in every container
_OWN_ENV = ("container", "HOSTNAME", "HOME", "TERM", "NOTIFY_SOCKET")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Source(StrEnum):
    """Where the fields come from."""

    NOTE = "note"
    COMMAND = "command"
    INSPECT = "inspect"


@dataclass(frozen=True)
class ExistingContainer:
    """`texts` by field. `env` has values, which are shown only on request. `missing`: variables from
    secrets; Podman does not say from which.
    """

    texts: dict[str, str]
    env: dict[str, str] = field(default_factory=dict, repr=False)
    source: Source = Source.INSPECT
    missing: tuple[str, ...] = ()

    @property
    def untold(self) -> str:
        """A sentence about what a recreation may lose. "" where everything is known."""
        words = []
        if self.source is Source.INSPECT:
            labels = ", ".join(str(FIELDS[name].label) for name in UNTOLD)
            words.append(
                _(
                    "Neither podman's command line nor Haulout created this container, and Podman "
                    "does not report all of its settings. Check these yourself: %s."
                )
                % labels
            )
        if self.missing:
            words.append(
                _("It gets %s from secrets, and Podman does not say which ones.")
                % ", ".join(self.missing)
            )
        return " ".join(words)


async def inspect_with_image(podman: Podman, container: str) -> dict[str, Any]:
    """Inspect, with the image's `Config` under `_image`. NotFound. With Podman 4 an image's annotations
    become the container's. So a note that the image has too is not Haulout's, and neither is one whose
    image cannot be inspected.
    """
    found = await containers.inspect(podman, container)
    try:
        image = await images.inspect(podman, str(found.get("Image") or ""))
        ours = ORDER_NOTE not in mapping(image.get("Annotations"))
    except (NotFound, BadRequest):
        # the image was removed by force, or there is none (--rootfs)
        image, ours = {}, False
    notes = mapping(mapping(found.get("Config")).get("Annotations"))
    if not ours and ORDER_NOTE in notes:
        del notes[ORDER_NOTE]
    return found | {"_image": mapping(image.get("Config"))}


Reader = Callable[[Podman, str], Awaitable[dict[str, Any]]]


def read_existing(
    found: dict[str, Any], endpoint_id: int, *, keep_volumes: bool = True
) -> ExistingContainer:
    """The fields of `found`, the result of `inspect_with_image`. `keep_volumes`: anonymous volumes keep
    their generated names.
    """
    seen = InspectedContainer(found, mapping(found.get("_image")))
    params = {name: text for name, one in FIELDS.items() if (text := _field_text(one, seen))}
    asked, source = _requested(seen, endpoint_id)
    texts = _with_changes(asked, params) if asked is not None else dict(params)
    texts["image"] = str(found.get("ImageName") or texts.get("image", ""))
    texts["volumes"] = _volumes(asked or {}, params, keep=keep_volumes)
    env, masked = _environment(seen)
    known = {str(one.get("target") or one["source"]) for one in _secrets(texts)}
    return ExistingContainer(
        {name: text for name, text in texts.items() if text},
        env,
        source,
        tuple(sorted(set(masked) - known)) if source is Source.INSPECT else (),
    )


def _field_text(one: Field, seen: InspectedContainer) -> str:
    """The field's text from inspect. "" where the host sent another type."""
    try:
        return one.from_inspect(seen)
    except (AttributeError, KeyError, TypeError, ValueError, Refusal):
        return ""


def _requested(seen: InspectedContainer, endpoint_id: int) -> tuple[dict[str, str] | None, Source]:
    """The requested fields, or None, and their source."""
    note = order_note.read(seen.inspect, seen.annotation(ORDER_NOTE), endpoint_id=endpoint_id)
    if note is not None:
        return _readable({k: v for k, v in note.items() if k in FIELDS}), Source.NOTE
    words = seen.config("CreateCommand")
    if isinstance(words, list) and words:
        try:
            return _readable(from_words([str(word) for word in words]).texts()), Source.COMMAND
        except Refusal:
            pass
    return None, Source.INSPECT


def _readable(texts: dict[str, str]) -> dict[str, str]:
    """Only texts that the field accepts. Paths relative to podman's shell come from inspect."""
    found = {}
    for name, text in texts.items():
        try:
            FIELDS[name].read(text)
        except Refusal:
            continue
        found[name] = text
    return found


def _with_changes(asked: dict[str, str], existing: dict[str, str]) -> dict[str, str]:
    """The request with later changes: name, limits, restart policy, networks."""
    texts = dict(asked)
    for name, text in existing.items():
        one = FIELDS[name]
        if one.live and not _same(one, asked.get(name, ""), text):
            texts[name] = text
    if not _same_networks(asked, existing):
        for name in ("network", "networks"):
            texts[name] = existing.get(name, "")
        for name in ("ip", "ip6", "mac", "aliases"):
            texts.pop(name, None)
    return texts


def _same(one: Field, first: str, second: str) -> bool:
    try:
        return bool(one.read(first) == one.read(second))
    except Refusal:
        return False


def _names(texts: dict[str, str]) -> set[str]:
    lines = [texts.get("network", ""), *texts.get("networks", "").split("\n")]
    return {line.partition(":")[0] for line in lines if line}


def _same_networks(asked: dict[str, str], existing: dict[str, str]) -> bool:
    first, second = _names(asked), _names(existing)
    # nothing or a mode was requested: Podman's default network has a name of its own
    return first == second or not first or bool(first & {"bridge", "private", "host", "none"})


def _volumes(asked: dict[str, str], existing: dict[str, str], *, keep: bool) -> str:
    """Each mount in the request's words where they fit, else as inspect shows it."""
    wanted = {_target(line): line for line in asked.get("volumes", "").split("\n") if line}
    if not keep and asked:
        return "\n".join(wanted.values())
    elsewhere = asked.get("mounts", "") + asked.get("tmpfs", "")
    found = []
    for line in existing.get("volumes", "").split("\n"):
        target = _target(line)
        if not line or f"={target}" in elsewhere:
            continue
        order = wanted.pop(target, "")
        source = line.partition(":")[0]
        if not keep and _nameless(source):
            found.append(target)
        else:
            found.append(order if order.partition(":")[0] == source and ":" in order else line)
    # inspect does not list overlays as mounts
    return "\n".join([*found, *(line for line in wanted.values() if ":" in line)])


def _target(line: str) -> str:
    parts = line.split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def _nameless(name: str) -> bool:
    return len(name) == 64 and all(letter in "0123456789abcdef" for letter in name)


def _environment(seen: InspectedContainer) -> tuple[dict[str, str], list[str]]:
    """(its own variables, names that secrets give)."""
    ofimage = {str(pair) for pair in listing(seen.image.get("Env"))}
    env: dict[str, str] = {}
    masked = []
    for pair in map(str, listing(seen.config("Env"))):
        name, _equals, value = pair.partition("=")
        if value == MASKED:
            masked.append(name)
        elif pair in ofimage or name in _OWN_ENV or (name, value) == ("PATH", _PATH):
            continue
        else:
            env[name] = value
    # Podman's order changes each time
    return dict(sorted(env.items())), masked


def _secrets(texts: dict[str, str]) -> list[dict[str, Any]]:
    try:
        return [one for one in FIELDS["secrets"].read(texts.get("secrets", "")) if one]
    except Refusal:
        return []
