"""What a user is told about a bad instance file."""


class InvalidInput(Exception):
    """An instance file cannot be used. The message names the field and the offending value.

    The command line prints it on standard error and exits with code 2.
    """
