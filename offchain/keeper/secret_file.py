"""The file of secrets that a keeper has sealed, or was about to: one JSON object a line, on disk before the seal leaves.

Without its secret a bond is lost, so a line is written first, and never changed or removed. A secret is sealed once: whatever
becomes of the seal, the next one has a new secret.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offchain.bindings.seals import secret_seal
from offchain.keeper.beacon import Draw
from offchain.keeper.lines import Lines, LinesError
from offchain.keeper.records import address_in, integer_in, record_in, secret_in

MAX_LINE: Final = 1_024
_FIELDS: Final = (
    "chain_id",
    "source",
    "consumer",
    "id",
    "lot",
    "round",
    "sealer",
    "balance",
    "secret",
)
_MOST_WORD: Final = 2**256 - 1
_MOST_ROUND: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of `sealer` for a round of a draw at `source`, made for the sake of a lot. balance: the wei it had then."""

    chain_id: int
    source: str
    draw: Draw
    lot: int
    round: int
    sealer: str
    balance: int
    secret: bytes

    @property
    def seal(self) -> bytes:
        """What is sent to seal it."""
        draw = self.draw
        return secret_seal(
            self.chain_id, self.source, draw.consumer, draw.id, self.sealer, self.secret
        )


class SecretFile:
    """Secrets by what they are for."""

    def __init__(
        self, path: Path | None = None, on_flaw: Callable[[LinesError], None] | None = None
    ) -> None:
        """Reads `path` if it exists; None keeps secrets in memory only. `on_flaw` hears of lines that are none.

        Raises:
            LinesError: the file cannot be read; or, without `on_flaw`, a line of it is none.
        """
        self._secrets: dict[Secret, None] = {}
        self._lines = Lines(path, self._take, MAX_LINE, on_flaw)
        self.refresh()

    def refresh(self) -> None:
        """Reads what was appended since the last time. `LinesError` as when it was first read."""
        self._lines.refresh()

    def add(self, secret: Secret) -> None:
        """Keeps a secret, on disk first. `LinesError` if that is impossible."""
        self._lines.append([_format(secret)])
        self._secrets[secret] = None

    def at(self, chain_id: int, source: str, sealer: str) -> list[Secret]:
        """Those that `sealer` made for a source, the newest first."""
        wanted = (chain_id, source, sealer)
        known = (one for one in self._secrets if (one.chain_id, one.source, one.sealer) == wanted)
        return list(known)[::-1]

    def _take(self, line: bytes) -> None:
        entry = record_in(line, _FIELDS)
        draw = Draw(address_in("consumer", entry["consumer"]), _word("id", entry["id"]))
        secret = Secret(
            chain_id=_word("chain_id", entry["chain_id"]),
            source=address_in("source", entry["source"]),
            draw=draw,
            lot=integer_in("lot", entry["lot"], 0, _MOST_WORD),
            round=integer_in("round", entry["round"], 1, _MOST_ROUND),
            sealer=address_in("sealer", entry["sealer"]),
            balance=_word("balance", entry["balance"]),
            secret=secret_in("secret", entry["secret"]),
        )
        self._secrets[secret] = None


def _word(field: str, value: object) -> int:
    """A number in hexadecimal, since ids are hashes. Raises LinesError."""
    try:
        number = int(value, 16) if isinstance(value, str) else -1
    except ValueError:
        number = -1
    if not 0 <= number <= _MOST_WORD:
        raise LinesError(f"{field}: not a word in hexadecimal")
    return number


def _format(one: Secret) -> str:
    values = (
        hex(one.chain_id),
        one.source,
        one.draw.consumer,
        hex(one.draw.id),
        one.lot,
        one.round,
        one.sealer,
        hex(one.balance),
        one.secret.hex(),
    )
    return json.dumps(dict(zip(_FIELDS, values, strict=True)))
