"""YAML that Podman generates of what there is: without Haulout's own marks, and without values."""

import re

import yaml

from hosts.access.readable_inspect import MASK
from hosts.actions.kube.kube_yaml import YamlRefused, read
from hosts.inventory.job_marks import OURS

_OURS = re.compile(rf"^ +{re.escape(OURS)}[^:\n]*:(?: .*)?\n", re.MULTILINE)


def without_marks(text: str) -> str:
    """The YAML without our labels and annotations, which a play would refuse."""
    return _OURS.sub("", text)


def without_values(text: str) -> str:
    """The YAML without environment values and comments.

    "" when the host's text is no YAML, or too long.
    """
    try:
        documents = [document.content for document in read(text)]
    except (YamlRefused, yaml.YAMLError):
        return ""
    for document in documents:
        _mask(document)
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True)


def _mask(value: object) -> None:
    if isinstance(value, list):
        for item in value:
            _mask(item)
        return
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        if name == "env" and isinstance(inner, list):
            for one in inner:
                if isinstance(one, dict) and "value" in one:
                    one["value"] = MASK
        elif name in ("data", "stringData") and value.get("kind") == "Secret":
            value[name] = dict.fromkeys(inner, MASK) if isinstance(inner, dict) else MASK
        else:
            _mask(inner)
