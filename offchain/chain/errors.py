"""What goes wrong between Consort and a chain."""


class ChainError(Exception):
    """The chain back end could not be reached, or a transaction failed; the message says which.

    The command line reports it on standard error and exits with code 3.
    """


class Unfunded(ChainError):
    """An account has too little money for what it is to send, and nobody gives it any."""
