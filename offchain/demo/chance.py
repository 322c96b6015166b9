"""What the demos of auctions that draw lots share: where words come from on which chain, and how a draw is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from rich.console import Console

from offchain.bindings.contracts import Event
from offchain.bindings.deployment import BOND
from offchain.bindings.entries import account_in, amount_in
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.demo.teller import Scene, Teller, on
from offchain.demo.voice import opening
from offchain.io.errors import InvalidInput
from offchain.io.units import WEI_PER_UNIT
from offchain.model.document import instance_text
from offchain.model.instances import Instance
from offchain.play.observer import ObservedChain
from offchain.play.stage import FIRST_PLAYER
from offchain.play.words import BeaconWords, SecretWords, Source, Words
from offchain.report.amounts import count, eth, money
from offchain.report.drawing import Picture
from offchain.report.page import Section, tabled
from offchain.report.people import People, as_file, as_table
from offchain.report.played import Check, Played, Report, checks, gas, page
from offchain.report.tables import Table

_SOURCES: Final = ("BeaconRandomness", "CommitRevealRandomness")
"""The contracts whose events tell of a draw."""
_BEACON_ON: Final = frozenset({"anvil"})
_SEALERS: Final = range(40, 43)
"""Actors of the back end who seal secrets: none that any play uses."""
_SEALER_MONEY: Final = 10**20


Play = Callable[[Chain, Console], Report]


def run(play: Play, on: str, console: Console) -> Report:
    """Plays on the back end `on`.

    `InvalidInput` if its clock cannot be moved. `ChainError` if it cannot be reached, a transaction
    fails, or money went astray.
    """
    opening(console)
    with connect(on) as chain:
        if not chain.time_is_free:
            raise InvalidInput(
                f"--on: {on}: the clock of this node cannot be moved, and this auction takes days; "
                f"it can be shown on revm and on development nodes (Anvil, Ganache, Hardhat)"
            )
        return play(chain, console)


def telling(console: Console, auction: str, *scenes: Scene) -> Teller:
    """A teller of these scenes, in order, who understands the contract called `auction` and the sources of words."""
    return Teller(console, scenes, (auction, *_SOURCES))


def names_by_account(chain: Chain, names: Iterable[str]) -> dict[str, str]:
    """Who plays from which account, in the order of the instance."""
    return {chain.actor(FIRST_PLAYER + place): name for place, name in enumerate(names)}


def source_on(chain: Chain) -> Source:
    """The beacon on Anvil; elsewhere secrets, sealed by three who take no part."""
    return BeaconWords if chain.name in _BEACON_ON else _secrets


def draw_scenes(chain: Chain, final: str) -> tuple[Scene, ...]:
    """The scenes of a draw; `final` says what cannot change any more."""
    if chain.name in _BEACON_ON:
        return (
            Scene(
                "Asking for a random word",
                f"{final} The request fixes a block 132 blocks ahead, whose random mix nobody knows yet.",
                frozenset({"draw"}),
                on(BlockChosen=lambda args: f"Block {args['blockNumber']:,} will decide."),
            ),
            Scene(
                "The beacon's word",
                "The block is there. Anyone may send its header: it hashes to what the chain knows, so no "
                "other will do, and the mix in it makes the word.",
                frozenset({"prove"}),
                _DRAWN,
            ),
        )
    return (
        Scene(
            "Asking for a random word",
            f"{final} Now anyone may add a secret.",
            frozenset({"draw"}),
        ),
        Scene(
            "Secrets are sealed",
            f"Whoever wants to be sure that the word is random seals a secret of its own, under a bond of "
            f"{eth(BOND // WEI_PER_UNIT)} ETH.",
            frozenset({"seal"}),
            lambda events: [f"{_sealed(events)} sealed; nobody knows the word."],
        ),
        Scene(
            "Secrets are opened",
            "Each opened secret redeems its bond. The word is a hash of them all, in whatever order they come.",
            frozenset({"open", "redeem"}),
            _DRAWN,
        ),
    )


_DRAWN: Final = on(WordDrawn=lambda args: f"The word is {args['word']:#066x}.")


def _sealed(events: Sequence[Event]) -> str:
    sealed = sum(event.name == "SecretSealed" for event in events)
    return count(sealed, "secret is", "secrets are")


PROCEEDS: Final = on(
    ProceedsWithdrawn=lambda args: f"It gets {money(args['amountWei'] // WEI_PER_UNIT)}."
)
"""What came of the seller's withdrawal."""


def back(events: Sequence[Event], names: Mapping[str, str]) -> list[str]:
    """What came back to whom; whoever has no name is the seller. Of a rebate, a fraction of a gwei, nothing is told."""
    amounts: dict[str, int] = {}
    for event in events:
        if event.name == "Pushed":
            amounts |= {account_in(entry): amount_in(entry) for entry in event.args["entries"]}
        elif event.name == "Claimed":
            amounts[event.args.get("player") or event.args["bidder"]] = (
                event.args["amountWei"] // WEI_PER_UNIT
            )
    told = [f"{money(amount)} to {names.get(who, 'the seller')}" for who, amount in amounts.items()]
    return [f"Back: {', '.join(told)}."] if told else []


def deployment(what: str) -> Scene:
    """The scene in which the contracts come into being."""
    return Scene(
        "Contracts",
        f"{what}, and the source of random words that it will always use, are deployed. Nobody owns them.",
        frozenset({"deploy", "approve"}),
    )


def word_drawn(teller: Teller) -> int:
    """The word of the only draw."""
    (word,) = (event.args["word"] for event in teller.events if event.name == "WordDrawn")
    return int(word)


def conclude(
    chain: Chain,
    teller: Teller,
    title: str,
    source: str,
    addresses: Mapping[str, str],
    equal: str,
    agrees: bool,
) -> Played:
    """Checks that no money is left at `addresses`, and tells what was checked: that too, and whether the reference model agrees,
    in what is `equal`. `source`: where the mechanism comes from.
    """
    reference = Check("chain = reference", agrees, f"equal {equal}" if agrees else "they differ")
    played = Played(
        title=title,
        chain=chain.name,
        steps=teller.steps,
        checks=(reference, audited(chain, **addresses)),
        story=teller.story,
        addresses=addresses,
        sources=(f"{source} Amounts are whole gwei; 1 ETH = 1,000,000,000 gwei.",),
        seconds=teller.seconds,
    )
    return teller.check(played, "does the same with this draw")


def report(
    played: Played,
    instance: Instance,
    lead: str,
    key: tuple[tuple[str, str], ...],
    everybody: People,
    heading: str,
    picture: Picture,
    details: Table,
) -> Report:
    """everybody: their money. heading: above the picture. details: what else there is to know of each one. Beside the page lie
    everybody's money and the instance, for `consort solve`.
    """
    before = (
        Section(everybody.title, (everybody,)),
        Section(heading, (picture,)),
        *tabled(details),
    )
    return Report(
        played=played,
        page=page(played, lead, key, before),
        tables=(details, as_table(everybody), gas(played), checks(played)),
        files={
            everybody.file: as_file(everybody),
            "instance.json": instance_text(instance).encode(),
        },
    )


def audited(chain: Chain, **contracts: str) -> Check:
    """That none of these holds any ether."""
    left = {name: chain.balance(address) for name, address in contracts.items()}
    stuck = [f"{name}: {wei} wei" for name, wei in left.items() if wei]
    names = ", ".join(contracts)
    return Check("no wei astray", not stuck, "; ".join(stuck) or f"none left in {names}")


def _secrets(observed: ObservedChain, account: str) -> Words:
    sealers = [observed.chain.actor(index) for index in _SEALERS]
    observed.chain.fund_all(dict.fromkeys(sealers, _SEALER_MONEY))
    return SecretWords(observed, account, sealers)
