"""{% lucide "play" size=15 %}: icons, in place of the library's own tag of this name."""

from functools import cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_NAMESPACE = "{http://www.w3.org/2000/svg}"


@cache
def _all() -> ZipFile:
    """The library's icons, in memory: it reads the list of all of them anew for each."""
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


@register.simple_tag(name="lucide")
@cache
def icon(name: str, size: int = 24) -> SafeString:
    """An icon by its name at lucide.dev, drawn once. KeyError where there is none."""
    svg = ElementTree.fromstring(_all().read(f"{name}.svg"))  # noqa: S314 - the library's own
    svg.attrib["width"] = svg.attrib["height"] = str(size)
    for part in svg.iter():
        part.tag = part.tag.removeprefix(_NAMESPACE)
    return mark_safe(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S308 - no text of anybody's
