"""What could come next in the filter line while somebody types."""

from itertools import islice

from dashboard.live.spec import ListSpec
from hosts.access import Person

MOST = 12


def suggestions(spec: ListSpec, person: Person, typed: str) -> list[dict[str, str]]:
    """For the word under the cursor: [{"insert", "hint"}], names of tokens or values of one."""
    minus = "-" if typed.startswith("-") else ""
    name, colon, value = typed[:200].removeprefix("-").partition(":")
    if not colon:
        found = [token for token in spec.offered if token.name.startswith(name.lower())]
        return [{"insert": f"{minus}{t.name}:", "hint": str(t.label)} for t in found[:MOST]]
    token = spec.token(name.lower())
    if token is None:
        return []
    values = islice(token.values(person, value.strip('"')), MOST)
    return [{"insert": f"{minus}{token.name}:{_quoted(v)}", "hint": ""} for v in values]


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
