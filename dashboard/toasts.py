"""A short message at the foot of the page, sent along with an htmx answer."""

import json

from django.http import HttpResponse


def toast(
    response: HttpResponse, text: str, *, tone: str = "calm", url: str = "", word: str = ""
) -> HttpResponse:
    """Make the browser show `text`, with a link if `url`. `tone`: calm, good, warn, bad."""
    told = {"toast": {"text": text, "tone": tone, "url": url, "word": word}}
    response["HX-Trigger"] = json.dumps(told)
    return response
