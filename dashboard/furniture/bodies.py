"""The base of REST bodies."""

from typing import Any

from ninja import Schema
from pydantic import ConfigDict


class RequestBody(Schema):
    """The base of every request body. Unknown fields are refused by name. A slip of the pen would
    else be done without a word.
    """

    model_config = ConfigDict(extra="forbid")

    def params(self) -> dict[str, Any]:
        """What the action is asked with."""
        return self.dict()


class EmptyBody(RequestBody):
    """No parameters."""
