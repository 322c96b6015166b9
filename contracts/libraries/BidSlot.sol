// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice One bidder's bid and deposit on one lot, in one storage slot (amounts in units):
///
///     empty    0
///     sealed   commitment (192 bits, not all of the upper 128 zero) | deposit (64)
///     open     zero mark (128 bits) | bid (64) | deposit (64)
///
/// An open slot with deposit 0 has been paid out and only remembers the bid of a served member; that of one whose share was the whole deposit
/// stays as it is. One with bid 0 is a bid of nothing, where those are taken.
type BidSlot is uint256;

using {deposit, bid, commitment, isEmpty, isSealed, unpack} for BidSlot global;

/// @notice A bid as it stands, in units.
/// @param commitment What it is sealed with; zero once it is open.
/// @param bid What was bid, once open.
/// @param deposit What lies under it and is not paid out. Of a served bid that was paid out only the bid is left.
struct Bid {
    bytes24 commitment;
    uint64 bid;
    uint64 deposit;
}

/// @dev Where a bidder's slot lies; a reference to it spares the way there a second time.
struct Box {
    BidSlot slot;
}

/// @dev Upper bits that tell a commitment from an open bid.
uint256 constant MARK_SHIFT = 128;
uint256 constant DEPOSIT_BITS = 64;
uint256 constant ADDRESS_BITS = 160;
uint256 constant LOT_SHIFT = 224;

/// @notice A commitment that could be taken for an open bid. An honest one is, with probability 2^-128.
error InvalidCommitment(bytes24 commitment);

function deposit(BidSlot slot) pure returns (uint64) {
    // truncation intended: the deposit is the lowest field
    return uint64(BidSlot.unwrap(slot));
}

/// @dev Meaningful for open slots only.
function bid(BidSlot slot) pure returns (uint64) {
    // truncation intended: drops the (zero) mark
    return uint64(BidSlot.unwrap(slot) >> DEPOSIT_BITS);
}

/// @dev Meaningful for sealed slots only.
function commitment(BidSlot slot) pure returns (bytes24) {
    // truncation intended: drops the deposit
    return bytes24(bytes32(BidSlot.unwrap(slot)));
}

function isEmpty(BidSlot slot) pure returns (bool) {
    return BidSlot.unwrap(slot) == 0;
}

function isSealed(BidSlot slot) pure returns (bool) {
    return BidSlot.unwrap(slot) >> MARK_SHIFT != 0;
}

function unpack(BidSlot slot) pure returns (Bid memory) {
    if (slot.isSealed()) return Bid(slot.commitment(), 0, slot.deposit());
    return Bid(0, slot.bid(), slot.deposit());
}

/// @notice Lot (32 bits), amount in units (64), account (160) in one word: the form of logs, a third cheaper than topics; and, with lot 0, the
/// order of the tally.
/// @dev Lots are numbered from 1; 2^32 of them are out of reach.
function entry(uint256 lot, uint64 amount, address account) pure returns (uint256) {
    return (lot << LOT_SHIFT) | (uint256(amount) << ADDRESS_BITS) | uint160(account);
}

/// @title Packing and opening of bids
/// @notice What `BidSlot` says of the slot, in both directions; a seal opens by its commitment only.
library BidSlots {
    BidSlot internal constant EMPTY = BidSlot.wrap(0);

    /// @notice A sealed bid: `commitment` and `deposit_` (units).
    function seal(bytes24 commitment_, uint64 deposit_) internal pure returns (BidSlot) {
        uint256 upper = uint256(bytes32(commitment_));
        if (upper >> MARK_SHIFT == 0) revert InvalidCommitment(commitment_);
        return BidSlot.wrap(upper | deposit_);
    }

    /// @notice An open bid of `bid_` under a deposit of `deposit_` (units).
    function open(uint64 bid_, uint64 deposit_) internal pure returns (BidSlot) {
        return BidSlot.wrap((uint256(bid_) << DEPOSIT_BITS) | deposit_);
    }

    /// @notice What seals `bid_`, bound to chain, contract, lot and bidder so that it can be neither replayed nor copied.
    /// @dev 192 bits: two openings of one commitment cost 2^96 work to find.
    function commitmentTo(uint256 lot, address bidder, uint64 bid_, bytes32 salt) internal view returns (bytes24 digest) {
        assembly ("memory-safe") {
            // bytes24(keccak256(abi.encode(chainid, this, lot, bidder, bid, salt))), in memory that is not kept: batches stay cheap
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            mstore(add(free, 0x40), lot)
            mstore(add(free, 0x60), bidder)
            mstore(add(free, 0x80), bid_)
            mstore(add(free, 0xa0), salt)
            digest := shl(64, shr(64, keccak256(free, 0xc0)))
        }
    }

    /// @notice Whether `bid_` and `salt` open the sealed `slot` of `bidder` on `lot`.
    function opens(BidSlot slot, uint256 lot, address bidder, uint64 bid_, bytes32 salt) internal view returns (bool) {
        return commitmentTo(lot, bidder, bid_, salt) == slot.commitment();
    }
}
