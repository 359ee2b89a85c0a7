"""The command line `haulout` as one file (dashboard.client), and its checksum. Open to everybody: it
is the same for all, and `curl` has no session.
"""

import hashlib
from functools import cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_SHEBANG = b"#!/usr/bin/env python3\n"
# the one part that older Pythons have to read
_MAIN = """import sys

if sys.version_info < (3, 9):
    sys.exit("haulout: this is Python %d.%d; Python 3.9 or newer is needed" % sys.version_info[:2])

from haulout.main import main

main()
"""


@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The file."""
    answer = HttpResponse(client_file(), content_type="application/octet-stream")
    answer["Content-Disposition"] = 'attachment; filename="haulout"'
    return answer


@require_safe
def checksum(request: HttpRequest) -> HttpResponse:
    """A line for `sha256sum --check`."""
    return HttpResponse(f"{client_sum()}  haulout\n", content_type="text/plain; charset=utf-8")


@cache
def client_file() -> bytes:
    """A zip that Python runs (zipapp): the same bytes from the same source, on every machine."""
    made = BytesIO(_SHEBANG)
    with ZipFile(made, "a") as archive:
        archive.writestr(ZipInfo("__main__.py"), _MAIN)
        for one in sorted(files("dashboard.client").iterdir(), key=lambda one: one.name):
            if one.name.endswith(".py"):
                archive.writestr(ZipInfo(f"haulout/{one.name}"), one.read_text())
    return made.getvalue()


@cache
def client_sum() -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(client_file()).hexdigest()
