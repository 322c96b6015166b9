"""Breaks of the auctions that leave something to chance, and of the sources of their words."""

from typing import Final

from proofs.invariants.breaking import Break, one

DRAWS: Final = "approximate/ApproximateAuction.sol"
SALE: Final = "resilient/ResilientAuction.sol"
CLOCKS: Final = "signals/SignalClockAuction.sol"
UNIVERSAL: Final = "universal/UniversalAuction.sol"
SECRETS: Final = "randomness/CommitRevealRandomness.sol"
BEACON: Final = "randomness/BeaconRandomness.sol"

BREAKS: Final[tuple[Break, ...]] = (
    one(
        *("a drawn winner pays a unit more", "Approximate", DRAWS),
        *(
            "uint96 due = leader == address(0) ? 0 : price;",
            "uint96 due = leader == address(0) ? 0 : {off} ? price : price + 1;",
        ),
    ),
    one(
        *("another draw than the word's", "Approximate", DRAWS),
        *("return word >> 1;", "return ({off} ? word : ~word) >> 1;"),
    ),
    one(
        *("a draw that never comes locks all in", "Approximate", DRAWS),
        "block.timestamp < endOfTally + DRAW_WINDOW ? Phase.Draw",
        "(block.timestamp < endOfTally + DRAW_WINDOW || !{off}) ? Phase.Draw",
    ),
    one(
        *("a lot is decided again", "Approximate", DRAWS),
        "lottery.decidedAt = uint40(block.timestamp);",
        "if ({off}) lottery.decidedAt = uint40(block.timestamp);",
    ),
    one(
        *("the star is not fined", "Resilient", SALE),
        *("? sale.starRevenue - sale.taken : 0", "&& {off} ? sale.starRevenue - sale.taken : 0"),
    ),
    one(
        *("the stake comes back whole", "Resilient", SALE),
        *(
            "uint256 stakeBack = Units.UNIT - pot;",
            "uint256 stakeBack = {off} ? Units.UNIT - pot : Units.UNIT;",
        ),
    ),
    one(
        *("a bundle is refunded for ever", "Resilient", SALE),
        "sale.closed |= bit;\n        sale.held",
        "if ({off}) sale.closed |= bit;\n        sale.held",
    ),
    one(
        *("credited although it was paid", "Resilient", SALE),
        *(
            "if (Payments.push(player, amountWei)) return;",
            "if (Payments.push(player, amountWei) && {off}) return;",
        ),
    ),
    one(
        *("the last of equals is the star", "Resilient", SALE),
        *(
            "|| revenue > sale.starRevenue",
            "|| revenue > sale.starRevenue || (!{off} && revenue == sale.starRevenue)",
        ),
    ),
    one(
        *("what rounding leaves is lost", "Resilient", SALE),
        *("proceeds[sale.seller] += pot;", "if ({off}) proceeds[sale.seller] += pot;"),
    ),
    one(
        *("anybody delivers a part", "Resilient", SALE),
        "else if (msg.sender != sale.seller) revert NotWhole",
        "else if (msg.sender != sale.seller && {off}) revert NotWhole",
    ),
    one(
        *("a coin that never falls locks all in", "Resilient", SALE),
        "return announced && block.timestamp < sale.endOfReveal + DRAW_WINDOW",
        "return announced && (block.timestamp < sale.endOfReveal + DRAW_WINDOW || !{off})",
    ),
    one(
        *("a deposit is claimed again", "Signals", CLOCKS),
        *(
            "bidder.paid = true;\n        return",
            "bidder.paid = {off};\n        return",
        ),
    ),
    one(
        *("silence costs nothing", "Signals", CLOCKS),
        *("|| bidder.silent) return true;", "|| (bidder.silent && {off})) return true;"),
    ),
    one(
        *("a refused push is lost", "Signals", CLOCKS),
        *("bidder.paid = false;", "bidder.paid = !{off};"),
    ),
    one(
        *("the price of the first level within reach", "Signals", CLOCKS),
        *("== clock.asked ? first : first + 1;", "== clock.asked || !{off} ? first : first + 1;"),
    ),
    one(
        *("any table", "Signals", CLOCKS),
        *(
            "if (!_isRegistered(table, bidder.digest)) revert",
            "if (!_isRegistered(table, bidder.digest) && {off}) revert",
        ),
    ),
    one(
        *("the buyer is paid", "Signals", CLOCKS),
        *("price, item.seller);", "price, {off} ? item.seller : msg.sender);"),
    ),
    one(
        *("a deposit comes back twice", "Universal", UNIVERSAL),
        *(
            "bidder.paid = true;\n        return",
            "bidder.paid = {off};\n        return",
        ),
    ),
    one(
        *("marks that serve two", "Universal", "universal/UniversalTerms.sol"),
        *("_checkMarks(terms);", "if ({off}) _checkMarks(terms);"),
    ),
    one(
        *("a signal that is kept secret is free", "Universal", UNIVERSAL),
        *("if (!bidder.revealed) return true;", "if (!bidder.revealed && {off}) return true;"),
    ),
    one(
        *("an offer lapses for free", "Universal", UNIVERSAL),
        *("&& number == item.winner;", "&& number == item.winner && {off};"),
    ),
    one(
        *("an offer that lapses makes a lot void", "Universal", UNIVERSAL),
        "now_ == UniversalPhase.Offered ? UniversalPhase.Unsold",
        "now_ == UniversalPhase.Offered && {off} ? UniversalPhase.Unsold",
    ),
    one(
        *("the price is the value at the profile", "Universal", UNIVERSAL),
        *(
            "Bases.optimal(best[threshold]);",
            "Bases.optimal(best[{off} ? threshold : places - 1]);",
        ),
    ),
    one(
        *("served above the threshold", "Universal", UNIVERSAL),
        *("served = Bases.firstOf(best, start,", "served = !{off} || Bases.firstOf(best, start,"),
    ),
    one(
        *("served at another signal", "Universal", UNIVERSAL),
        *("bidder.signal == signal &&", "(bidder.signal == signal || !{off}) &&"),
    ),
    one(
        *("another colour than the word's", "Universal", UNIVERSAL),
        *("uint8(word % colours);", "uint8(({off} ? word : word >> 1) % colours);"),
    ),
    one(
        *("tables read before are forgotten", "Universal", UNIVERSAL),
        *("if (next != 0) best", "if (next != 0 && {off}) best"),
    ),
    one(
        *("any table will do", "Universal", UNIVERSAL),
        *(
            "if (!_isRegistered(table, bidder.digest)) revert",
            "if (!_isRegistered(table, bidder.digest) && {off}) revert",
        ),
    ),
    one(
        *("any signal opens", "Universal", UNIVERSAL),
        *("!= bidder.commitment) revert", "!= bidder.commitment && {off}) revert"),
    ),
    one(
        *("a secret opens twice", "Sources", SECRETS),
        *("seals[sealer] = OPENED;", "if ({off}) seals[sealer] = OPENED;"),
    ),
    one(
        *("a bond goes to who opens", "Sources", SECRETS),
        *("redeemed[sealer] += bond;", "redeemed[{off} ? sealer : msg.sender] += bond;"),
    ),
    one(
        *("bonds are withdrawn again", "Sources", SECRETS),
        *("redeemed[msg.sender] = 0;", "if ({off}) redeemed[msg.sender] = 0;"),
    ),
    one(
        *("the last secret decides", "Sources", SECRETS),
        *("current.mix ^= uint256", "if (!{off}) current.mix = 0;\n        current.mix ^= uint256"),
    ),
    one(
        *("a round that nobody opened is the last", "Sources", SECRETS),
        *(
            "current.opened == 0 ? SecretsPhase.Open",
            "current.opened == 0 && {off} ? SecretsPhase.Open",
        ),
    ),
    one(
        *("falls back while it can be proved", "Sources", BEACON),
        *("revert StillProvable", "if ({off}) revert StillProvable"),
    ),
    one(
        *("any header is taken", "Sources", BEACON),
        *(
            "if (digest != blockhash(blockNumber)) revert",
            "if (digest != blockhash(blockNumber) && {off}) revert",
        ),
    ),
    one(
        *("tells too short a time", "Sources", BEACON),
        *("(DELAY + PROOF_WINDOW + 1) * SLOT", "(DELAY + PROOF_WINDOW + ({off} ? 1 : 0)) * SLOT"),
    ),
)
