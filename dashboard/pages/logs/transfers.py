"""Logs as a file, under transfer/logs/: of one container, or of several merged by time."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from audit import write
from audit.shapes import Target
from dashboard.dates import NoSuchTime, Span, span, zone_of
from dashboard.person import person_of
from dashboard.streams.log_access import VERB
from dashboard.streams.log_choice import Choice, choose, log_query
from dashboard.streams.log_file import LogFileQuery, file_pieces
from dashboard.streams.merged_range import BOTH
from dashboard.streams.transfer.handover import Handover, StreamedAnswer
from hosts.access import Person, get_object, require
from hosts.access.fetch import target_of
from hosts.podman.logs import TAIL_LIMIT

MOST_TEXT: Final = 500
LONGEST_S: Final = 10 * 365 * 86400
PLAIN: Final = "text/plain; charset=utf-8"


@require_GET
def download(request: HttpRequest) -> HttpResponseBase:
    """The log file. `c` or `q` choose containers as on the page of merged logs.

    `range`: tail:N, since:SECONDS, all, or between with `from` and `to`. `stream`: 1, 2.

    `form`: text, json. `times`: off. `text`: lines with this text only.
    """
    person = person_of(request)
    require(person, VERB, Target(kind="list", name="logs"))
    named = log_query(dict(request.GET.lists()))
    try:
        asked = _read_form(request)
    except NoSuchTime as wrong:
        return HttpResponse(str(wrong), status=400, content_type=PLAIN)
    if not named.query:
        return HttpResponse(_("Name a container."), status=400, content_type=PLAIN)
    choice = choose(person, named)
    if not choice.rows:
        return HttpResponse(_("No container matches."), status=404, content_type=PLAIN)
    _enter(person, choice, asked)

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        answer = StreamedAnswer(
            file_pieces(asked, choice),
            content_type="application/x-ndjson" if asked.json else PLAIN,
            says=lambda words: asked.end([words]),
        )
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=_filename(choice, asked)
        )
        if left := choice.left_out + choice.refused:
            # only what is known before the first line; the last line tells the rest
            answer["Haulout-Left-Out"] = str(left)
        return answer

    def recheck(person: Person) -> None:
        for row in choice.rows:
            get_object(person, "container", row.endpoint_id, row.podman_id, verb=VERB)

    return Handover(request, carry, person=person, recheck=recheck)


def _read_form(request: HttpRequest) -> LogFileQuery:
    """The options of the query. Raises NoSuchTime."""
    given = request.GET
    streams = frozenset(int(one) for one in given.getlist("stream") if one in ("1", "2"))
    kind, _colon, number = given.get("range", "all").partition(":")
    value = int(number) if number.isascii() and number.isdigit() and len(number) < 12 else 0
    when, tail = Span(None, None), None
    if kind == "tail" and value:
        tail = min(value, TAIL_LIMIT)
    elif kind == "since" and value:
        when = Span(timezone.now() - timedelta(seconds=min(value, LONGEST_S)), None)
    elif kind == "between":
        when = _between(request)
    elif kind != "all":
        raise NoSuchTime(_("There is no range “%(range)s”.") % {"range": given.get("range", "")})
    return LogFileQuery(
        since=when.since,
        # Podman's `until` is inclusive
        until=_microsecond_before(when.until),
        tail=tail,
        streams=streams or BOTH,
        text=given.get("text", "")[:MOST_TEXT].replace("\x00", " "),
        json=given.get("form") == "json",
        times=given.get("times") != "off",
    )


def _between(request: HttpRequest) -> Span:
    first, last = (request.GET.get(name, "").strip()[:40] for name in ("from", "to"))
    if not first and not last:
        return Span(None, None)
    return span(f"{first}..{last}", zone_of(request))


def _microsecond_before(moment: datetime | None) -> datetime | None:
    return moment and moment - timedelta(microseconds=1)


def _enter(person: Person, choice: Choice, asked: LogFileQuery) -> None:
    """Write an audit entry for each container, before its first line goes out."""
    params = asked.params()
    with transaction.atomic():
        for row in choice.rows:
            target = target_of(
                row.endpoint, kind="container", object_id=row.podman_id, name=row.name
            )
            write.event(person.who, VERB, target, params=params)


def _filename(choice: Choice, asked: LogFileQuery) -> str:
    now = timezone.now().strftime("%Y%m%d-%H%M%S")
    (first, *others) = choice.rows
    name = first.name or first.podman_id[:12]
    if others:
        count = len(choice.rows)
        name = ngettext("%(n)d-container", "%(n)d-containers", count) % {"n": count}
    return f"{name}-{now}.{'jsonl' if asked.json else 'log'}"


app_name = "logtransfers"
urlpatterns = [path("", download, name="download")]
