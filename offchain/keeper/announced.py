"""The file of announcements that players of resilient sales entrust to a keeper: one JSON object a line.

    {"contract": AUCTION, "lot": 1, "bidder": PLAYER,
     "offers": [{"to": WHO, "price": 40, "goods": [0, 1]}], "wish": [0], "salt": HEX}

Goods are numbers, as in the lot; offers stand in the order in which they were sealed.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offchain.bindings.announcements import Announcement, OfferTuple
from offchain.bindings.constants import Announcements, Goods
from offchain.bindings.entries import MOST_AMOUNT, MOST_LOT
from offchain.bindings.seals import SALT_BYTES
from offchain.io.addresses import Address, to_bytes
from offchain.keeper.lines import Lines, LinesError
from offchain.keeper.openings import is_opening
from offchain.keeper.records import address_in, integer_in, record_in, secret_in, values_in
from offchain.keeper.sales import as_bits, goods_in

MAX_LINE: Final = 8_192
"""The most bytes a line may have; 32 offers of 256 goods take 5,600."""
_FIELDS: Final = ("contract", "lot", "bidder", "offers", "wish", "salt")
_OFFER: Final = ("to", "price", "goods")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What opens the announcement that `player` sealed on `lot` of `contract`."""

    contract: Address
    lot: int
    player: Address
    announcement: Announcement


class Announced:
    """Disclosures by what they open. Each is read and hashed once."""

    def __init__(
        self,
        path: Path | None = None,
        on_flaw: Callable[[LinesError], None] | None = None,
        among_others: bool = False,
    ) -> None:
        """Reads `path` if it exists; `add` appends to it. None keeps them in memory only. `on_flaw` hears of lines that are none,
        which are passed over then. `among_others`: the file has openings, too (`is_opening`).

        Raises:
            LinesError: the file cannot be read; or, without `on_flaw`, a line of it is none.
        """
        self._known: dict[Disclosure, None] = {}
        self._sealed: dict[int, dict[bytes, Disclosure]] = {}
        self._lines = Lines(
            path, self._take, MAX_LINE, on_flaw, _is_announcement if among_others else None
        )
        self.refresh()

    def refresh(self) -> None:
        """Reads what others appended to the file since the last time. `LinesError` as when it was first read."""
        self._lines.refresh()

    def add(self, disclosures: Iterable[Disclosure]) -> None:
        """Keeps them, on disk first. `LinesError` if one can open nothing, or the file cannot be written; none is kept then."""
        some = list(disclosures)
        lines = [_format(one) for one in some]
        for line in lines:
            _parse(line.encode())
        self._lines.append(lines)
        for one in some:
            self._remember(one)

    def disclosure(
        self, chain_id: int, contract: Address, lot: int, player: Address, seal: bytes
    ) -> Disclosure | None:
        """What opens the announcement that stands sealed as `seal` (24 bytes), if it is known. O(1)."""
        if chain_id not in self._sealed:
            self._sealed[chain_id] = {_seal(chain_id, known): known for known in self._known}
        found = self._sealed[chain_id].get(seal)
        if found is None or (found.contract, found.lot, found.player) != (contract, lot, player):
            return None
        return found

    def __len__(self) -> int:
        """How many there are."""
        return len(self._known)

    def _take(self, line: bytes) -> None:
        self._remember(_parse(line))

    def _remember(self, one: Disclosure) -> None:
        if one in self._known:
            return
        self._known[one] = None
        for chain_id, sealed in self._sealed.items():
            sealed[_seal(chain_id, one)] = one


def is_takeable(announcement: Announcement, player: Address, goods: int, deposit: int) -> bool:
    """Whether a contract takes what was sealed so, under a deposit (units) in a sale of so many goods: the rules of
    contracts/resilient/Announcements.sol.
    """
    offers = announcement.offers
    recipients = [to_bytes(to) for to, _, _ in offers]
    if len(offers) > Announcements.MOST_OFFERS or announcement.wish >> goods:
        return False
    if recipients != sorted(set(recipients)) or to_bytes(player) in recipients:
        return False
    offered = 0
    for _, price, bundle in offers:
        if price == 0 or bundle == 0 or bundle >> goods or bundle & offered:
            return False
        offered |= bundle
    return announcement.revenue <= deposit


def _is_announcement(line: bytes) -> bool:
    return not is_opening(line)


def _seal(chain_id: int, one: Disclosure) -> bytes:
    return one.announcement.commitment(chain_id, one.contract, one.lot, one.player)


def _parse(line: bytes) -> Disclosure:
    entry = record_in(line, _FIELDS)
    offers = values_in("offers", entry["offers"], Announcements.MOST_OFFERS)
    announcement = Announcement(
        tuple(_offer(f"offers[{place}]", offer) for place, offer in enumerate(offers)),
        _bits("wish", entry["wish"]),
        secret_in("salt", entry["salt"]),
    )
    if announcement.revenue > MOST_AMOUNT:
        raise LinesError("offers: their prices are more than an amount can hold")
    return Disclosure(
        address_in("contract", entry["contract"]),
        integer_in("lot", entry["lot"], 1, MOST_LOT),
        address_in("bidder", entry["bidder"]),
        announcement,
    )


def _offer(field: str, entry: Any) -> OfferTuple:
    if not isinstance(entry, dict) or sorted(entry) != sorted(_OFFER):
        raise LinesError(f"{field}: not an object of {', '.join(_OFFER)}")
    return (
        address_in(f"{field}.to", entry["to"]),
        integer_in(f"{field}.price", entry["price"], 0, MOST_AMOUNT),
        _bits(f"{field}.goods", entry["goods"]),
    )


def _bits(field: str, entry: Any) -> int:
    goods = values_in(field, entry, Goods.MOST)
    found = [integer_in(field, good, 0, Goods.MOST - 1) for good in goods]
    if len(set(found)) < len(found):
        raise LinesError(f"{field}: a good comes twice")
    return as_bits(found)


def _format(one: Disclosure) -> str:
    announcement = one.announcement
    if len(announcement.salt) != SALT_BYTES:
        raise LinesError(f"salt: {len(announcement.salt)} bytes, not {SALT_BYTES}")
    offers = [
        dict(zip(_OFFER, (to, price, goods_in(bundle)), strict=True))
        for to, price, bundle in announcement.offers
    ]
    wish, salt = goods_in(announcement.wish), announcement.salt.hex()
    values = (one.contract, one.lot, one.player, offers, wish, salt)
    return json.dumps(dict(zip(_FIELDS, values, strict=True)))
