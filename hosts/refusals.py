"""Refusals: what somebody gave cannot be taken, said in words for them.

Any other exception is a fault of ours: a page or the API answers 500, with its trace in the log.
"""


class Refusal(Exception):
    """`str()` is what the person reads: cause, and a cure where there is one. The API answers 422."""


class FieldRefusal(Refusal):
    """A refusal with the field to change; pages and commands show it beside that field."""

    def __init__(self, field_name: str, message: str, *, cure: str = "", kind: str = "") -> None:
        super().__init__(f"{message} {cure}".strip())
        self.field = field_name
        self.message = message
        self.cure = cure
        self.kind = kind
