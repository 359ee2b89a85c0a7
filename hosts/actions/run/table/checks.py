"""Shared by the health check and the startup check: commands, defaults, and fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hosts.actions.run.table.field import Field, Params, Spec, nothing
from hosts.actions.run.table.inspected import InspectedContainer, json_words
from hosts.actions.run.table.parsers import command_words, duration_ns, duration_words

# podman run's defaults, with times in nanoseconds
USUAL = {"Interval": 30 * 10**9, "Timeout": 30 * 10**9, "Retries": 3}


def test_of(text: str) -> list[str]:
    """A command for the container's shell, or a JSON list of words."""
    if not text.strip():
        return []
    if text.lstrip().startswith("["):
        words = command_words(text)
        if words and words[0] in ("CMD", "CMD-SHELL", "NONE"):
            return words
        return ["CMD", *words]
    return ["CMD-SHELL", text.strip()]


def test_words(test: list[str]) -> str:
    """The text of `test_of`."""
    if len(test) == 2 and test[0] == "CMD-SHELL" and not test[1].startswith("["):
        return test[1]
    return json_words(test)


@dataclass(frozen=True)
class Check:
    """A health or startup check. `key`: of the spec. `usual`: podman run's defaults. `parts`: field to part
    of the check. `find`: the check of an existing container, or {}.
    """

    key: str
    usual: dict[str, int]
    parts: dict[str, str]
    find: Callable[[InspectedContainer], dict[str, Any]]

    def command(self, name: str, label: Any, flag: str, **more: Any) -> Field:
        """The field for the command. It sets the whole check."""
        from_inspect = self._from_inspect(
            "Test", lambda test: test_words([str(word) for word in test])
        )
        return Field(
            name,
            label,
            test_of,
            self._put,
            (flag,),
            write=test_words,
            from_inspect=from_inspect,
            **more,
        )

    def span(self, name: str, label: Any, flag: str, **more: Any) -> Field:
        """A field for a time."""
        from_inspect = self._from_inspect(
            self.parts[name], lambda value: duration_words(int(value))
        )
        read, write = more.pop("read", duration_ns), more.pop("write", duration_words)
        return Field(
            name,
            label,
            read,
            nothing,
            (flag,),
            write=write,
            from_inspect=from_inspect,
            logged=True,
            **more,
        )

    def count(
        self, name: str, label: Any, flag: str, *, read: Callable[[str], Any], **more: Any
    ) -> Field:
        """A field for a number."""
        from_inspect = self._from_inspect(self.parts[name], str)
        return Field(
            name, label, read, nothing, (flag,), from_inspect=from_inspect, logged=True, **more
        )

    def _put(self, spec: Spec, test: Any, params: Params) -> None:
        check: dict[str, Any] = {"Test": test, **self.usual}
        for name, part in self.parts.items():
            if params.get(name) is not None:
                check[part] = params[name]
        spec[self.key] = check

    def _from_inspect(
        self, part: str, words: Callable[[Any], str]
    ) -> Callable[[InspectedContainer], str]:
        def from_inspect(one: InspectedContainer) -> str:
            value = self.find(one).get(part)
            return "" if not value or self.usual.get(part) == value else words(value)

        return from_inspect
