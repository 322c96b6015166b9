"""The errors of the contracts that groups and individuals bid at, each in a sentence for people.

Those of a contract that a person meets by a command are here; all others `explain` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from offchain.bindings.enumerations import Phase
from offchain.bindings.explain import error_of, explained, shown
from offchain.chain.backend import Reverted
from offchain.io.quoting import cut
from offchain.io.units import WEI_PER_UNIT, ether, ether_at_least

_LONGEST: Final = 400
PHASES: Final[Mapping[Phase, str]] = {
    Phase.NONE: "it was never listed, or the DAO never entered it",
    Phase.BIDDING: "bids come, change and go",
    Phase.REVEAL: "sealed bids are opened",
    Phase.TALLY: "groups count their members' bids, and bid",
    Phase.DRAW: "bids are fixed, and a draw or a house of others decides",
    Phase.CLOSED: "the winner is fixed and has yet to pay",
    Phase.SETTLED: "it is paid for and delivered",
    Phase.VOID: "nobody has it: the item goes back",
}
"""What happens in each phase of a lot."""

SENTENCES: Final[Mapping[str, str]] = {
    "AddressEmptyCode": "There is no contract at that address.",
    "AlreadyCreated": "You have made this very DAO before: it is at {dao}. Another salt gives another one.",
    "AlreadyEntered": "The DAO has entered lot {lot} already.",
    "AlreadyLeads": "The group leads at the house already.",
    "AlreadyListed": "The item is up for resale already, as lot {resaleLot}.",
    "AlreadyRequested": "The draw of this lot was asked for before.",
    "AlreadyResold": "The item was sold again, as lot {resaleLot}.",
    "AlreadyRevealed": "This bid is open already. There is nothing more to do for it.",
    "AlreadyTallied": "The tally of this lot is complete already: somebody was faster.",
    "BadInaccuracy": "The inaccuracy has to be a fraction between 0 and 1.",
    "BadRecipient": "An item sent there would be lost: name an account that can have it.",
    "BadSchedule": "These times cannot be: bidding has to end later than now, and reveal and tally last from ten"
    " minutes to 30 days each.",
    "BelowMinimum": "{bid:units} is below the group's minimum of {minimum:units}.",
    "BeyondLimit": "The house asks for {leastBid:units}; the group is willing to pay {limit:units}.",
    "BeyondWillingness": "That is more than the {willingnessToPay:units} that the group is willing to pay.",
    "BidAboveDeposit": "The bid of {bid:units} is above its deposit of {deposit:units}: it can never count.",
    "BidIgnored": "The auction house took the bid, but does not say so. Nothing was sent.",
    "BidTooHigh": "The group's bid is above what this auction takes.",
    "BidsAreOpen": "Bids of this DAO are open: the bid is the deposit.",
    "BidsAreSealed": "Bids of this DAO are sealed.",
    "BondTooHigh": "The bond cannot be more than the whole deposit.",
    "BondTooLow": "A bond of {bondBps:percent} is too low: at least 10 %.",
    "CannotSell": "Nothing is sold there: it only buys.",
    "CloneArgumentsTooLong": "The DAO could not be made.",
    "Create2EmptyBytecode": "The DAO could not be made.",
    "DigestMismatch": "These are not the bids of that step of the tally. Read the lot again.",
    "DrawElsewhere": "The draw fell elsewhere. Read the lot again.",
    "ERC721IncorrectOwner": "Item {tokenId} is not the account's that wants to send it.",
    "ERC721InsufficientApproval": "The auctioneer may not take item {tokenId} yet: approve it first.",
    "ERC721InvalidApprover": "Only the item's owner can approve.",
    "ERC721InvalidOperator": "That account cannot be approved.",
    "ERC721InvalidOwner": "The item has no such owner.",
    "ERC721InvalidReceiver": "That account cannot receive the item.",
    "ERC721InvalidSender": "That account cannot send the item.",
    "ERC721NonexistentToken": "There is no item {tokenId} at that contract.",
    "EstateIsOpen": "The estate is there already.",
    "FailedCall": "One of the calls failed.",
    "FailedDeployment": "The contract could not be made.",
    "InsufficientBalance": "There is not enough ether for it.",
    "InvalidCommitment": "This seal could be taken for an open bid. Try again: the next one will be good.",
    "ItemCannotLeave": "The item could not be sent on after a sale: it is locked, paused, or may not move twice.",
    "ItemNotDelivered": "The item's own contract does not deliver it to that account.",
    "ItemNotReceived": "The item's own contract did not hand it over.",
    "LedByDAO": "A group won this lot: it is settled there.",
    "LockTooLong": "The lock is longer than any is.",
    "LocksMismatch": "There have to be as many locks as bids.",
    "MoneyIsBack": "The money is back from the auction house: the group did not win there.",
    "MoneyIsOut": "The group's money is still at the auction house.",
    "NoBid": "There is no bid of this account here.",
    "NoMajority": "{votes} of {served} have voted for this reserve: more than half are needed.",
    "NoPart": "This account has no part of the resale, or had it.",
    "NoProceeds": "There are no proceeds for this account.",
    "NoReserves": "This auction knows no reserve but the least.",
    "NotAuctioneer": "Only the auctioneer can do that.",
    "NotDrawn": "The random word was not asked for, or is not there yet.",
    "NotEnoughGas": "The transaction needs more gas.",
    "NotHeldFor": "The item is not held for lot {lot}.",
    "NotItemOwner": "The item belongs to {owner}.",
    "NotItself": "Only the contract itself can do that.",
    "NotLeader": "This account does not lead the lot.",
    "NotLent": "Not as much is out at the auction house.",
    "NotOffered": "That is not on offer now.",
    "NotResold": "The item was not sold again yet.",
    "NotRevealed": "{member} has no open bid: the list of members is out of date.",
    "NotServed": "Only those who paid for the item can do that.",
    "NotWholeUnits": "{amountWei} wei is not a whole number of gwei.",
    "NotWinner": "This group did not win the lot.",
    "NothingToClaim": "There is nothing (more) to claim here: it may have been sent to you already.",
    "NothingToDeliver": "There is nothing to hand on.",
    "OutOfOrder": "The list of members is out of order. Read the lot again.",
    "PaymentRefused": "{recipient} does not take ether: claim to another account.",
    "ReentrancyGuardReentrantCall": "A call within a call was refused.",
    "Rehearsed": "The delivery was only tried.",
    "ReserveTooLow": "The reserve has to be at least 0.000000001 ETH.",
    "SourceTooSlow": "Random words come too slowly there for this auction.",
    "StepTooLarge": "One step takes {most} members at most.",
    "TallyTooEarly": "The tally would end too early before the house's auction does.",
    "TallyTooLate": "The tally would end too late for the house's auction.",
    "TooLate": "It is too late for that.",
    "TooLateToDraw": "The draw had to be asked for before {deadline:time}.",
    "TooManyPlayers": "The lot has as many bidders as it can.",
    "TooManyUnits": "That is more than a deposit can hold.",
    "Unasked": "Nobody asked for that ether.",
    "Underpaid": "Less than the price of {due:wei}.",
    "UnknownDAO": "The factory of this auctioneer did not make that DAO.",
    "UnknownWalk": "There is no such list of bids.",
    "ValueMismatch": "The deposits add up to {named:wei}, but {sent:wei} were sent.",
    "WrongCheckpoint": "The price is not reached in that step of the tally. Read the lot again.",
    "WrongOpening": "This receipt does not open the bid as it stands: it is of an earlier bid, another account or another lot.",
    "WrongPlayers": "These are not the bidders of the lot in their order.",
    "WrongPrice": "The least bid that would have won is another one.",
    "WrongWinners": "Another bid won.",
    "ZeroBid": "A bid of nothing does not count.",
    "ZeroDeposit": "A bid needs a deposit.",
    "WrongPhase": "That is not possible now. Lot {lot} is in another phase: {phase:phase}.",
}
"""By name of the error. `:units` and `:wei` are amounts, `:percent` basis points, `:time` seconds since the epoch."""


def told(refusal: Reverted) -> str:
    """Why a call failed, in a sentence, without what was called. Never fails, and is never long: data come from strangers."""
    if not refusal.data:
        return cut(refusal.message, _LONGEST)
    found = error_of(refusal.data)
    if found is None or found.name not in SENTENCES:
        return cut(explained(refusal), _LONGEST)
    values = {name: _Told(value) for name, value in found.args.items()}
    return cut(SENTENCES[found.name].format_map(values), _LONGEST)


class _Told:
    """An argument of an error, which writes itself as its place asks."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __format__(self, kind: str) -> str:
        return str(_KINDS[kind](self._value))


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{seconds} s after 1970"


_KINDS: Final[Mapping[str, Any]] = {
    "": shown,
    "units": lambda units: f"{ether(units)} ETH",
    "wei": lambda wei: (
        f"{ether(wei // WEI_PER_UNIT) if wei % WEI_PER_UNIT == 0 else ether_at_least(wei)} ETH"
    ),
    "percent": lambda bps: f"{bps / 100:g} %",
    "time": _time,
    "phase": lambda phase: PHASES[phase],
}
