"""Names that are refused in every kube file, whatever the rules say."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.kube.kube_yaml import Document, YamlRefused
from hosts.guardrails.kube_fields import WITH_TEMPLATE
from hosts.inventory.job_marks import OURS

Path = tuple[Any, ...]


def refuse_names(document: Document) -> None:
    """YamlRefused for labels of Haulout's own, and file names that lead out of their volume."""
    content = document.content
    template = content.get("spec", {}).get("template", {}) if _templated(content) else {}
    holders: list[tuple[dict[str, Any], Path]] = [(content, ()), (template, ("spec", "template"))]
    for holder, at in holders:
        for key in ("labels", "annotations"):
            for name in holder.get("metadata", {}).get(key, {}):
                if name.strip().casefold().startswith(OURS):
                    raise YamlRefused(
                        _("“%s”: names that start with io.haulout. are reserved for Haulout.")
                        % name[:80],
                        document.line_of(*at, "metadata", key, name),
                    )
    for name, path in _files(content, template):
        # older Podman writes to wherever the name leads
        if name.startswith("/") or ".." in name.split("/"):
            raise YamlRefused(
                _("“%s” would be a file outside its volume.") % name[:80],
                document.line_of(*path),
            )


def _templated(content: dict[str, Any]) -> bool:
    return content.get("kind") in WITH_TEMPLATE


def _files(content: dict[str, Any], template: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    """Names of files that Podman writes into volumes, with their paths in the document."""
    if content.get("kind") in ("ConfigMap", "Secret"):
        for key in ("data", "binaryData", "stringData"):
            for name in content.get(key, {}):
                yield name, (key, name)
        return
    at: Path = ("spec", "template", "spec") if template else ("spec",)
    spec = (template or content).get("spec", {})
    for number, volume in enumerate(spec.get("volumes", []) if isinstance(spec, dict) else []):
        for source in ("configMap", "secret"):
            for item, one in enumerate(volume.get(source, {}).get("items", [])):
                path = (*at, "volumes", number, source, "items", item, "path")
                yield str(one.get("path", "")), path
