"""The cards of verbs: each is whole, or Django does not start; and what is read off them."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.verbs import all_verbs, get_verb
from hosts.actions import ACTIONS, register_all
from hosts.cards import READS, Lock, Road, card_of, cards, lock_of, road_of

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PARTS = {
    "right": 'right=Right("Count seals", "Count them")',
    "road": "road=READS",
    "lock": "lock=Lock.PASSES",
    "words": 'words=("Count", "counted")',
}


@pytest.mark.parametrize("missing", PARTS)
def test_half_a_card_is_refused_with_the_name_of_its_verb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    said = ", ".join(part for name, part in PARTS.items() if name != missing)
    module = f"count_seals_without_{missing}"
    lines = (
        "from hosts.cards import READS, Card, Lock, Right",
        f'CARDS = (Card("seal.count", {said}),)',
    )
    (tmp_path / f"{module}.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImproperlyConfigured, match=rf"card of seal\.count .*\({missing}\)"):
        register_all([str(tmp_path)], "")
    assert card_of("seal.count") is None


def test_django_does_not_start_with_a_card_that_it_refuses() -> None:
    program = (
        "import django; from hosts.cards import *\n"
        "whole = dict(right=Right('', ''), road=READS, lock=Lock.PASSES, words=('Stop', 'stopped'))\n"
        "register(Card('container.stop', **whole)); django.setup()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env={"DJANGO_SETTINGS_MODULE": "dashboard.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "ImproperlyConfigured: There are two cards of container.stop" in done.stderr


def test_a_card_makes_the_right_that_roles_hold() -> None:
    stop, check = get_verb("container.stop"), get_verb("system.check")
    assert stop
    assert check
    assert (stop.group, check.group) == ("container", "host")
    assert (stop.role, stop.sensitive, stop.label) == ("operator", False, "Stop containers")
    assert [verb.name for verb in all_verbs() if verb.group == "pod"][:2] == [
        "pod.view",
        "pod.inspect",
    ]


def test_streams_and_jobs_have_cards() -> None:
    assert {"container.exec", "image.load", "volume.files_edit"} <= {one.verb for one in cards()}
    assert {"container.stop", "image.build", "kube.play", "host.rotate_key"} <= set(ACTIONS)


def test_of_a_verb_without_a_card_nothing_is_known() -> None:
    assert road_of("container.view") == READS
    assert lock_of("container.view") is None
    assert road_of("container.run") != READS
    assert lock_of("container.run") is Lock.MAKES


def test_a_road_says_when_it_is_asked_about() -> None:
    of_run, of_upgrade = road_of("container.run"), road_of("container.upgrade")
    assert (of_run.at_click, of_run.at_work) == (True, True)
    assert (of_upgrade.at_click, of_upgrade.at_work) == (False, True)
    assert (Road().at_click, Road().at_work) == (False, False)
