"""Asks for a route as somebody, and sees what was written meanwhile; then takes it back."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Token, User
from audit.models import Entry
from hosts.models import Batch, Job
from tests.access.bodies import body_of
from tests.access.furniture import MIXED, Matrix
from tests.access.people import Someone
from tests.access.rows import DENIED, DONE, NOT_THERE, PART, SIGNED_OUT, Row
from tests.cast import Browser
from tests.dashboard.api_cast import make_caller
from tests.dashboard.hidden_cast import SEEN
from tests.dashboard.routes import API

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE)
# the log itself, and the session that a page keeps its draft in
_ALWAYS = ("audit_", "django_session")


@dataclass
class Effects:
    """What a call left: tables written to (but the log), entries, jobs, lists of what was left out."""

    tables: set[str] = field(default_factory=set)
    entries: list[tuple[str, str]] = field(default_factory=list)
    jobs: list[tuple[str, int, str]] = field(default_factory=list)
    skipped: list[list[dict[str, str]]] = field(default_factory=list)

    def refusals(self) -> list[str]:
        """Verbs of what was written as refused."""
        return [verb for kind, verb in self.entries if kind == "refusal"]

    def deeds(self) -> list[str]:
        """Verbs of all other entries."""
        return [verb for kind, verb in self.entries if kind != "refusal"]


@contextmanager
def recorded_effects() -> Iterator[Effects]:
    """Everything that is written in the block; afterwards it never was."""
    seen = Effects()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := _WRITES.match(sql)) and not found[1].startswith(_ALWAYS):
            seen.tables.add(found[1])
        return execute(sql, params, many, context)

    newest = Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0
    jobs = set(Job.objects.values_list("pk", flat=True))
    batches = set(Batch.objects.values_list("pk", flat=True))
    mark = transaction.savepoint()
    try:
        with connection.execute_wrapper(note):
            yield seen
        fresh = Entry.objects.filter(number__gt=newest).order_by("number")
        seen.entries = list(fresh.values_list("kind", "verb"))
        asked = Job.objects.exclude(pk__in=jobs)
        seen.jobs = sorted(asked.values_list("verb", "endpoint_id", "object_id"))
        left_out = Batch.objects.exclude(pk__in=batches)
        seen.skipped = list(left_out.values_list("skipped", flat=True))
    finally:
        transaction.savepoint_rollback(mark)


def browser_for(who: Someone) -> Browser:
    """Signed in."""
    browser = Browser()
    browser.force_login(who.user)
    # a page of each door, for the token against forgery
    browser.get("/account/" if who.active else "/account/login/")
    return browser


def program_for(who: Someone) -> Browser:
    """One that comes with a token of theirs: with all that they may, or with what theirs is for."""
    owner = User.objects.get(pk=who.user.pk)
    owner.is_active = True  # it was made before they were disabled
    made = make_caller(owner, **who.token)
    program = Browser(**made.headers)
    program.get(f"{API}me")
    # that it was used is noted once a minute: not while the matrix looks
    Token.objects.filter(pk=made.token.pk).update(used_at=timezone.now() + timedelta(days=1))
    return program


def call_route(browser: Browser, row: Row, matrix: Matrix) -> Any:
    """The answer, of whatever status."""
    path = _path(row, matrix)
    if row.api:
        said: dict[str, Any] = {} if row.method == "GET" else {"content_type": "application/json"}
        if row.how == "of":
            path += f"?of=container:1:{SEEN}"
        return browser.generic(row.method, path, json.dumps(body_of(row)), **said)
    form = urlencode(_form(row, matrix), doseq=True)
    head: dict[str, Any] = {"HTTP_X_CSRFTOKEN": browser.cookies[settings.CSRF_COOKIE_NAME].value}
    if row.how == "hx":
        head["HTTP_HX_REQUEST"] = "true"
    if row.method == "GET":
        return browser.get(f"{path}?{form}", **head)
    kind = "application/x-www-form-urlencoded"
    if row.method == "PUT":
        kind = "application/octet-stream"
    return browser.generic(row.method, path, form, content_type=kind, **head)


def _path(row: Row, matrix: Matrix) -> str:
    def part(found: re.Match[str]) -> str:
        if found["name"] == "podman_id":
            return row.podman_id
        if found["name"] == "kind" and row.kind:
            return "container"
        return str(matrix.parts[found["name"]])

    return PART.sub(part, row.pattern)


def _form(row: Row, matrix: Matrix) -> dict[str, Any]:
    """One that most forms can do something with: ids of places where most people have no business."""
    mixed = MIXED[1:2] if row.how in ("form", "asked-form") else MIXED
    objects = [f"{endpoint}:{podman_id}" for endpoint, podman_id in mixed]
    # without a container there is no file of logs; other pages mean something else by it
    logs = {"c": objects} if row.pattern == "/transfer/logs/" else {}
    return logs | {
        # the dialog of a network's member names a container of the same place
        "object": [SEEN] if row.pattern.endswith("/disconnect/") else objects,
        "endpoint": "1",
        "name": "new",
        "role": "viewer",
        "container": SEEN,
        "command": "true",
        "reason": "because",
        "minutes": "30",
        "email": str(matrix.bystander.email),
    }


def ended(answer: Any) -> str:
    """How it ended, in the table's words."""
    status = answer.status_code
    if status in (403, 404):
        return DENIED if status == 403 else NOT_THERE
    where = answer.headers.get("Location", "")
    if status == 401 or (status == 302 and where.startswith("/account/login/")):
        return SIGNED_OUT
    return DONE if status < 500 or status in (502, 503) else f"broken: {status}"
