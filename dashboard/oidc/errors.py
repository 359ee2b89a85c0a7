"""What goes wrong with a provider. Whatever it is, nobody is signed in."""


class ProviderError(Exception):
    """`str()` is what the person reads, cause and cure; `why` is for the audit log alone."""

    def __init__(self, words: str, *, why: str) -> None:
        super().__init__(words)
        self.why = why


class NoAnswer(ProviderError):
    """The provider did not answer, or not as one; trying again may help."""


class ClientRejected(ProviderError):
    """The provider does not know our client_id, or another secret for it."""


class CodeRejected(ProviderError):
    """The provider does not know the code with which somebody came back (any more)."""
