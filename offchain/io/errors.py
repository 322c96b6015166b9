"""What a user is told about input that cannot be used."""


class InvalidInput(Exception):
    """A file, or a line of one, cannot be used. The message names the field and the offending value.

    The command line prints it on standard error and exits with code 2.
    """
