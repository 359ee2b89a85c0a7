"""The small parts every page is made of: states, times, sizes, ids, the import map.

Tags return finished, escaped HTML; they read no database.
"""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.modules import MODULES
from dashboard.states import SHAPES, look

register = template.Library()

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


@register.simple_tag
@cache
def import_map() -> SafeString:
    """The body of <script type="importmap">: our module names and where each is served."""
    body = json.dumps({"imports": {name: static(path) for name, path in MODULES.items()}})
    return mark_safe(body.replace("<", "\\u003c"))  # noqa: S308 - our own names only


@register.simple_tag
def shape(name: str) -> SafeString:
    """A 10 × 10 drawing by name. Hidden from screen readers, which read the word beside it."""
    drawing = mark_safe(SHAPES[name])  # noqa: S308 - constants of ours
    return format_html(
        '<svg class="shape" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">{}</svg>',
        drawing,
    )


@register.simple_tag
def state(kind: str, value: str, detail: str = "") -> SafeString:
    """Dot, shape and word of a state of a container, pod, host, job or step."""
    seen = look(kind, value)
    more = format_html(' <span class="state-detail">{}</span>', detail) if detail else ""
    return format_html(
        '<span class="state tone-{}" data-state="{}">{}<span class="state-word">{}</span>{}</span>',
        seen.tone,
        value,
        shape(seen.shape),
        seen.word,
        more,
    )


@register.simple_tag
def counted_state(kind: str, value: str, count: int) -> SafeString:
    """A number of things in a state. The number comes first, so that it does not read as an exit
    code.
    """
    seen = look(kind, value)
    return format_html(
        '<span class="state tone-{}" data-state="{}">{}<span class="state-count">{}</span> '
        '<span class="state-word">{}</span></span>',
        seen.tone,
        value,
        shape(seen.shape),
        count,
        seen.many or seen.word,
    )


@register.filter
def size(size_bytes: int | float | None) -> str:
    """Bytes as a figure with its unit: 1.2 GiB. None is a dash."""
    if size_bytes is None:
        return "–"
    figure = float(size_bytes)
    for unit in _UNITS:
        if abs(figure) < 1024 or unit == _UNITS[-1]:
            break
        figure /= 1024
    digits = 0 if unit == "B" or figure >= 100 else 1
    return f"{figure:.{digits}f} {unit}"


@register.filter
def share(part: float | None) -> str:
    """A share 0…1 in per cent, with a digit where it is small; None is a dash."""
    if part is None:
        return "–"
    percent = part * 100
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %"


@register.filter
def whole_share(part: float) -> str:
    """A share 0…1 in whole per cent, where there is little room."""
    return f"{part * 100:.0f} %"


def _span(unit: str, count: int) -> str:
    match unit:
        case "s":
            return _("%(n)d s") % {"n": count}
        case "min":
            return _("%(n)d min") % {"n": count}
        case "h":
            return _("%(n)d h") % {"n": count}
        case "day":
            return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}
        case "month":
            return ngettext("%(n)d month", "%(n)d months", count) % {"n": count}
    return ngettext("%(n)d year", "%(n)d years", count) % {"n": count}


# from how many seconds on a unit is used, and how long it is
_SPANS = (
    (86400 * 730, 86400 * 365, "year"),
    (86400 * 60, 86400 * 30, "month"),
    (86400, 86400, "day"),
    (3600, 3600, "h"),
    (60, 60, "min"),
    (0, 1, "s"),
)


def ago_words(moment: datetime, now: datetime) -> str:
    """How long ago (or in how long), in one unit; times.js says the same words.

    The past is rounded down. The future is rounded to the nearest unit: an end chosen in eight
    hours must not read as seven.
    """
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 5:
        return _("now")
    left = abs(seconds)
    length, unit = _unit(left)
    if seconds < 0:
        left = int(left / length + 0.5) * length
        # 59 minutes and a half are an hour
        length, unit = _unit(left)
    span = _span(unit, int(left // length))
    return (_("%(span)s ago") if seconds > 0 else _("in %(span)s")) % {"span": span}


def _unit(seconds: float) -> tuple[int, str]:
    return next((n, u) for at_least, n, u in _SPANS if seconds >= at_least)


@register.simple_tag
def when(moment: datetime | None, style: str = "ago") -> SafeString:
    """A moment: relative (`ago`, `next`), clock time (`clock`) or whole (`full`). Hovering shows
    the exact time, or how long ago.

    Rendered in UTC; times.js puts it into the reader's own zone and keeps it counting.
    """
    if moment is None:
        return mark_safe('<span class="none">–</span>')
    moment = moment.astimezone(UTC)
    exact = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    now = timezone.now()
    if style in ("ago", "next"):
        # what was due is due now
        shown = ago_words(moment if style == "ago" else max(moment, now), now)
    else:
        shown = moment.strftime("%H:%M:%S") if style == "clock" else exact
    return format_html(
        '<time datetime="{}" data-style="{}" title="{}">{}</time>',
        moment.isoformat(timespec="milliseconds"),
        style,
        ago_words(moment, now) if style == "full" else exact,
        shown,
    )


@register.filter
def lasting(duration_ms: int | float | None) -> str:
    """A duration in the unit that reads best: 340 ms, 2.1 s, 3 min 5 s."""
    if duration_ms is None:
        return "–"
    seconds = duration_ms / 1000
    if seconds < 1:
        return f"{duration_ms:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


@register.filter
def minutes(count: int) -> str:
    """A span that somebody chose: 45 min, 8 h, 7 days."""
    seconds = count * 60
    _least, length, unit = next(span for span in _SPANS[2:] if seconds % span[1] == 0)
    return _span(unit, seconds // length)


@register.simple_tag
def short_id(value: str, length: int = 12) -> SafeString:
    """An id cut to its head; a click copies all of it (copy.js)."""
    whole = value.removeprefix("sha256:")
    return format_html(
        '<button type="button" class="id" data-copy="{}" title="{}">{}</button>',
        value,
        _("Copy %(id)s") % {"id": value},
        whole[:length],
    )


@register.simple_tag
def bar(share: float | None, tone: str = "", label: str = "") -> SafeString:
    """A thin bar, share 0…1; drawn with attributes, since the CSP permits no inline style."""
    percent = 0.0 if share is None else min(max(share, 0.0), 1.0) * 100
    return format_html(
        '<svg class="bar {}" role="img" aria-label="{}" width="100%" height="4">'
        '<rect class="bar-track" width="100%" height="4" rx="2"/>'
        '<rect class="bar-fill" width="{}%" height="4" rx="2"/></svg>',
        f"tone-{tone}" if tone else "",
        label or f"{percent:.0f} %",
        f"{percent:.1f}",
    )


# from here on a share is much
MUCH = 0.8


@register.simple_tag
def figure(part: float | None, text: str = "", tone: str = "") -> SafeString:
    """A share 0…1 as a number above its bar. Past 80 % it has a triangle and a word for screen
    readers.
    """
    if part is None:
        return mark_safe('<span class="none">–</span>')
    much = part >= MUCH
    return format_html(
        '<span class="figure"{}>{}<span>{}</span>{}</span>{}',
        mark_safe(" data-much") if much else "",
        shape("triangle") if much else "",
        text or share(part),
        format_html('<span class="visually-hidden"> {}</span>', _("high")) if much else "",
        bar(part, tone or ("warn" if much else "")),
    )


@register.simple_tag
def ring(share: float | None) -> SafeString:
    """A small ring of progress, share 0…1; without a share a quarter, which the style lets turn."""
    percent = 25.0 if share is None else min(max(share, 0.0), 1.0) * 100
    return format_html(
        '<svg class="ring {}" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">'
        '<circle class="ring-track" cx="10" cy="10" r="8" pathLength="100"/>'
        '<circle class="ring-fill" cx="10" cy="10" r="8" pathLength="100" '
        'stroke-dasharray="{} 100" transform="rotate(-90 10 10)"/></svg>',
        "ring-unknown" if share is None else "",
        f"{percent:.1f}",
    )


@register.filter
def short_image(name: str) -> str:
    """An image name without what everybody leaves out: docker.io, library, a digest."""
    short = name.removeprefix("docker.io/library/").removeprefix("docker.io/")
    return short.partition("@sha256:")[0]


@register.filter
def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    """mapping[key], or nothing."""
    return mapping.get(key, "") if mapping else ""
