"""The book of a resilient sale, from what its contract says: what everybody put down, paid and got back."""

from collections import defaultdict
from dataclasses import dataclass, field

from offchain.bindings.contracts import Event
from offchain.io.addresses import Address
from offchain.io.units import WEI_PER_UNIT

_DEPOSIT_BITS = 64


@dataclass(slots=True)
class Box:
    """One player's money in a sale. deposit, price and bond in units; received in wei, rebate included."""

    deposit: int = 0
    price: int = 0
    bond: int = 0
    received: int = 0

    @property
    def paid(self) -> int:
        """All that it paid and did not get back, bond aside, in wei; negative if it got more."""
        return (self.deposit - self.bond + self.price) * WEI_PER_UNIT - self.received


@dataclass(slots=True)
class SaleBook:
    """Everybody's money in one sale. buyers: who said YES, by the number of the offer."""

    boxes: dict[Address, Box] = field(default_factory=lambda: defaultdict(Box))
    buyers: dict[int, Address] = field(default_factory=dict)

    def earned(self, seller: Address) -> int:
        """What is the seller's in the end, in wei: what players paid, bonds aside, and its own stake of a unit."""
        return sum(box.paid for who, box in self.boxes.items() if who != seller) + WEI_PER_UNIT

    @property
    def burnt(self) -> int:
        """The bonds of all who kept silent, in units."""
        return sum(box.bond for box in self.boxes.values())

    def take(self, event: Event) -> None:
        """Takes in the next event; those that say nothing of money are passed over."""
        said = event.args
        match event.name:
            case "AnnouncementSealed":
                deposit = int.from_bytes(said["sealedAnnouncement"], "big") % (1 << _DEPOSIT_BITS)
                self.boxes[said["player"]].deposit = deposit
            case "Answered" if said["yes"]:
                self.buyers[said["index"]] = said["player"]
            case "BundleSold":
                self.boxes[self.buyers[said["index"]]].price += said["price"]
            case "BondBurnt":
                self.boxes[said["player"]].bond = said["bond"]
            case "Claimed":
                self.boxes[said["player"]].received += said["amountWei"]
