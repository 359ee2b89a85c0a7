"""The filter line: reading and writing it, whatever is typed."""

from hypothesis import given
from hypothesis import strategies as some

from dashboard.live.filterline import MAX_LENGTH, MAX_TERMS, Term, normal, parse, without, write

names = some.sampled_from(["", "state", "host", "label"])
# what a value can be once read: no quotes, single blanks, no blank at either end
values = some.text(
    some.characters(exclude_characters='"', exclude_categories=("C", "Z")), min_size=1, max_size=12
)
terms = some.builds(Term, names, values, some.booleans())


def test_tokens_text_and_quotes_are_told_apart() -> None:
    assert parse('state:running -host:web1 label:app=shop "two  words" plain') == (
        Term("state", "running"),
        Term("host", "web1", negative=True),
        Term("label", "app=shop"),
        Term("", "two words"),
        Term("", "plain"),
    )


def test_a_value_may_hold_blanks_and_colons() -> None:
    assert parse('image:"a b" image:reg.example:5000/x:1') == (
        Term("image", "a b"),
        Term("image", "reg.example:5000/x:1"),
    )


def test_an_open_quote_and_an_empty_token_do_no_harm() -> None:
    assert parse('name:"half done') == (Term("name", "half done"),)
    assert parse('host: state:""') == ()


@given(some.text())
def test_any_line_is_read_within_its_bounds(line: str) -> None:
    found = parse(line)
    assert len(found) <= MAX_TERMS
    assert all(term.value and len(term.value) <= MAX_LENGTH for term in found)


@given(some.lists(terms, max_size=6, unique=True))
def test_what_is_written_is_read_again(given_terms: list[Term]) -> None:
    kept = parse(write(given_terms))
    assert parse(write(kept)) == kept


@given(some.text())
def test_the_normal_line_is_normal(line: str) -> None:
    assert normal(normal(line)) == normal(line)


@given(some.permutations(["state:running", "-host:web1", '"two words"', "plain"]))
def test_order_does_not_matter_to_the_normal_line(words: list[str]) -> None:
    assert normal(" ".join(words)) == normal('state:running -host:web1 "two words" plain')


def test_a_chip_taken_off_leaves_the_rest() -> None:
    found = parse('state:running "two words" host:web1')
    assert without(found, found[0]) == '"two words" host:web1'
