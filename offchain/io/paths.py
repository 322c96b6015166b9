"""Where things lie: in the checkout, in which Consort is installed editable, or in what a wheel installed."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NODE_MODULES = PROJECT / "node_modules"
"""npm packages: OpenZeppelin, the compiler, Ganache, Anvil, auction houses of others."""
PRIVATE_HOME = PROJECT / ".build" / "home"
"""HOME of the tools that would otherwise write to the user's own."""
PACKAGED = PROJECT / "offchain" / "packaged"
"""What a wheel carries of what a checkout builds: the compiled contracts, in `abi`, and the web page, in `page`."""


def is_packaged() -> bool:
    """Whether this is what a wheel installed: there are no sources of contracts, no compiler and no npm packages."""
    return PACKAGED.is_dir()
