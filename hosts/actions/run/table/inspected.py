"""An inspected container beside its image. What differs was requested."""

import json
import shlex
from dataclasses import dataclass, field
from typing import Any


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a JSON object, else {}."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """The value if it is a JSON list, else []."""
    return value if isinstance(value, list) else []


@dataclass(frozen=True)
class InspectedContainer:
    """`inspect`: of the container. `image`: `Config` of its image, {} if unknown."""

    inspect: dict[str, Any]
    image: dict[str, Any] = field(default_factory=dict)

    def config(self, name: str) -> Any:
        """A value of `Config`."""
        return mapping(self.inspect.get("Config")).get(name)

    def host(self, name: str) -> Any:
        """A value of `HostConfig`."""
        return mapping(self.inspect.get("HostConfig")).get(name)

    def annotation(self, name: str) -> str:
        """An annotation, or ""."""
        return str(mapping(self.config("Annotations")).get(name) or "")

    def own(self, name: str) -> Any:
        """A value of `Config`, or None if the image has the same."""
        value = self.config(name)
        return None if value == self.image.get(name) else value

    def words(self, name: str) -> list[str]:
        """A command of `Config`: a list, or one text in Podman 4."""
        return words_of(self.config(name))

    def image_words(self, name: str) -> list[str]:
        """The image's own command."""
        return words_of(self.image.get(name))


def words_of(value: Any) -> list[str]:
    """A command as a list, in whatever form it came."""
    if isinstance(value, str):
        try:
            return shlex.split(value)
        except ValueError:
            return [value]
    return [str(word) for word in value or []]


def lines_of(values: Any) -> str:
    """One value a line. Values with a newline are left out."""
    return "\n".join(str(value) for value in values or [] if "\n" not in str(value))


def pairs_of(values: Any) -> str:
    """name=value lines."""
    return lines_of(f"{name}={value}" for name, value in (values or {}).items())


def json_words(words: list[str]) -> str:
    """Words as JSON, where shell quoting would not work."""
    return json.dumps(words, ensure_ascii=False)
