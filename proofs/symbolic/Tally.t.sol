// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Progress, Tally} from "../../contracts/groups/Tally.sol";
import {BidSlot, BidSlots, Box, entry} from "../../contracts/libraries/BidSlot.sol";

/// @title Steps of a tally, from any progress on
/// @notice One member is the induction step of the running maximum. A step of two is shown to be two of one; the loop treats its members
/// alike, so that every split of a tally into steps ends at the same progress.
/// @dev A progress is one that can be: no more counted than there are bids.
contract TallyProof {
    using Tally for Progress;

    /// @dev Where a step has come to, and whether it has not failed yet.
    struct Expected {
        bool counts;
        uint256 lastKey;
        uint256 best;
        uint256 rank;
    }

    mapping(address member => Box) private _boxes;

    /// @notice One member is counted exactly if its bid is open, not 0, and its key is above the last; then the key is kept, the count grows
    /// by one, and the best is the larger of the best and `rank * bid`, rank being how many are left with it.
    /// @custom:bound every progress, slot and member, up to 2^32 - 1 bids
    function check_one_member(Progress memory before, address member, BidSlot slot, uint32 total) external {
        if (before.counted >= total) return;
        _boxes[member].slot = slot;
        address[] memory list = new address[](1);
        list[0] = member;
        uint256 rank = uint256(total) - before.counted;
        if (!_commute(rank, slot.bid())) return;
        uint256 reach = product(rank, slot.bid());
        bool counts = !slot.isSealed() && slot.bid() != 0 && entry(0, slot.bid(), member) > before.lastKey;
        try this.count(list, total, before) returns (Progress memory later, bytes32 checkpoint) {
            assert(counts && later.counted == uint256(before.counted) + 1 && later.lastKey == entry(0, slot.bid(), member));
            assert(later.best == (reach > before.best ? uint96(reach) : before.best));
            assert(checkpoint == keccak256(abi.encodePacked(uint256(before.best), uint256(before.counted), slot.bid())));
        } catch {
            assert(!counts);
        }
    }

    /// @notice A step of two does to a progress what two steps of one do, one after the other: it fails where one of them would, and ends
    /// where they do.
    /// @custom:bound every progress, slots and members, up to 2^32 - 1 bids
    function check_two_members(Progress memory before, address[2] memory members, BidSlot[2] memory slots, uint32 total)
        external
    {
        if (uint256(before.counted) + 2 > total) return;
        address[] memory list = new address[](2);
        (list[0], list[1]) = (members[0], members[1]);
        (_boxes[list[0]].slot, _boxes[list[1]].slot) = (slots[0], slots[1]);
        Expected memory expected = Expected(true, before.lastKey, before.best, uint256(total) - before.counted);
        for (uint256 i = 0; i < 2; ++i) {
            if (!_commute(expected.rank, _boxes[list[i]].slot.bid())) return;
            _expect(expected, list[i]);
        }
        try this.count(list, total, before) returns (Progress memory later, bytes32) {
            assert(expected.counts && later.counted == uint256(before.counted) + 2);
            assert(later.lastKey == expected.lastKey && later.best == uint96(expected.best));
        } catch {
            assert(!expected.counts);
        }
    }

    /// @notice The checkpoint of a step is the digest of the best and the count before it and of its bids, 8 bytes each.
    /// @custom:bound every progress, steps of three in ascending order
    function check_checkpoint(Progress memory before, uint32 total, uint64[3] memory bids) external {
        if (uint256(before.counted) + 3 > total) return;
        address[] memory list = new address[](3);
        (list[0], list[1], list[2]) = (address(1), address(2), address(3));
        for (uint256 i = 0; i < 3; ++i) {
            _boxes[list[i]].slot = BidSlots.open(bids[i], 1);
        }
        try this.count(list, total, before) returns (Progress memory, bytes32 checkpoint) {
            bytes memory packed = abi.encodePacked(bids[0], bids[1], bids[2]);
            assert(checkpoint == Tally.digest(before.best, before.counted, packed));
            assert(
                checkpoint
                    == keccak256(abi.encodePacked(uint256(before.best), uint256(before.counted), bids[0], bids[1], bids[2]))
            );
        } catch {
            assert(bids[0] == 0 || bids[0] > bids[1] || bids[1] > bids[2] || entry(0, bids[0], list[0]) <= before.lastKey);
        }
    }

    /// @notice Nobody counts twice in a step.
    /// @custom:bound every progress, slot and member
    function check_nobody_twice(Progress memory before, address member, BidSlot slot, uint32 total) external {
        if (uint256(before.counted) + 2 > total) return;
        _boxes[member].slot = slot;
        address[] memory list = new address[](2);
        (list[0], list[1]) = (member, member);
        try this.count(list, total, before) {
            assert(false);
        } catch {}
    }

    function count(address[] calldata members, uint256 total, Progress memory progress)
        external
        view
        returns (Progress memory, bytes32 checkpoint)
    {
        checkpoint = progress.count(_boxes, members, total);
        return (progress, checkpoint);
    }

    function product(uint256 one, uint256 other) public pure returns (uint256) {
        unchecked {
            return one * other;
        }
    }

    /// @dev Always: said, since to the solver a product is any function at first.
    function _commute(uint256 one, uint256 other) private view returns (bool) {
        return this.product(one, other) == this.product(other, one);
    }

    /// @dev What one step of one member makes of it.
    function _expect(Expected memory expected, address member) private view {
        BidSlot slot = _boxes[member].slot;
        uint256 key = entry(0, slot.bid(), member);
        expected.counts = expected.counts && !slot.isSealed() && slot.bid() != 0 && key > expected.lastKey;
        uint256 reach = product(expected.rank--, slot.bid());
        (expected.lastKey, expected.best) = (key, reach > expected.best ? reach : expected.best);
    }
}
