"""The keeper of sealed secrets: it takes part in the draws of its own lots, and gets every bond back, whatever happens to it."""

import json
import random
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import Deployment, create, deploy
from offchain.bindings.enumerations import Phase, SecretsPhase
from offchain.bindings.seals import new_salt, secret_seal
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.chain.errors import ChainError
from offchain.keeper.beacon import BeaconKeeper, Draw
from offchain.keeper.courier import Courier
from offchain.keeper.lines import LinesError
from offchain.keeper.pace import Pace
from offchain.keeper.purse import Purse
from offchain.keeper.secret_draws import BelowBeacon, Direct, Round, fallback_id
from offchain.keeper.secret_file import Secret, SecretFile
from offchain.keeper.secrets import SecretKeeper, SecretLost
from tests.keeper.chains import Killed, Mortal, Proxy, Refusing, Trap, Watched
from tests.keeper.market import KEEPER, STRANGER, DrawnMarket

ABI = contract("CommitRevealRandomness")
BOND = 10**17
WINDOW = 3_600
REVEAL = ABI.encode("reveal", "0x" + "00" * 20, 0, "0x" + "00" * 20, bytes(32))[:4]
COMMIT = ABI.encode("commit", "0x" + "00" * 20, 0, bytes(32))[:4]


class Draws(DrawnMarket):
    """Lots that are drawn by sealed secrets, at once or below a beacon."""

    below_beacon = False

    def deployed(self) -> Deployment:
        """Deploys the contracts."""
        self.source = create(self.chain, self.seller, ABI.name, BOND, WINDOW, WINDOW)
        self.beacon_source = create(self.chain, self.seller, "BeaconRandomness", self.source)
        source = self.beacon_source if self.below_beacon else self.source
        return deploy(self.chain, self.seller, self.kind, source, beacon=self.beacon.beacon)

    def account(self, index: int) -> str:
        """An actor that was given gas money once, so that what it has can be compared."""
        address = self.chain.actor(index)
        if not self.chain.balance(address):
            self.chain.fund(address, 10**20)
        return address

    @property
    def path(self) -> Path:
        """Where secrets are kept."""
        return self.folder / "secrets.jsonl"

    def to_the_draw(self, lots: int = 1) -> list[int]:
        """Lots that wait for their word."""
        end = self.chain.now() + WINDOW
        found = [self.list_lot(end_of_bidding=end) for _ in range(lots)]
        for lot in found:
            self.bids(self.auctioneer, lot, 9, 7)
        self.until_reveal(found[-1])
        self.keep()
        self.until_closed(found[-1])
        self.keep()
        assert all(self.phase(lot) == Phase.DRAW for lot in found)
        return found

    def phase(self, lot: int) -> Phase:
        """Where a lot stands."""
        phase: Phase
        (phase,) = self.ask("phase", lot)
        return phase

    def secrets(
        self, chain: Chain | None = None, bonds: int = 1, account: int = KEEPER, **options: Any
    ) -> SecretKeeper:
        """A keeper of secrets that was just started, beside one of the lots."""
        chain = chain or self.chain
        lots = self.keeper(chain, account)
        auction = self.auctioneer
        below = BelowBeacon(auction, self.beacon_source)

        def wanted() -> dict[int, int]:
            lots.step()
            return lots.drawing

        usual: dict[str, Any] = {
            "wanted": wanted,
            "on_action": self.actions.append,
            "on_skip": lambda what, error: self.skipped.append((what, error)),
        }
        options = usual | options
        return SecretKeeper(
            chain,
            self.source,
            self.account(account),
            options.pop("wanted"),
            below if self.below_beacon else Direct(auction),
            SecretFile(self.path),
            bonds * BOND,
            **options,
        )

    def draw_of(self, lot: int) -> tuple[str, int]:
        """Consumer and id of a lot's draw at the source."""
        if self.below_beacon:
            return self.beacon_source, fallback_id(self.auctioneer, lot)
        return self.auctioneer, lot

    def stands(self, lot: int) -> SecretsPhase:
        """How the draw of a lot stands."""
        phase: SecretsPhase
        (phase,) = self.view(self.source, ABI.name, "phase", *self.draw_of(lot))
        return phase

    def pass_window(self) -> None:
        """A window goes by, and as many blocks as keepers wait for."""
        self.chain.advance_to(self.chain.now() + WINDOW)
        self.chain.advance_to_block(self.chain.block() + 2)

    def seal_of(self, who: int, lot: int) -> bytes:
        """Somebody else seals a secret; which."""
        secret, account = new_salt(), self.account(who)
        seal = secret_seal(self.chain.chain_id, self.source, *self.draw_of(lot), account, secret)
        call = ("commit", *self.draw_of(lot), seal)
        self.send(account, self.source, ABI.name, *call, wei=BOND)
        return secret

    def steps(self) -> list[str]:
        """What the keeper of secrets has done."""
        return [one.step for one in self.actions if one.contract == self.source]

    def seals(self) -> int:
        """How many secrets were ever sealed."""
        logs = self.chain.logs([self.source], 0, topics=[ABI.topic("SecretSealed")])
        return len(logs)


@pytest.fixture
def market(tmp_path: Path) -> Draws:
    return Draws(tmp_path)


def told(market: Draws, kind: type[Exception] = Exception) -> list[str]:
    return [str(error) for _, error in market.skipped if isinstance(error, kind)]


def test_a_draw_from_the_seal_to_the_bond(market: Draws) -> None:
    """Nobody else takes part: the word comes, the lot is sold, and the bond is back to the wei."""
    (lot,) = market.to_the_draw()
    before = market.chain.balance(market.account(KEEPER))
    keeper = market.secrets()
    assert keeper.step() == 1
    assert market.chain.balance(market.account(KEEPER)) == before - BOND
    assert stat.S_IMODE(market.path.stat().st_mode) == 0o600
    assert keeper.step() == 0, "one secret a round"
    assert not market.skipped, "that it stands is no trouble"
    assert not keeper.is_pressed
    market.chain.advance_to(market.chain.now() + WINDOW - 30)
    keeper.step()
    assert keeper.is_pressed
    market.pass_window()
    assert keeper.step() >= 1
    keeper.step()
    market.keep()
    assert market.steps() == ["seal", "open", "bond"]
    assert market.stands(lot) == SecretsPhase.DRAWN
    assert market.phase(lot) in (Phase.SETTLED, Phase.VOID)
    assert market.chain.balance(market.account(KEEPER)) == before
    assert market.secrets().step() == 0


def test_without_a_bond_it_seals_nothing_and_says_so(market: Draws) -> None:
    market.to_the_draw()
    assert market.secrets(bonds=0).step() == 0
    assert market.seals() == 0
    assert "takes a bond of 0.1 ETH" in told(market)[0]


def test_it_draws_what_others_sealed(market: Draws) -> None:
    """One of two secrets is withheld: when the time is over anyone draws, and a keeper without a bond does."""
    (lot,) = market.to_the_draw()
    secret = market.seal_of(STRANGER, lot)
    market.seal_of(KEEPER, lot)
    market.pass_window()
    call = ("reveal", *market.draw_of(lot), market.account(STRANGER), secret)
    market.send(market.seller, market.source, ABI.name, *call)
    market.pass_window()
    keeper = market.secrets(bonds=0)
    assert keeper.step() == 1
    assert market.steps() == ["word"]
    assert market.stands(lot) == SecretsPhase.DRAWN


class Spied(Proxy):
    """Demands that a secret is on disk before its seal leaves; and never hears of one before the reveal."""

    def __init__(self, market: Draws) -> None:
        super().__init__(market.chain)
        self.market, self.seals = market, 0

    def send(self, transaction: Transaction) -> Receipt:
        if transaction.data[:4] == COMMIT:
            known = SecretFile(self.market.path)
            account = self.market.account(KEEPER)
            seals = [one.seal for one in known.at(self.chain_id, self.market.source, account)]
            assert transaction.data[-32:] in seals, "sealed before it was on disk"
            self.seals += 1
        return self.chain.send(transaction)


def test_a_secret_is_on_disk_before_its_seal_leaves(market: Draws) -> None:
    market.to_the_draw()
    chain = Spied(market)
    market.secrets(chain).step()
    assert chain.seals == 1


def test_a_secret_leaves_when_the_reveal_is_two_blocks_deep(market: Draws) -> None:
    """Whoever reads one while others still seal, or may again, can choose the word."""
    market.to_the_draw()
    chain = Watched(market.chain)
    keeper = market.secrets(chain)
    keeper.step()
    market.chain.advance_to(market.chain.now() + WINDOW - 5)
    keeper.step()
    market.chain.advance_to(market.chain.now() + 5)
    keeper.step()
    (known,) = SecretFile(market.path).at(
        market.chain.chain_id, market.source, market.account(KEEPER)
    )
    assert not any(known.secret in data for data in chain.told)
    market.chain.advance_to_block(market.chain.block() + 2)
    keeper.step()
    assert any(known.secret in data for data in chain.told)


@pytest.mark.parametrize("below", [False, True], ids=["direct", "below a beacon"])
@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_moment(tmp_path: Path, seed: int, below: bool) -> None:
    """Before or after any transaction, again and again, on the way to the last bond: nothing is lost, nothing done twice."""
    rng = random.Random(seed)
    market = Draws.__new__(Draws)
    market.below_beacon = below
    Draws.__init__(market, tmp_path)
    lots = market.to_the_draw(2)
    if below:
        fall_back(market)
    before = market.chain.balance(market.account(KEEPER))

    def work() -> None:
        quiet = 0
        while quiet < 2:
            chain: Any = market.chain
            if rng.random() < 0.6:
                chain = Mortal(chain, rng.randrange(1, 3), before=rng.random() < 0.5)
            keeper = market.secrets(chain, bonds=2)
            try:
                quiet = quiet + 1 if keeper.step() == 0 else 0
            except Killed:
                quiet = 0

    work()
    assert market.seals() == 2, f"seed {seed}"
    market.pass_window()
    work()
    market.keep()
    assert {market.stands(lot) for lot in lots} == {SecretsPhase.DRAWN}, f"seed {seed}"
    assert market.seals() == 2
    assert market.chain.balance(market.account(KEEPER)) == before, f"seed {seed}"
    assert not told(market, SecretLost)


def fall_back(market: Draws) -> None:
    """Nobody proves the headers that the draws wait for, and a keeper of the beacon hands them over."""
    market.keep()
    market.chain.advance_to_block(market.chain.block() + 132 + 257)
    account = market.account(KEEPER)
    keeper = BeaconKeeper(market.chain, market.beacon_source, account, {market.auctioneer})
    assert {proof.step for proof in keeper.step()} == {"fall back"}


def test_stopped_between_seal_and_opening(market: Draws) -> None:
    """Whoever starts it again before the reveal ends loses nothing."""
    (lot,) = market.to_the_draw()
    market.secrets().step()
    market.chain.advance_to(market.chain.now() + 2 * WINDOW - 60)
    keeper = market.secrets()
    keeper.step()
    assert market.stands(lot) == SecretsPhase.DRAWN
    keeper.step()
    assert market.steps() == ["seal", "open", "bond"]


def test_a_bond_that_is_lost_is_an_alert_and_counts(market: Draws) -> None:
    """A keeper whose openings fail tells so, and what it lost is not risked again."""
    (lot,) = market.to_the_draw()
    trap = Trap(market.chain, REVEAL)
    keeper = market.secrets(trap)
    keeper.step()
    market.pass_window()
    keeper.step()
    assert trap.failed
    market.pass_window()
    keeper.step()
    assert market.stands(lot) == SecretsPhase.OPEN
    assert len(told(market, SecretLost)) == 1
    assert market.seals() == 1, "one bond may be lost, not one a round"


def test_phantom_draws_of_others_cost_nothing(market: Draws) -> None:
    """Anybody can ask the source for any number of draws, and seal in them; only those of its own lots are served."""
    (lot,) = market.to_the_draw()
    stranger = market.account(STRANGER)
    for id_ in range(20):
        market.send(stranger, market.source, ABI.name, "request", id_)
        call = ("commit", stranger, id_, new_salt())
        market.send(stranger, market.source, ABI.name, *call, wei=BOND)
    chain = Watched(market.chain)
    keeper = market.secrets(chain, bonds=5)
    keeper.step()
    assert [one.data[:4] for one in chain.sent if one.to == market.source] == [COMMIT]
    assert market.stands(lot) == SecretsPhase.SEALING


def test_no_more_bonds_at_once_than_allowed(market: Draws) -> None:
    """Anybody can list lots that wait for words. As one bond comes back, the next draw has its turn."""
    lots = market.to_the_draw(5)
    before = market.chain.balance(market.account(KEEPER))
    keeper = market.secrets(bonds=2)
    for done in (2, 4, 5):
        for _ in range(3):
            keeper.step()
        assert market.chain.balance(market.account(KEEPER)) >= before - 2 * BOND
        assert market.seals() == done
        market.pass_window()
        for _ in range(3):
            keeper.step()
    assert {market.stands(lot) for lot in lots} == {SecretsPhase.DRAWN}
    assert market.chain.balance(market.account(KEEPER)) == before


def test_a_round_that_would_outlast_its_lot_is_not_opened(market: Draws) -> None:
    """Whoever opens last in one could choose between the word and none."""
    (lot,) = market.to_the_draw()
    market.keep()
    market.chain.advance_to(market.ends(lot)[2] + 3 * 24 * 3_600 - 2 * WINDOW - 300)
    assert market.secrets().step() == 0
    assert market.seals() == 0
    assert "too late" in " ".join(told(market))


def test_a_secret_is_opened_although_its_lot_is_served_no_longer(market: Draws) -> None:
    """A keeper that is started with other lots finds in its file what lies under its bonds."""
    (lot,) = market.to_the_draw()
    before = market.chain.balance(market.account(KEEPER))
    market.secrets().step()
    market.pass_window()
    keeper = market.secrets(bonds=0, wanted=dict)
    keeper.step()
    assert market.stands(lot) == SecretsPhase.DRAWN
    keeper.step()
    assert market.chain.balance(market.account(KEEPER)) == before


def test_a_reorganization_takes_seal_and_opening_back(market: Draws) -> None:
    """What was undone is done again: another secret is sealed, since nobody knows who saw the first, and it is the one opened."""
    (lot,) = market.to_the_draw()
    market.keep()
    before = market.chain.balance(market.account(KEEPER))
    undone = market.snapshot()
    keeper = market.secrets()
    assert keeper.step() == 1
    market.restore(undone)
    assert keeper.step() == 1
    assert market.seals() == 1
    known = SecretFile(market.path).at(market.chain.chain_id, market.source, market.account(KEEPER))
    assert len({one.secret for one in known}) == 2
    market.pass_window()
    opened = market.snapshot()
    keeper.step()
    assert market.stands(lot) == SecretsPhase.DRAWN
    market.restore(opened)
    assert market.stands(lot) == SecretsPhase.REVEAL
    keeper.step()
    keeper.step()
    assert market.stands(lot) == SecretsPhase.DRAWN
    assert market.chain.balance(market.account(KEEPER)) == before


def test_two_keepers_side_by_side(market: Draws) -> None:
    """Each has a secret of its own; the word is there when the second is open."""
    (lot,) = market.to_the_draw()
    one, other = market.secrets(), market.secrets(account=STRANGER)
    one.step()
    other.step()
    assert market.seals() == 2
    market.pass_window()
    one.step()
    assert market.stands(lot) == SecretsPhase.REVEAL
    other.step()
    assert market.stands(lot) == SecretsPhase.DRAWN


class Priced(Proxy):
    """A chain where gas costs a gwei."""

    def send(self, transaction: Transaction) -> Receipt:
        receipt: Receipt = self.chain.send(transaction)
        fee = receipt.gas_used * 10**9
        return Receipt(receipt.gas_used, receipt.block, receipt.logs, receipt.contract, fee)


@pytest.mark.parametrize(
    ("purse", "seals"), [(Purse(10**15), 1), (Purse(10**14), 0)], ids=["enough", "too little"]
)
def test_nothing_is_sealed_that_the_budget_could_not_open(
    market: Draws, purse: Purse, seals: int
) -> None:
    market.to_the_draw()
    market.keep()
    purse.book(0, 1, 10**9)
    market.secrets(Priced(market.chain), purse=purse).step()
    assert market.seals() == seals


def test_of_several_secrets_the_one_that_was_sealed_is_opened(market: Draws) -> None:
    """A seal that came too late, or was left by a kill, leaves a newer secret in the file."""
    (lot,) = market.to_the_draw()
    market.secrets().step()
    file = SecretFile(market.path)
    (sealed,) = file.at(market.chain.chain_id, market.source, market.account(KEEPER))
    file.add(replace(sealed, secret=new_salt()))
    market.pass_window()
    market.secrets().step()
    assert market.stands(lot) == SecretsPhase.DRAWN


class Mute(Proxy):
    """Mines seals, and does not answer."""

    def asked(self, name: str, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        answer = ask(*args, **options)
        if name == "send" and args[0].data[:4] == COMMIT:
            raise ChainError("no answer")
        return answer


def test_a_seal_whose_answer_is_lost_is_not_made_again(market: Draws) -> None:
    """It stands, as the contract says; and its secret was on disk."""
    (lot,) = market.to_the_draw()
    before = market.chain.balance(market.account(KEEPER))
    keeper = market.secrets(Mute(market.chain), bonds=3)
    for _ in range(5):
        keeper.step()
    assert market.seals() == 1
    market.pass_window()
    keeper.step()
    keeper.step()
    assert market.stands(lot) == SecretsPhase.DRAWN
    assert market.chain.balance(market.account(KEEPER)) == before


class Greedy(Proxy):
    """A source that takes bonds and shows no seal; or that says whatever else makes a keeper send to it."""

    def __init__(self, market: Draws, answers: dict[str, Any]) -> None:
        super().__init__(market.chain)
        self.market, self.answers, self.taken = market, answers, 0

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        for function, words in self.answers.items():
            if to == self.market.source and data[:4] == selector(function):
                return b"".join(int(word).to_bytes(32, "big") for word in words(self))
        answer: bytes = self.chain.call(to, data, sender)
        return answer

    def estimate(self, transaction: Transaction) -> int:
        if transaction.to == self.market.source:
            return 60_000
        gas: int = self.chain.estimate(transaction)
        return gas

    def send(self, transaction: Transaction) -> Receipt:
        if transaction.to != self.market.source:
            return self.chain.send(transaction)
        self.taken += 1
        stranger = self.market.account(STRANGER)
        return self.chain.send(Transaction(transaction.sender, stranger, b"", transaction.value))


def selector(function: str) -> bytes:
    """By which a view of the source is called."""
    arguments: dict[str, tuple[Any, ...]] = {
        "drawOf": ("0x" + "00" * 20, 0),
        "redeemed": ("0x" + "00" * 20,),
    }
    return ABI.encode(function, *arguments[function])[:4]


LIES: dict[str, dict[str, Any]] = {
    "no seal is there": {"drawOf": lambda chain: (0, 0, 0, 0, 1, 0, 0)},
    "a new round each time": {"drawOf": lambda chain: (chain.taken, 1, 0, 0, 1, 0, 0)},
    "always something to open": {"drawOf": lambda chain: (1, chain.chain.now(), 1, 0, 1, 0, 0)},
    "always something to withdraw": {"redeemed": lambda chain: (BOND,)},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_source_that_lies_has_no_more_than_was_allowed(market: Draws, lie: str) -> None:
    """Whatever it says: no more bonds than `--seal-bond`, and a bounded number of transactions."""
    market.to_the_draw()
    market.keep()
    before = market.chain.balance(market.account(KEEPER))
    if lie == "always something to open":
        market.secrets().step()
    chain = Greedy(market, LIES[lie])
    keeper = market.secrets(chain, depth=0)
    for _ in range(60):
        keeper.step()
        market.chain.advance_to_block(market.chain.block() + 1)
    assert market.chain.balance(market.account(KEEPER)) >= before - BOND
    assert 1 <= chain.taken <= 20


def test_it_says_how_long_until_a_window_ends_and_what_it_serves(market: Draws) -> None:
    """Whoever runs it beside other work knows when it has to be called again."""
    (lot,) = market.to_the_draw()
    keeper = market.secrets()
    assert keeper.seconds_to_next is None
    keeper.step()
    keeper.step()
    left = keeper.seconds_to_next
    assert left is not None
    assert 0 < left <= WINDOW
    (seen,) = keeper.view.lots
    assert (seen.number, seen.phase, seen.bids) == (lot, "sealing", 1)
    market.pass_window()
    keeper.step()
    keeper.step()
    assert keeper.seconds_to_next is None
    assert keeper.view.lots[0].phase == "drawn"


def test_a_step_ends_at_its_bound_and_the_next_goes_on(market: Draws) -> None:
    """However many draws wait, what is urgent elsewhere is looked at in between."""
    market.to_the_draw(3)
    keeper = market.secrets(bonds=3, pace=Pace(requests=4))
    steps = 0
    while market.seals() < 3:
        keeper.step()
        steps += 1
        assert steps < 20
        assert keeper.unfinished or market.seals() == 3
    assert steps > 1


def test_a_secret_that_no_budget_is_left_to_open_is_an_alert(market: Draws) -> None:
    (lot,) = market.to_the_draw()
    purse = Purse(10**18)
    keeper = market.secrets(purse=purse)
    keeper.step()
    purse.book(0, 10**6, 10**18)
    market.pass_window()
    assert purse.is_empty
    assert keeper.step() == 0
    (alert,) = told(market, SecretLost)
    assert alert.startswith("it cannot be opened any more: ")
    assert market.stands(lot) == SecretsPhase.REVEAL


def test_an_account_that_could_not_pay_for_the_opening_seals_nothing(market: Draws) -> None:
    market.to_the_draw()

    class Poor(Proxy):
        """An account with less than a bond."""

        def balance(self, address: str) -> int:
            return BOND - 1

    assert market.secrets(Poor(market.chain)).step() == 0
    assert market.seals() == 0
    assert "has less than the 0.1 ETH that it takes to seal and open a secret" in told(market)[-1]


def test_a_lot_whose_draw_cannot_be_found_stops_no_other(market: Draws) -> None:
    """It is told, and asked about again later."""
    first, second = market.to_the_draw(2)
    keeper = market.secrets(bonds=2)
    honest = Direct(market.auctioneer)

    class Route:
        def draw(self, courier: Courier, lot: int) -> Draw | None:
            if lot == first:
                raise ChainError("no answer")
            return honest.draw(courier, lot)

    keeper._route = Route()
    keeper.step()
    assert (f"the draw of lot {first}", "no answer") in [
        (what, str(error)) for what, error in market.skipped
    ]
    assert market.stands(first) == SecretsPhase.OPEN
    assert market.stands(second) == SecretsPhase.SEALING


def test_an_own_secret_is_opened_in_time_however_many_draws_wait(market: Draws) -> None:
    """Anybody can list lots whose draws need nothing of this keeper: they are not looked at before its own secret is open."""
    market.to_the_draw(12)
    keeper = market.secrets(bonds=1, pace=Pace(requests=6))
    keeper.step()
    assert market.seals() == 1
    for _ in range(12):
        keeper.step()
    market.pass_window()
    keeper.step()
    assert "open" in market.steps()


def test_below_a_beacon_it_waits_until_the_draw_has_fallen_back(tmp_path: Path) -> None:
    """And asks for that once in a while."""
    market = Draws.__new__(Draws)
    market.below_beacon = True
    Draws.__init__(market, tmp_path)
    (lot,) = market.to_the_draw()
    watched = Watched(market.chain)
    keeper = market.secrets(watched)
    asked = contract("BeaconRandomness").encode("drawOf", market.auctioneer, lot)
    for _ in range(3):
        keeper.step()
    assert watched.told.count(asked) == 1
    fall_back(market)
    keeper.step()
    assert market.stands(lot) == SecretsPhase.SEALING


def test_where_others_have_sealed_it_needs_no_bond_and_says_nothing(market: Draws) -> None:
    """Their word will do; and a round that is open already nobody has to open."""
    (lot,) = market.to_the_draw()
    market.seal_of(STRANGER, lot)
    assert market.secrets(bonds=0).step() == 0
    assert told(market) == []


def test_no_seal_joins_a_round_that_outlasts_its_lot(market: Draws) -> None:
    """Somebody else has opened it so late; what is not risked there is no trouble."""
    (lot,) = market.to_the_draw()
    market.keep()
    market.chain.advance_to(market.ends(lot)[2] + 3 * 24 * 3_600 - 2 * WINDOW - 300)
    market.seal_of(STRANGER, lot)
    assert market.secrets().step() == 0
    assert market.seals() == 1
    assert told(market) == []


def test_without_a_secret_of_its_own_an_empty_purse_is_no_alert(market: Draws) -> None:
    market.to_the_draw()
    purse = Purse(1)
    purse.book(0, 1, 1)
    assert market.secrets(purse=purse).step() == 0
    assert told(market, SecretLost) == []


def test_what_was_opened_before_it_was_started_is_no_risk(market: Draws) -> None:
    """One of two draws is not opened yet, so that the round of the other is looked at."""
    (lot,) = market.to_the_draw()
    market.secrets().step()
    market.seal_of(STRANGER, lot)
    market.pass_window()
    market.secrets().step()
    assert market.stands(lot) == SecretsPhase.REVEAL, "the stranger's is awaited"
    again = market.secrets()
    assert again.at_risk == 1, "as far as the file tells"
    again.step()
    assert again.at_risk == 0
    assert market.steps().count("open") == 1
    assert told(market) == []


def test_a_secret_whose_seal_never_left_opens_nothing(market: Draws) -> None:
    """It was on disk when the keeper was killed, and meanwhile the window went by."""
    (lot,) = market.to_the_draw()
    with pytest.raises(Killed):
        market.secrets(Mortal(market.chain, before=True)).step()
    market.seal_of(STRANGER, lot)
    market.pass_window()
    keeper = market.secrets()
    assert keeper.step() == 0
    assert told(market) == []
    market.pass_window()
    keeper.step()
    assert told(market, SecretLost) == [], "nothing lay under it"


def test_a_seal_that_the_source_refuses_is_told_and_tried_again(market: Draws) -> None:
    """For whatever reason it is: that none of its own stands there yet is not it."""
    market.to_the_draw()
    market.secrets(Refusing(market.chain, lambda sent: sent.data[:4] == COMMIT)).step()
    assert market.seals() == 0
    assert told(market) == ["cannot be simulated"]
    market.secrets().step()
    assert market.seals() == 1


def test_a_bond_that_does_not_come_back_is_told_and_asked_for_again(market: Draws) -> None:
    market.to_the_draw()
    before = market.chain.balance(market.account(KEEPER))
    withdraw = ABI.encode("withdrawBonds", market.account(KEEPER))[:4]
    keeper = market.secrets(Refusing(market.chain, lambda sent: sent.data[:4] == withdraw))
    keeper.step()
    market.pass_window()
    for _ in range(2):
        keeper.step()
    assert ("bonds", "cannot be simulated") in [(what, str(why)) for what, why in market.skipped]
    assert market.chain.balance(market.account(KEEPER)) == before - BOND
    market.secrets().step()
    assert market.chain.balance(market.account(KEEPER)) == before


def test_a_draw_that_is_long_over_costs_no_question(market: Draws) -> None:
    """When no reorganization can bring it back."""
    (lot,) = market.to_the_draw()
    watched = Watched(market.chain)
    keeper = market.secrets(watched)
    keeper.step()
    market.pass_window()
    for _ in range(3):
        keeper.step()
    market.keep()
    assert market.stands(lot) == SecretsPhase.DRAWN
    asked = ABI.encode("drawOf", *market.draw_of(lot))
    for blocks, times in ((20, 1), (70, 0), (20, 0)):
        market.chain.advance_to_block(market.chain.block() + blocks)
        watched.told.clear()
        keeper.step()
        assert watched.told.count(asked) == times


def test_a_draw_that_nobody_asked_for_has_no_phase() -> None:
    """As the contract says it."""
    never = Round(0, 0, 0, seals=0, opened=0, requested=False, drawn=False)
    assert never.phase(5) is SecretsPhase.NONE


@pytest.mark.parametrize("bad", [5, "ten", "-0x1", hex(2**256)])
def test_a_line_of_which_a_word_is_none_is_passed_over(tmp_path: Path, bad: object) -> None:
    """And told by its number; the next one counts."""
    source, sealer = "0x" + "11" * 20, "0x" + "22" * 20
    file = SecretFile(tmp_path / "secrets")
    one = Secret(1, source, Draw(source, 7), 3, 1, sealer, 0, new_salt())
    file.add(one)
    line = (tmp_path / "secrets").read_text(encoding="utf-8")
    broken = json.dumps(json.loads(line) | {"id": bad}) + "\n"
    (tmp_path / "secrets").write_text(broken + line, encoding="utf-8")
    flaws: list[LinesError] = []
    assert SecretFile(tmp_path / "secrets", flaws.append).at(1, source, sealer) == [one]
    assert [str(flaw).partition(", ")[2] for flaw in flaws] == [
        "line 1: id: not a word in hexadecimal"
    ]
