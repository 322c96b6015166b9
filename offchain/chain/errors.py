"""What goes wrong between Consort and a chain."""


class ChainError(Exception):
    """The chain back end could not be reached, or a transaction failed; the message says which.

    The command line reports it on standard error and exits with code 3.
    """
