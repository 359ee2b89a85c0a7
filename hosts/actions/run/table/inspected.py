"""A container as Podman's inspect tells it, beside its image: what was asked for is the difference."""

import json
import shlex
from dataclasses import dataclass, field
from typing import Any


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object, whatever a host told in its place."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """A JSON list, whatever a host told in its place."""
    return value if isinstance(value, list) else []


@dataclass(frozen=True)
class InspectedContainer:
    """`inspect`: of the container. `image`: `Config` of its image's inspect, empty when unknown."""

    inspect: dict[str, Any]
    image: dict[str, Any] = field(default_factory=dict)

    def config(self, name: str) -> Any:
        """Of `Config`."""
        return mapping(self.inspect.get("Config")).get(name)

    def host(self, name: str) -> Any:
        """Of `HostConfig`."""
        return mapping(self.inspect.get("HostConfig")).get(name)

    def annotation(self, name: str) -> str:
        """One of its annotations."""
        return str(mapping(self.config("Annotations")).get(name) or "")

    def own(self, name: str) -> Any:
        """Of `Config`, unless the image says the same."""
        value = self.config(name)
        return None if value == self.image.get(name) else value

    def words(self, name: str) -> list[str]:
        """A command of `Config`: a list, or (Podman 4) one text."""
        return words_of(self.config(name))

    def image_words(self, name: str) -> list[str]:
        """The image's own."""
        return words_of(self.image.get(name))


def words_of(value: Any) -> list[str]:
    """A command as a list, however it was told."""
    if isinstance(value, str):
        try:
            return shlex.split(value)
        except ValueError:
            return [value]
    return [str(word) for word in value or []]


def lines_of(values: Any) -> str:
    """One a line; what holds a newline cannot be written so and is left to the line."""
    return "\n".join(str(value) for value in values or [] if "\n" not in str(value))


def pairs_of(values: Any) -> str:
    """name=value a line."""
    return lines_of(f"{name}={value}" for name, value in (values or {}).items())


def json_words(words: list[str]) -> str:
    """A list of words where a shell's own quoting would not do."""
    return json.dumps(words, ensure_ascii=False)
