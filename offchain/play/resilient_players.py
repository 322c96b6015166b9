"""The players of a resilient sale on a chain: what they announce, and what they answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from offchain.bindings.announcements import Announcement
from offchain.bindings.seals import new_salt
from offchain.io.addresses import Address, to_bytes
from offchain.model.instances.bundles import Bundle
from offchain.model.instances.resilient import Answer, Offer, ResilientInstance, ResilientPlayer
from offchain.play.resilient_behaviour import ResilientBehaviour


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays what, and how. accounts: the players', by name, in file order."""

    instance: ResilientInstance
    behaviour: ResilientBehaviour
    accounts: Mapping[str, Address]

    @property
    def names(self) -> dict[Address, str]:
        """The players by account."""
        return {account: name for name, account in self.accounts.items()}

    def announcement(self, offers: Iterable[Offer], wish: Bundle) -> Announcement:
        """What somebody announces, as the contract takes it, under a new salt."""
        found = [(self.accounts[one.to], one.price, self._bits(one.goods)) for one in offers]
        ordered = sorted(found, key=lambda offer: to_bytes(offer[0]))
        return Announcement(tuple(ordered), self._bits(wish), new_salt())

    def says_yes(self, player: ResilientPlayer, price: int, bits: int) -> bool:
        """What a player answers: as the instance tells, else YES if the bundle is worth its price to it."""
        if player.answer is not None:
            return player.answer is Answer.YES
        goods = enumerate(self.instance.goods)
        return player.value(tuple(good for place, good in goods if bits >> place & 1)) >= price

    def _bits(self, bundle: Bundle) -> int:
        """A bundle as a set: bit i stands for the i-th good."""
        return sum(1 << self.instance.goods.index(good) for good in bundle)
