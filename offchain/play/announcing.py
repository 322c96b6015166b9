"""What players of a resilient instance announce, as the contract takes it."""

from collections.abc import Iterable, Mapping

from offchain.bindings.announcements import Announcement
from offchain.bindings.seals import new_salt
from offchain.io.addresses import Address, to_bytes
from offchain.model.instances.bundles import Bundle
from offchain.model.instances.resilient import Offer


def announcement(
    offers: Iterable[Offer],
    wish: Bundle,
    goods: Bundle,
    accounts: Mapping[str, Address],
) -> Announcement:
    """What an instance says a player announces, under a new salt. `accounts`: the players' addresses by name."""
    found = [(accounts[offer.to], offer.price, _as_bits(offer.goods, goods)) for offer in offers]
    return Announcement(
        tuple(sorted(found, key=lambda offer: to_bytes(offer[0]))),
        _as_bits(wish, goods),
        new_salt(),
    )


def _as_bits(bundle: Bundle, goods: Bundle) -> int:
    """A bundle as a set: bit i stands for the i-th good."""
    return sum(1 << goods.index(good) for good in bundle)
