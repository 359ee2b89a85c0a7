"""The one error of the lab: what went wrong and what mends it."""


class LabError(RuntimeError):
    """Says the cause and the cure in one message."""
