"""Where things lie in the checkout; Consort is installed editable, so it sits inside one."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NODE_MODULES = PROJECT / "node_modules"
"""npm packages: OpenZeppelin, the compiler, Ganache, Anvil, auction houses of others."""
PRIVATE_HOME = PROJECT / ".build" / "home"
"""HOME of the tools that would otherwise write to the user's own."""
