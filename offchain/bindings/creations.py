"""Creating contracts so that none is lost, and none created twice, whatever happens on the way.

What stands is noted in a file as soon as it does, and so is what is under way before it is sent. The address of a
contract follows from its creator and the number of transactions that this one had sent, so what becomes of a
creation whose answer was lost can be looked up later, by another process too. A contract stands once it answers what
it was made of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eth_hash.auto import keccak
from rlp import encode

from offchain.bindings.contracts import asked, contract
from offchain.chain.backend import Chain, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.io.addresses import ADDRESS_BYTES, NOBODY, checksum, to_bytes
from offchain.io.decoding import decode
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field
from offchain.io.output import OutputFailed, write_whole

# PUSH0 PUSH0 RETURN, and the same in the words of the first EVM: each creates an empty contract.
_SHANGHAI: Final = bytes.fromhex("5f5ff3")
_FRONTIER: Final = bytes.fromhex("60006000f3")


def address_of(creator: str, nonce: int) -> str:
    """The address of the contract that the transaction number `nonce` of `creator` creates."""
    return checksum(keccak(encode([to_bytes(creator), nonce]))[-ADDRESS_BYTES:])


def stands(chain: Chain, address: str, name: str, arguments: tuple[object, ...]) -> bool:
    """Whether a contract of that name and made of these answers at the address. `ChainError` if the chain does not."""
    if name == "DAOFactory":
        return asked(chain, address, name, "isDAO", NOBODY) == (False,)
    views = zip(contract(name).made_of, arguments, strict=True)
    return all(asked(chain, address, name, view) == (value,) for view, value in views)


def refuse_old_evm(chain: Chain, account: str) -> None:
    """Raises ChainError if the chain does not run code of the hard fork Shanghai, which contracts here are compiled to."""
    try:
        chain.estimate(Transaction(account, None, _SHANGHAI))
    except ChainError as error:
        chain.estimate(Transaction(account, None, _FRONTIER))  # or else it is something else
        raise ChainError(
            f"{chain.name}: this chain does not run Shanghai code (PUSH0): nothing was deployed"
        ) from error


@dataclass(slots=True)
class Notes:
    """What there is of a deployment.

    plan: what is to be deployed, by whom, and where. block: the first of which it is. created: addresses by contract, or by
    what else it is known. under_way: the one that was sent last, and the number of transactions that its creator had sent before.
    """

    plan: dict[str, Any]
    block: int
    created: dict[str, str] = field(default_factory=dict)
    under_way: tuple[str, int] | None = None

    def text(self) -> str:
        """As `read` takes it."""
        fields: dict[str, Any] = {"plan": self.plan, "block": self.block, "created": self.created}
        if self.under_way is not None:
            fields |= {"contract": self.under_way[0], "nonce": self.under_way[1]}
        return json.dumps(fields, indent=2) + "\n"

    @staticmethod
    def read(text: str, contracts: Collection[str]) -> Notes:
        """What `text` wrote, of deployments of these contracts. `InvalidInput` names what is wrong with it."""
        names = tuple(contracts)
        fields = Field("", decode(text)).record(("plan", "block", "created"), ("contract", "nonce"))
        plan = {key: one.value for key, one in fields["plan"].members().items()}
        created = {key: one.address() for key, one in fields["created"].record((), names).items()}
        under_way = None
        if "contract" in fields:
            nonce = fields.get("nonce", Field("nonce", None)).integer(0, 2**64 - 1)
            under_way = (fields["contract"].choice(names), nonce)
        return Notes(plan, fields["block"].integer(0, 2**64 - 1), created, under_way)


class Creator:
    """Creates contracts from one account, each once; goes on where `file`, if there is one, says that an earlier one stopped.

    told: hears of what stands. The file is removed by `done`.
    """

    def __init__(
        self,
        chain: Chain,
        account: str,
        plan: Mapping[str, Any],
        contracts: Collection[str],
        file: Path | None = None,
        told: Callable[[str], None] = lambda line: None,
    ) -> None:
        """`contracts`: all that a file can speak of, by name or note.

        Raises InvalidInput if the file holds something else, or a deployment by another plan; ChainError as `Chain` does.
        """
        self._chain, self._account, self._file, self._told = chain, account, file, told
        plan = dict(plan) | {"chain_id": chain.chain_id, "account": account}
        self._notes = self._earlier(file, plan, contracts) or Notes(plan, chain.block())

    @property
    def block(self) -> int:
        """The first block of which any of it can be."""
        return self._notes.block

    @property
    def resumes(self) -> bool:
        """Whether an earlier one had begun."""
        return bool(self._notes.created or self._notes.under_way)

    def create(self, name: str, *arguments: object) -> str:
        """The address of the contract; created now, unless it stands.

        Raises:
            ChainError: it cannot be created, or does not answer.
        """
        return self.create_as(name, name, *arguments)

    def create_as(self, note: str, name: str, *arguments: object) -> str:
        """As `create`, for one of several of a name: `note` is by which the file knows it."""
        address = self._standing(note, name, arguments)
        if address is None:
            address = self._created(note, name, arguments)
            self._told(f"{note} stands at {address}")
        else:
            self._told(f"{note} stands already at {address}")
        self._notes.created[note] = address
        if self._notes.under_way is not None and self._notes.under_way[0] == note:
            self._notes.under_way = None
        self._write()
        return address

    def done(self) -> None:
        """Removes the file: all stands, and is written down elsewhere."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _standing(self, note: str, name: str, arguments: tuple[object, ...]) -> str | None:
        noted = self._notes.created.get(note)
        under_way = self._notes.under_way
        if noted is None and under_way is not None and under_way[0] == note:
            noted = address_of(self._account, under_way[1])
        if noted is None or not stands(self._chain, noted, name, arguments):
            return None
        return noted

    def _created(self, note: str, name: str, arguments: tuple[object, ...]) -> str:
        nonce = self._chain.transaction_count(self._account)
        self._notes.under_way = (note, nonce)
        self._write()
        address = address_of(self._account, nonce)
        creation = Transaction(self._account, None, contract(name).creation(*arguments))
        try:
            address = self._chain.send(creation).contract or address
        except Reverted:
            raise
        except ChainError:
            # Its answer may be lost, or an older copy of it came first.
            if not stands(self._chain, address, name, arguments):
                raise
        if not stands(self._chain, address, name, arguments):
            raise ChainError(
                f"{self._chain.name}: {name} was created at {address}, and does not answer as it should"
            )
        return address

    def _earlier(
        self, file: Path | None, plan: Mapping[str, Any], contracts: Collection[str]
    ) -> Notes | None:
        if file is None or not file.exists():
            return None
        try:
            notes = Notes.read(file.read_text(encoding="utf-8"), contracts)
        except (OSError, InvalidInput, ValueError) as error:
            raise InvalidInput(
                f"{file}: cannot be read as notes of a deployment: {error}"
            ) from error
        for key in sorted({*plan, *notes.plan}):
            if plan.get(key) != notes.plan.get(key):
                raise InvalidInput(
                    f"{file}: is of a deployment that was broken off, with another {key.replace('_', ' ')}:"
                    " finish that one, or remove the file"
                )
        return notes

    def _write(self) -> None:
        if self._file is None:
            return
        try:
            write_whole(self._file, self._notes.text().encode())
        except OutputFailed as error:
            self._file = None
            self._told(f"{error}: what stands is told here only")
