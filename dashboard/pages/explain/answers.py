"""Answers about access, grouped by subject and by person."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import prefetch_related_objects

from accounts.models import User
from accounts.verbs import Verb
from audit.shapes import Who
from dashboard.furniture.subject import Subject
from dashboard.furniture.verb_ticks import group_word
from hosts.access import Person
from hosts.access.explain import VerbAnswer, VerbSource, everybody, explain, sees, verbs_about
from hosts.access.grant_rows import grants_with_names
from hosts.access.rights import rights_of
from hosts.models import Host

# most verbs named in a head
_FEW = 5


@dataclass(frozen=True, slots=True)
class VerbGroup:
    """Answers about the verbs of one subject: containers, images, …"""

    name: str
    answers: list[VerbAnswer]

    @property
    def allowed(self) -> int:
        """How many verbs are allowed."""
        return sum(answer.allowed for answer in self.answers)

    @property
    def some(self) -> int:
        """How many verbs are allowed in part."""
        return sum(answer.some for answer in self.answers)

    @property
    def few(self) -> list[VerbAnswer]:
        """The verbs allowed in whole or part; [] when they do not fit a line."""
        held = [answer for answer in self.answers if answer.allowed or answer.some]
        return held if len(held) <= _FEW else []


@dataclass(frozen=True, slots=True)
class Holders:
    """People with the same verbs through the same roles and grants.

    `parts`: (subject, number of its verbs, number held).
    """

    users: list[User]
    through: list[VerbSource]
    parts: list[tuple[str, int, int]]
    sensitive: list[Verb]
    count: int


def parts_of(answers: list[VerbAnswer]) -> list[VerbGroup]:
    return [
        VerbGroup(group_word(name), list(those))
        for name, those in groupby(answers, key=lambda answer: answer.verb.group)
    ]


def who_may(subject: Subject, verb: str = "") -> list[Holders]:
    """People with any verb there, those with most first. `verb`: only people with this one."""
    about = verbs_about(subject.place, subject.row)
    alike: dict[tuple[tuple[str, ...], tuple[VerbSource, ...]], list[User]] = {}
    known = {one.name: one for one in about}
    for users, answers in _people_alike(subject):
        names = tuple(answer.verb.name for answer in answers)
        if not names or (verb and verb not in names):
            continue
        through = tuple(dict.fromkeys(one for answer in answers for one in answer.through))
        alike.setdefault((names, through), []).extend(users)
    found = [
        Holders(
            sorted(users, key=str),
            list(through),
            [
                (group_word(name), len(those), sum(one.name in names for one in those))
                for name, those in _by_group(about)
            ],
            [known[name] for name in names if known[name].sensitive],
            len(names),
        )
        for (names, through), users in alike.items()
    ]
    return sorted(found, key=lambda held: (-held.count, str(held.users[0])))


def _people_alike(subject: Subject) -> Iterator[tuple[list[User], list[VerbAnswer]]]:
    """(people with the same role and grants, their allowed answers)."""
    together: dict[tuple[int | str, ...], list[User]] = {}
    for user in everybody():
        held = rights_of(user).held
        key = tuple(one.grant.pk if one.grant else one.own for one in held)
        together.setdefault(key, []).append(user)
    grants = grants_with_names()
    if isinstance(subject.place, Host):
        prefetch_related_objects([subject.place], "endpoints")
    for users in together.values():
        first = users[0]
        person = Person(first, Who(name=str(first), user_id=first.pk))
        if sees(person, subject.place, subject.row):
            answers = explain(person, subject.place, subject.row, grants)
            yield users, [answer for answer in answers if answer.allowed]


def verbs_to_ask(subject: Subject) -> list[tuple[str, list[Verb]]]:
    """(heading, verbs) for each subject that has a meaning there."""
    return [
        (group_word(name), those)
        for name, those in _by_group(verbs_about(subject.place, subject.row))
    ]


def _by_group(verbs: list[Verb]) -> list[tuple[str, list[Verb]]]:
    return [(name, list(those)) for name, those in groupby(verbs, key=lambda verb: verb.group)]
