"""Refusals: what somebody gave cannot be taken, said in words for them.

Whatever else is raised is a fault of ours: a page or the API answers it with 500, and its trace is in
the log.
"""


class Refusal(Exception):
    """`str()` is what the person reads: cause, and cure where there is one. The API answers 422."""


class FieldRefusal(Refusal):
    """The refusal that names the field to change; every page and command shows it beside that field."""

    def __init__(self, field_name: str, message: str, *, cure: str = "", kind: str = "") -> None:
        super().__init__(f"{message} {cure}".strip())
        self.field = field_name
        self.message = message
        self.cure = cure
        self.kind = kind
