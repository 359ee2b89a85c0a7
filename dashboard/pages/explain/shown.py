"""How an explanation reads: verbs in groups, and what gives each in words."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.verbs import Verb
from audit.shapes import Who
from dashboard.pages.explain.subject import Subject
from hosts.access import Person
from hosts.access.explain import Answer, Through, everybody, explain, sees, verbs_about
from hosts.access.given import named


@dataclass(frozen=True, slots=True)
class Part:
    """Answers about one subject of verbs: containers, images, …"""

    name: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Held:
    """What one person may do there: `all_of` how many of the verbs, `sensitive` which by name."""

    user: User
    role: str
    through: list[Through]
    parts: list[tuple[str, int, int]]
    sensitive: list[Verb]
    count: int


def group_word(name: str) -> str:
    """The heading of a group of verbs."""
    words = {
        "access": _("Access"),
        "artifact": _("Artifacts"),
        "audit": _("Audit log"),
        "build": _("Builds"),
        "container": _("Containers"),
        "host": _("Hosts"),
        "image": _("Images"),
        "job": _("Jobs"),
        "kube": _("Kube YAML"),
        "network": _("Networks"),
        "people": _("People"),
        "pod": _("Pods"),
        "registry": _("Registries"),
        "secret": _("Secrets"),
        "system": _("System"),
        "volume": _("Volumes"),
    }
    return words.get(name, name.capitalize())


def parts_of(answers: list[Answer]) -> list[Part]:
    """Answers by their verbs' group, in order."""
    return [
        Part(group_word(name), list(those))
        for name, those in groupby(answers, key=lambda answer: answer.verb.group)
    ]


def who_may(subject: Subject, verb: str = "") -> list[Held]:
    """Everybody who may do something there, who holds most first. `verb`: only who may do that."""
    about = verbs_about(subject.place, subject.row)
    found = []
    grants = named()
    for user in everybody():
        person = Person(user, Who(name=str(user), user_id=user.pk))
        if not sees(person, subject.place, subject.row):
            continue
        answers = [
            one for one in explain(person, subject.place, subject.row, grants) if one.allowed
        ]
        names = {answer.verb.name for answer in answers}
        if not answers or (verb and verb not in names):
            continue
        through = list(dict.fromkeys(one for answer in answers for one in answer.through))
        parts = [
            (group_word(name), len(those), sum(1 for one in those if one.name in names))
            for name, those in _grouped(about)
        ]
        sensitive = [answer.verb for answer in answers if answer.verb.sensitive]
        found.append(Held(user, user.role.label, through, parts, sensitive, len(answers)))
    return sorted(found, key=lambda held: (-held.count, str(held.user)))


def _grouped(verbs: list[Verb]) -> list[tuple[str, list[Verb]]]:
    return [(name, list(those)) for name, those in groupby(verbs, key=lambda verb: verb.group)]
