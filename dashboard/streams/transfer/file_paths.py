"""Paths of files as requests name them. They are bytes: what is not UTF-8 passes as it is."""

import os
from urllib.parse import parse_qs, quote

from django.http import HttpRequest

from hosts.actions.files.place import clean_path


def query_value(request: HttpRequest, name: str, default: str = "") -> str:
    """A value of the query. Bytes that are not UTF-8 become surrogates."""
    pairs = parse_qs(request.META.get("QUERY_STRING", ""), errors="surrogateescape")
    return str(pairs.get(name, [default])[-1])


def query_path(request: HttpRequest) -> str:
    """The cleaned path of the query. Raises ActionFailed."""
    return clean_path(query_value(request, "path", "/"))


def quote_path(path: str) -> str:
    """The path quoted for a query."""
    return quote(os.fsencode(path), safe="/")


def printable(name: str) -> str:
    """The name with unprintable characters escaped."""
    text = os.fsencode(name).decode(errors="backslashreplace")
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
