"""People at houses of others, and what those say when they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from offchain.bindings.contracts import Deployed
from offchain.bindings.explain import explain
from offchain.chain.backend import Chain, Reverted
from offchain.houses.house import Account, AtHouse, ask
from offchain.houses.packages import nouns
from offchain.houses.rivals import ether_refuser
from offchain.io.units import WEI_PER_ETH as ETH

FUNDS = 1_000 * ETH


@dataclass(frozen=True, slots=True)
class People:
    """Whom the tests are about. refuser: a puppet that takes no ether; Cid makes it bid."""

    owner: str
    ann: str
    bob: str
    cid: str
    refuser: str


def settle_in(chain: Chain) -> People:
    """Funded people on a chain."""
    owner, ann, bob, cid = map(chain.actor, range(4))
    chain.fund_all(dict.fromkeys((owner, ann, bob, cid), FUNDS))
    return People(owner, ann, bob, cid, ether_refuser(Account(chain, cid)))


def tokens(chain: Chain, weth: Deployed, account: str) -> int:
    """How much WETH somebody has, in wei."""
    (wei,) = ask(chain, weth, "balanceOf", account)
    return int(wei)


def end_of(auction: AtHouse) -> int:
    """When an auction ends whose clock runs."""
    end = auction.auction().end
    assert end is not None
    return end


@contextmanager
def refused(reason: str) -> Iterator[None]:
    """The body is to be refused by the house for that reason: its sentence, or the name of an error of Nouns' second house."""
    with pytest.raises(Reverted) as caught:
        yield
    error = nouns("NounsAuctionHouseV2").error(caught.value.data)
    assert reason in (explain(caught.value.data) if error is None else error.name)
