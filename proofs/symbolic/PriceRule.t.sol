// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {Lot} from "../../contracts/base/Lot.sol";
import {PriceRule} from "../../contracts/groups/PriceRule.sol";

/// @title The price rule, one offer at a time
/// @notice The lemmas from which docs/mechanism.md concludes, by induction over the offers, what holds for any number of rivals.
/// @dev `bid` and `other` are what `me` bids in two worlds that are the same in all else. Nobody bids twice; not bidding is a bid of 0.
contract PriceRuleProof {
    using PriceRule for Lot;

    Lot private _lot;
    Lot private _twin;

    /// @notice A lot opens in a valid state: nobody leads, the price is the reserve.
    /// @custom:bound every reserve of at least a unit
    function check_opens_valid(uint96 reserve) external {
        if (reserve == 0) return;
        _lot.open(reserve);
        assert(_lot.price == reserve && _lot.leader == address(0) && _lot.highest == 0 && _isValid(_lot));
    }

    /// @notice One offer: it leads exactly if it is above the highest (above the reserve less a unit, if nobody leads), at one unit more than
    /// that; otherwise it raises the price to itself or leaves it. The price never falls, stays at most the highest, and the state valid.
    /// @custom:bound every valid state, every bid
    function check_one_offer(Lot memory before, address bidder, uint96 bid) external {
        if (bidder == address(0) || bidder == before.leader || !_isValid(before)) return;
        _lot = before;
        _lot.offer(bidder, bid);
        Lot memory later = _lot;
        assert(_isValid(later) && later.price >= before.price);
        uint256 toBeat = before.leader == address(0) ? before.price - 1 : before.highest;
        if (bid > toBeat) {
            assert(later.leader == bidder && later.highest == bid && later.price == toBeat + 1);
        } else {
            assert(later.leader == before.leader && later.highest == before.highest);
            assert(later.price == (bid > before.price ? bid : before.price));
        }
    }

    /// @notice An offer changes nothing of a lot but its leader, its highest bid and its price.
    /// @custom:bound every lot, every bid
    function check_offer_leaves_the_rest(Lot memory before, address bidder, uint96 bid) external {
        if (!_isValid(before)) return;
        _lot = before;
        _lot.offer(bidder, bid);
        assert(_lot.seller == before.seller && _lot.entered == before.entered && _lot.arrived == before.arrived);
        assert(address(_lot.token) == address(before.token) && _lot.tokenId == before.tokenId);
    }

    /// @notice Not to bid is to bid 0: an offer of 0 changes nothing.
    /// @custom:bound every valid state
    function check_offer_of_nothing(Lot memory before, address bidder) external {
        if (!_isValid(before)) return;
        _lot = before;
        _lot.offer(bidder, 0);
        assert(_lot.leader == before.leader && _lot.highest == before.highest && _lot.price == before.price);
    }

    /// @notice Induction, first step: from one state two bids of one bidder lead to states that stand in the relation `_agree`.
    /// @custom:bound every valid state, every two bids
    function check_two_bids_agree_on_arrival(Lot memory before, address me, uint96 bid, uint96 other) external {
        if (me == address(0) || before.leader == me || !_isValid(before)) return;
        (_lot, _twin) = (before, before);
        _lot.offer(me, bid);
        _twin.offer(me, other);
        _assertAgree(_lot, _twin, me, bid, other);
    }

    /// @notice Induction, next step: whatever a rival then offers to both states, they stay in that relation.
    /// @custom:bound every two valid states in the relation, every bid of a rival
    function check_a_rival_keeps_agreement(
        Lot memory one,
        Lot memory two,
        address me,
        uint96 bid,
        uint96 other,
        address rival,
        uint96 offered
    ) external {
        if (me == address(0) || rival == address(0) || rival == me || rival == one.leader || rival == two.leader) {
            return;
        }
        if (!_isValid(one) || !_isValid(two) || !_agree(one, two, me, bid, other)) return;
        (_lot, _twin) = (one, two);
        _lot.offer(rival, offered);
        _twin.offer(rival, offered);
        _assertAgree(_lot, _twin, me, bid, other);
    }

    /// @dev What follows for `me` once all have bid, whatever its value: the truth earns at least what any other bid does.
    /// @notice Conclusion for an individual: in two states in the relation, who bids its value earns no less than with the other bid.
    /// @custom:bound every two valid states in the relation
    function check_truth_is_best_in_agreement(Lot memory one, Lot memory two, address me, uint96 value, uint96 other)
        external
        pure
    {
        if (me == address(0) || !_isValid(one) || !_isValid(two) || !_agree(one, two, me, value, other)) return;
        int256 byTruth = one.leader == me ? int256(uint256(value)) - int256(uint256(one.price)) : int256(0);
        int256 byOther = two.leader == me ? int256(uint256(value)) - int256(uint256(two.price)) : int256(0);
        assert(byTruth >= byOther && byTruth >= 0);
    }

    /// @notice Conclusion for a group: there is one price at which every bid of at least it wins, and no other does. In two states in the
    /// relation: if both win it is the same, and who loses bid less than the other pays.
    /// @custom:bound every two valid states in the relation
    function check_one_critical_price_in_agreement(Lot memory one, Lot memory two, address me, uint96 bid, uint96 other)
        external
        pure
    {
        if (me == address(0) || !_isValid(one) || !_isValid(two) || !_agree(one, two, me, bid, other)) return;
        (bool wins, bool otherWins) = (one.leader == me, two.leader == me);
        if (wins) assert(bid >= one.price && (other >= one.price) == otherWins);
        if (wins && otherWins) assert(one.price == two.price);
    }

    /// @dev Nobody leads, or the price is at least 1 and at most the highest bid.
    function _isValid(Lot memory lot) private pure returns (bool) {
        return lot.price >= 1 && (lot.leader == address(0) || lot.price <= lot.highest);
    }

    /// @dev In each world in which `me` leads, the highest bid is its own. If it leads in both, the price is the same; if in one only, the
    /// bid that does not lead is below the price of the other.
    function _agree(Lot memory one, Lot memory two, address me, uint96 bid, uint96 other) private pure returns (bool) {
        (bool leads, bool otherLeads) = (one.leader == me, two.leader == me);
        if ((leads && one.highest != bid) || (otherLeads && two.highest != other)) return false;
        if (leads && otherLeads) return one.price == two.price;
        if (leads) return other < one.price;
        return !otherLeads || bid < two.price;
    }

    function _assertAgree(Lot memory one, Lot memory two, address me, uint96 bid, uint96 other) private pure {
        assert(_isValid(one) && _isValid(two) && _agree(one, two, me, bid, other));
    }
}
