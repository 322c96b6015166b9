"""The project's contracts, which a process can exchange for those of a mutant after it has loaded all that uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NoReturn
from unittest.mock import patch

from pyrevm import CfgEnv

from offchain.bindings import artifacts
from offchain.chain import revm
from tools.mutants.compiling import Changed, NotCompiled

_NO_LIMIT: Final = 1 << 20
"""Bytes of code that the chain in process takes of a contract that is compiled with few steps."""


class Overlay:
    """What the contracts are made of now: compiled when it is asked for, contract by contract."""

    def __init__(self) -> None:
        self._changed: Changed | None = None
        self._known: dict[str, tuple[bytes, bytes]] = {}
        self._give_up: Callable[[], NoReturn] | None = None

    def install(self) -> None:
        """From here on `artifacts` answers with what asks here for the bytecode at each use."""
        patch.object(artifacts, "_artifact", lambda name, entry: _Late(name, entry, self)).start()
        patch.object(revm, "CfgEnv", partial(CfgEnv, limit_contract_code_size=_NO_LIMIT)).start()

    def lay(self, changed: Changed | None, give_up: Callable[[], NoReturn]) -> None:
        """From here on they are the mutant's. `give_up`: called if it does not compile."""
        self._changed, self._known, self._give_up = changed, {}, give_up

    def bytecode(self, name: str) -> tuple[bytes, bytes] | None:
        """What creates the contract and what it then consists of, where the mutant has another; else None."""
        if self._changed is None or name not in self._changed.affected:
            return None
        if name not in self._known:
            try:
                self._known[name] = self._changed.bytecode(name)
            except NotCompiled as error:
                assert self._give_up is not None
                print(error)
                self._give_up()
        return self._known[name]


class _Late:
    """In the place of `artifacts.Artifact`."""

    def __init__(self, name: str, entry: Mapping[str, Any], overlay: Overlay) -> None:
        self.name = name
        self.abi = tuple(entry["abi"])
        self.storage_layout = entry["storage_layout"]
        self._entry = entry
        self._overlay = overlay

    @property
    def bytecode(self) -> bytes:
        found = self._overlay.bytecode(self.name)
        return found[0] if found else bytes.fromhex(self._entry["bytecode"])

    @property
    def runtime(self) -> bytes:
        found = self._overlay.bytecode(self.name)
        return found[1] if found else bytes.fromhex(self._entry["runtime"])
