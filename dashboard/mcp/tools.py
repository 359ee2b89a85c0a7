"""The tools: what REST reads, and the offers for one object or host. Made of REST's description."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from dashboard.api.api import api
from dashboard.api.description import description, operations
from dashboard.api.schemas import PLURALS
from dashboard.offers import OFFERS
from dashboard.offers.prunes import PRUNES

# of a list: what a program reads at once
ROWS, MOST_ROWS = 20, 100
REASON: Final = "reason"
_PREFIX = "/api/v1"
_READ = ("application/json", "text/plain")
# what goes on until somebody ends it, and files
_LEFT_OUT = ("/follow", "/file")
_ENDLESS = ("follow",)
# what no page asks about twice, because there a person is at it: something is lost
_DESTROY = frozenset(
    """container.command container.kill container.recreate container.upgrade image.untag kube.down
    pod.kill secret.replace""".split()  # noqa: SIM905
)
# what may destroy, by what it is asked with (dashboard.mcp.calls)
PLAY: Final = "kube.play"
_APPROVER = "Whoever approves it reads this."


@dataclass(frozen=True, slots=True)
class ApiTool:
    """`places`: where each argument goes: path, query or body. `verb`: what it asks for, "" of what
    reads. `destroys`: a second person approves it first, and reads the `reason`.
    """

    name: str
    title: str
    words: str
    method: str
    path: str
    schema: dict[str, Any]
    places: dict[str, str]
    verb: str = ""
    destroys: bool = False


@cache
def tools() -> dict[str, ApiTool]:
    """By name, in the order of REST's description."""
    told = description(api)
    acts = dict(_acts())
    found: dict[str, ApiTool] = {}
    for path, method, operation in operations(told):
        if method == "get" and _is_answer(path, operation):
            tool = _tool(told, path, method, operation, _read_name(path, operation))
        elif operation["operationId"] in acts and method == "post":
            name = operation["operationId"]
            verb, destroys = acts[name]
            tool = _tool(told, path, method, operation, name, verb=verb, destroys=destroys)
        else:
            continue
        assert tool.name not in found, tool.name
        found[tool.name] = tool
    return found


def _acts() -> Iterator[tuple[str, tuple[str, bool]]]:
    """(operation, (verb, whether it destroys)) of each offer. None for many objects at once."""
    for offer in OFFERS:
        if offer.on_host or not (offer.page or offer.alias):
            destroys = offer.danger or offer.verb in _DESTROY
            yield f"{offer.word}_{offer.kind}", (offer.verb, destroys)
    for offer in PRUNES.values():
        yield f"prune_{PLURALS[offer.kind]}", (offer.verb, True)


def _is_answer(path: str, operation: dict[str, Any]) -> bool:
    """Whether it is read whole, as text."""
    content = operation["responses"].get("200", {}).get("content", {})
    return any(kind in content for kind in _READ) and not path.endswith(_LEFT_OUT)


def _read_name(path: str, operation: dict[str, Any]) -> str:
    """REST's own, else of its address: /jobs/{job_id} is get_job."""
    given = str(operation["operationId"])
    if not given.startswith("dashboard_api_"):
        return given
    words: list[str] = ["get"]
    for part in path.removeprefix(_PREFIX).strip("/").split("/"):
        if part.startswith("{"):
            words[-1] = words[-1].removesuffix("s")
        else:
            words.append(part)
    return "_".join(words)


def _tool(
    told: dict[str, Any], path: str, method: str, operation: dict[str, Any], name: str, **more: Any
) -> ApiTool:
    properties: dict[str, Any] = {}
    places: dict[str, str] = {}
    required: list[str] = []
    for part in operation.get("parameters", ()):
        if part["name"] in _ENDLESS:
            continue
        properties[part["name"]] = _inlined(part["schema"], told)
        places[part["name"]] = part["in"]
        if part.get("required"):
            required.append(part["name"])
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body = _inlined(content["schema"], told) if content else {}
    for field, shape in body.get("properties", {}).items():
        properties[field], places[field] = shape, "body"
    required += body.get("required", ())
    if "limit" in places:
        bounds = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS}
        properties["limit"] = {**bounds, "description": "How many rows at once"}
    destroys = more.get("destroys", False)
    if destroys or more.get("verb") == PLAY:
        when = "Why" if destroys else "Why, if the file has secrets: they replace those there"
        bounds = {"type": "string", "minLength": 3, "maxLength": 300}
        properties[REASON] = {**bounds, "description": f"{when}. {_APPROVER}"}
        required += [REASON] if destroys else []
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    words = ". ".join(filter(None, (operation.get("summary"), operation.get("description"))))
    return ApiTool(
        name=name,
        title=operation.get("summary", name),
        words=words,
        method=method.upper(),
        path=path,
        schema={**schema, "required": required} if required else schema,
        places=places,
        **more,
    )


def _inlined(shape: Any, told: dict[str, Any]) -> Any:
    """With what it refers to in its place: clients do not look it up."""
    if isinstance(shape, list):
        return [_inlined(one, told) for one in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return _inlined(told["components"]["schemas"][shape["$ref"].rpartition("/")[2]], told)
    return {key: _inlined(one, told) for key, one in shape.items()}
