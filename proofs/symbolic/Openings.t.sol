// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BidSlot, BidSlots} from "../../contracts/libraries/BidSlot.sol";

/// @title Commitments and what opens them
/// @notice That nothing else opens a commitment rests on Keccak-256, cut to 192 bits, which no prover takes apart.
contract OpeningsProof {
    using BidSlots for BidSlot;

    /// @notice The commitment, written in assembly, is the hash of chain, contract, lot, bidder, bid and salt, cut to 192 bits.
    /// @custom:bound every lot, bidder, bid and salt
    function check_commitment(uint256 lot, address bidder, uint64 bid, bytes32 salt) external view {
        bytes32 whole = keccak256(abi.encode(block.chainid, address(this), lot, bidder, bid, salt));
        assert(BidSlots.commitmentTo(lot, bidder, bid, salt) == bytes24(whole));
    }

    /// @notice What was sealed with an opening is opened by it, whatever the deposit.
    /// @custom:bound every lot, bidder, bid, salt and deposit
    function check_seal_opens(uint256 lot, address bidder, uint64 bid, bytes32 salt, uint64 deposit) external view {
        try this.seal(BidSlots.commitmentTo(lot, bidder, bid, salt), deposit) returns (BidSlot slot) {
            assert(slot.opens(lot, bidder, bid, salt));
        } catch {
            assert(uint192(BidSlots.commitmentTo(lot, bidder, bid, salt)) >> 64 == 0);
        }
    }

    /// @notice A slot opens exactly if its commitment is that of the opening.
    /// @custom:bound every word, lot, bidder, bid and salt
    function check_opens_by_commitment_only(BidSlot slot, uint256 lot, address bidder, uint64 bid, bytes32 salt) external view {
        bytes32 whole = keccak256(abi.encode(block.chainid, address(this), lot, bidder, bid, salt));
        assert(slot.opens(lot, bidder, bid, salt) == (bytes24(whole) == bytes24(bytes32(BidSlot.unwrap(slot)))));
    }

    /// @notice Computing one leaves the memory that others use as it was.
    /// @custom:bound every opening, one word of memory
    function check_commitment_keeps_memory(uint256 word, uint256 lot, address bidder, uint64 bid, bytes32 salt) external view {
        uint256[] memory kept = new uint256[](1);
        kept[0] = word;
        BidSlots.commitmentTo(lot, bidder, bid, salt);
        uint256[] memory next = new uint256[](1);
        assert(kept[0] == word && next[0] == 0);
    }

    function seal(bytes24 commitment, uint64 deposit) external pure returns (BidSlot) {
        return BidSlots.seal(commitment, deposit);
    }
}
