"""A call of a tool: its entry, the request to REST that it stands for, and the answer within bounds."""

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from audit import params as entry_params
from audit import write
from audit.shapes import Target
from dashboard.mcp.tools import MOST_ROWS, PLAY, REASON, ROWS, ApiTool
from hosts.access import Person
from hosts.actions.kube.kube_plan import plan_of
from hosts.refusals import Refusal

VERB: Final = "mcp.call"
# of one answer: a model reads no more at once, and its programs cut silently
MOST_CHARACTERS: Final = 60_000
_KEPT = (
    "REMOTE_ADDR",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_HOST",
    "wsgi.url_scheme",
)
# of an entry: what says where, never what somebody sent
_LOGGED = ("endpoint", "endpoint_id", "podman_id", "job_id", "host_id", "q")
entry_params.allow(VERB, *_LOGGED)


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` for a model, `data` where it is an object. `failed`: the text says why, and what helps."""

    text: str
    data: dict[str, Any] | None = None
    failed: bool = False


class WrongArguments(Exception):
    """Arguments that the tool does not take, in words."""


def call(outer: HttpRequest, person: Person, tool: ApiTool, arguments: dict[str, Any]) -> Answer:
    """Write that it was called, then call REST."""
    enter(person, tool.name, arguments)
    try:
        inner = _request(outer, person, tool, arguments)
        match = resolve(inner.path)
    except WrongArguments as wrong:
        return Answer(str(wrong), failed=True)
    except Resolver404:
        return Answer(_("It does not exist, or you may not see it."), failed=True)
    return _answer(match.func(inner, *match.args, **match.kwargs), tool)


def enter(person: Person, name: str, arguments: dict[str, Any]) -> None:
    """The entry that a tool of this name was called; also of one that is not there."""
    params = {one: arguments[one] for one in _LOGGED if one in arguments}
    with transaction.atomic():
        write.event(person.who, VERB, Target(kind="tool", name=name), params=params)


def _request(
    outer: HttpRequest, person: Person, tool: ApiTool, arguments: dict[str, Any]
) -> HttpRequest:
    """As the program would have sent it to REST, from where it is and with its token."""
    given = _checked(tool, arguments)
    reason = given.pop(REASON, "").strip()[:300] if REASON in tool.schema["properties"] else ""
    destroys = _destroys(tool, given)
    if destroys and not reason:
        raise WrongArguments(_("The argument %s is missing.") % REASON)
    sorted_by: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "body": {}}
    for name, value in given.items():
        sorted_by[tool.places[name]][name] = value
    inner = HttpRequest()
    inner.method = tool.method
    inner.META = {name: outer.META[name] for name in _KEPT if name in outer.META}
    inner.META |= {"REQUEST_METHOD": tool.method, "CONTENT_TYPE": "application/json"}
    inner.path = inner.path_info = tool.path.format(**_path_parts(tool, sorted_by["path"]))
    query = urlencode({k: _text(v) for k, v in sorted_by["query"].items()}, doseq=True)
    inner.GET = QueryDict(query)
    inner.content_type, inner.content_params = "application/json", {}
    inner._body = json.dumps(sorted_by["body"]).encode()
    inner.scope = getattr(outer, "scope", {})  # type: ignore[attr-defined]
    inner.token = outer.token  # type: ignore[attr-defined]
    # it was let in already (dashboard.api.bearer)
    admitted = replace(person, reason=reason, supervised=destroys)
    inner.admitted = admitted  # type: ignore[attr-defined]
    return inner


def _destroys(tool: ApiTool, given: dict[str, Any]) -> bool:
    """Also a kube file with secrets: Podman puts them over those that are there."""
    if tool.verb != PLAY:
        return tool.destroys
    try:
        return bool(plan_of(str(given.get("text", ""))).names("secret"))
    except Refusal:
        # REST says what is wrong with it
        return False


def _checked(tool: ApiTool, arguments: dict[str, Any]) -> dict[str, Any]:
    """With what a list is bounded by. WrongArguments; REST checks the values."""
    known = tool.schema["properties"]
    if strange := sorted(set(arguments) - set(known)):
        raise WrongArguments(
            _("There is no argument %(name)s here. There are: %(known)s.")
            % {"name": strange[0], "known": ", ".join(known)}
        )
    if missing := [name for name in tool.schema.get("required", ()) if not arguments.get(name)]:
        raise WrongArguments(_("The argument %s is missing.") % missing[0])
    if not isinstance(arguments.get(REASON, ""), str):
        raise WrongArguments(_("The argument %s is missing.") % REASON)
    try:
        json.dumps(arguments, ensure_ascii=False).encode()
    except UnicodeEncodeError as lone:
        # half of a pair (\ud800), which JSON can spell
        raise WrongArguments(_("An argument has characters that are not text.")) from lone
    given = {name: value for name, value in arguments.items() if value is not None}
    if "limit" in tool.places:
        limit = given.get("limit", ROWS)
        given["limit"] = min(limit, MOST_ROWS) if isinstance(limit, int) else limit
    return given


def _path_parts(tool: ApiTool, given: dict[str, Any]) -> dict[str, str]:
    """What stands between the slashes. WrongArguments where it would be another address."""
    parts = {name: str(value) for name, value in given.items()}
    for name, text in parts.items():
        if not text.isprintable() or not text or set(text) & set("/\\?#%") or text in (".", ".."):
            raise WrongArguments(
                _("%(name)s is not valid: %(text)s") % {"name": name, "text": text}
            )
    return parts


def _text(value: Any) -> Any:
    """As an address has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return [_text(one) for one in value] if isinstance(value, list) else value


def _answer(response: HttpResponseBase, tool: ApiTool) -> Answer:
    if response.streaming or not hasattr(response, "content"):
        return Answer(_("This is not for programs of this kind: use REST."), failed=True)
    text = response.content.decode(errors="replace")
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return Answer(_problem(text, response.status_code), failed=True)
    if not str(response.headers.get("Content-Type", "")).startswith("application/json"):
        return Answer(_last(text))
    if len(text) > MOST_CHARACTERS:
        words = _("The answer has %(many)d characters, more than %(most)d: ask for less of it.")
        return Answer(words % {"many": len(text), "most": MOST_CHARACTERS}, failed=True)
    data = json.loads(text)
    if REASON in tool.schema["properties"]:
        data["note"] = _waits(data)
        text = json.dumps(data, ensure_ascii=False)
    return Answer(text, data if isinstance(data, dict) else None)


def _waits(data: dict[str, Any]) -> str:
    jobs = data.get("jobs", [data])
    held = [str(job["id"]) for job in jobs if job.get("state") == "held"]
    if not held:
        return ""
    words = _(
        "Nothing has been done yet: job %s waits until a second person approves it on the page "
        "Requests. get_job says what became of it."
    )
    return words % ", ".join(held)


def _problem(text: str, status: int) -> str:
    """Of a problem document."""
    try:
        told = json.loads(text)
    except ValueError:
        return f"{status}"
    fields = [f"{one['field']}: {one['message']}" for one in told.get("errors") or ()]
    words = (f"{told.get('title', '')} ({status}).", told.get("detail", ""), *fields)
    return " ".join(filter(None, words))


def _last(text: str) -> str:
    """The end of a text, and how much of it is left out."""
    if len(text) <= MOST_CHARACTERS:
        return text
    words = _("(%d characters before this are left out)") % (len(text) - MOST_CHARACTERS)
    return f"{words}\n{text[-MOST_CHARACTERS:]}"
