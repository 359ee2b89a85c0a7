"""Error pages in plain words, for walks over all addresses."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard import errorpages


@pytest.fixture
def bare_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw each error page once. After that an answer is what its template is given: the frame
    round it takes most of a walk's time, and is the same at every address.
    """
    drawn = set()

    def plain(
        request: HttpRequest, template: str, context: dict[str, Any], status: int
    ) -> HttpResponse:
        if template not in drawn:
            drawn.add(template)
            return render(request, template, context, status=status)
        given = {name: value() if callable(value) else value for name, value in context.items()}
        return HttpResponse(repr(given), status=status)

    monkeypatch.setattr(errorpages, "render", plain)
