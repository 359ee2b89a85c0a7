"""No verb is registered that nothing of the matrix tries."""

from accounts import verbs as registry
from tests.access.rows import table
from tests.access.test_matrix_jobs import verbs as of_jobs
from tests.access.test_matrix_sockets import LISTS, MESSAGES

# asked for in the midst of something else, where its own tests are
ELSEWHERE = {
    "container.privileged": "tests/hosts/guardrails/test_privileged.py",
    "freeze.override": "tests/hosts/guardrails/test_freezes.py",
}


def test_every_verb_is_tried() -> None:
    tried = {verb for row in table() for verb in row.wants} | set(of_jobs()) | set(LISTS.values())
    words = " ".join(text for kinds in MESSAGES.values() for text in kinds.values())
    tried |= {word.strip(",") for word in words.split()}
    registered = {verb.name for verb in registry.all_verbs()}
    assert registered - tried == set(ELSEWHERE)
    assert {verb for verb in tried if "." in verb} - registered == set()
