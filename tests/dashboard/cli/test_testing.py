"""`manage.py test`: when it shares the tests out to several processes, and which stay together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from dashboard import env
from dashboard.cli import testing
from tests.isolation import DATA
from tests.sharing import FAULTS, FAULTS_OF_HOSTS, LONG_FAULTS, group_of


@pytest.mark.parametrize(
    "words", [[], ["--all"], ["-m", "not lab and not browser"], ["tests/hosts", "-x"]]
)
def test_shares_whole_files_out_where_there_are_many(words: list[str]) -> None:
    shared = testing._shared_out(words)
    assert shared[0] == "-n"
    assert int(shared[1]) > 1
    assert shared[2:] == ["--dist", "loadfile"]


@pytest.mark.parametrize(
    "words",
    [
        ["tests/test_rooms.py"],
        ["tests/test_rooms.py::test_every_import_goes_down", "-x"],
        ["-n", "0"],
        ["-n4"],
        ["--pdb"],
        ["--collect-only"],
    ],
)
def test_one_process_for_a_file_and_where_somebody_says_otherwise(words: list[str]) -> None:
    assert testing._shared_out(words) == []


def test_the_fast_part_takes_no_more_processes_than_cores_and_keeps_a_selection() -> None:
    assert testing._shared_out([], waits=False)[1] == str(min(os.cpu_count() or 1, 6))
    assert testing._without_hosts(["-x"]) == ["-x", "-m", "not lab and not browser"]
    assert testing._without_hosts(["-m", "more"]) == ["-m", "(more) and not lab and not browser"]


@pytest.mark.parametrize("words", [[], ["--all"], ["-q", "--all"], ["-n2", "--durations=20"]])
def test_holds_what_was_sent_to_podman_against_the_document_after_a_whole_run(
    words: list[str],
) -> None:
    assert testing._whole(words)


@pytest.mark.parametrize(
    "words", [["-x"], ["tests/lab"], ["-m", "lab"], ["-k", "pull"], ["--hosts", "f"], ["--co"]]
)
def test_compares_nothing_where_tests_are_left_out(words: list[str]) -> None:
    assert not testing._whole(words)


def test_faults_stay_in_a_process_of_their_kind_and_other_files_whole() -> None:
    assert group_of("tests/lab/test_faults_redis.py::test_a") == FAULTS
    assert group_of("tests/lab/test_faults_upload.py::test_a") == LONG_FAULTS
    assert group_of("tests/lab/test_link_faults.py::test_b[x]") == FAULTS_OF_HOSTS
    assert group_of("tests/lab/test_run_pull.py::test_c[a::b]") == "tests/lab/test_run_pull.py"


def test_the_run_in_several_processes_gives_each_a_folder_of_its_own() -> None:
    """True here too, however these tests were started."""
    assert str(settings.HAULOUT_DATA) == str(DATA) == os.environ["HAULOUT_DATA"]


def test_the_rules_of_the_house_run_first_and_not_once_more(tmp_path: Path) -> None:
    assert (env.CHECKOUT / "tests/test_style.py") in env.CHECKOUT.glob(testing.HOUSE_RULES)
    for file in ("tests/test_style.py", "tests/room/test_style.py"):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("def test_one():\n    pass\n")
    words = [f"--ignore-glob={testing.HOUSE_RULES}", "--collect-only", "-q"]
    words += ["-c", os.devnull, "--rootdir=.", "-p", "no:django"]
    done = subprocess.run(
        [sys.executable, "-c", "import pytest; raise SystemExit(pytest.main())", *words, "tests"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 test collected" in done.stdout, done.stdout + done.stderr
    assert "tests/room/test_style.py" in done.stdout
