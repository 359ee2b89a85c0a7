"""Lines and lists that are longer or deeper than anybody writes: no sooner or later a page that stands."""

import pytest

from dashboard.api.lists import _number_of
from dashboard.api.problems import Problem
from dashboard.pages.run.from_container import _texts
from hosts.actions.run.existing import Source, read_existing
from hosts.actions.run.run_spec import ORDER_NOTE
from hosts.actions.run.shell_words import LONGEST, split
from hosts.actions.run.table.parsers import command_words
from hosts.refusals import Refusal

DEEP = "[" * 100_000


def test_a_line_longer_than_any() -> None:
    with pytest.raises(Refusal, match="at most 131072 characters"):
        split("`" * (LONGEST + 1))


def test_what_a_shell_would_work_out_stands_as_it_was() -> None:
    many = "".join(f"`{number}`" for number in range(10_000))
    assert split(f"podman run {many} \ue0009\ue001 \ue00099999\ue001").words == [
        "podman",
        "run",
        many,
        "`9`",
        "\ue00099999\ue001",
    ]
    assert split("podman run ${A} $(" + "${" * 20_000).expansions[0] == "${A}"


def test_brackets_in_brackets_are_no_list() -> None:
    assert command_words(DEEP) == [DEEP]
    assert _texts(DEEP) == {}
    with pytest.raises(Problem):
        _number_of("W1tb" * 20_000)


def test_nor_are_they_an_order_of_ours() -> None:
    note = {ORDER_NOTE: DEEP}
    found = read_existing(
        {"Config": {"Annotations": note}, "ImageName": "docker.io/library/nginx"}, 1
    )
    assert found.source is Source.INSPECT
