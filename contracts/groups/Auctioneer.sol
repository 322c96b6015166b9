// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {AuctionHouse} from "../base/AuctionHouse.sol";
import {Lot} from "../base/Lot.sol";
import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {Phase} from "../interfaces/Phase.sol";
import {Items} from "../libraries/Items.sol";
import {PriceRule} from "./PriceRule.sol";

/// @title The upper mechanism: a second-price auction among groups that never looks inside them
/// @notice The highest bidder wins at its critical bid, which is at least the reserve.
/// Source: When Bidders Are DAOs, Mechanisms 1 and 2, with the tie rule of an integer grid (`PriceRule`).
///
/// Guarantee. With equal splits below (`DAO`), the bids of all others being fixed, no bid is better than one's value for whoever knows it,
/// bids under one address, and in one only of a lot's groups (Theorem 2). If all do, the optimum is at most H_l times the welfare of a lot
/// that is sold, l the members of the largest group (Theorem 3). No mechanism has a better factor that is deterministic, truthful,
/// budget-balanced, individually rational, treats equal members alike, and has groups bid one amount (Theorem 5). What sealing keeps of
/// this: docs/mechanism.md.
/// @dev Storage: that of `AuctionHouse`.
contract Auctioneer is AuctionHouse, IMarket {
    using PriceRule for Lot;

    // ERRORS

    /// @notice A reserve below one unit.
    error ReserveTooLow(uint96 reserve);

    /// @param factory_ The only origin of DAOs that may enter.
    /// @param beaconHash_ The chain hash of the drand beacon to whose rounds bids are locked.
    constructor(IDAOFactory factory_, bytes32 beaconHash_) AuctionHouse(factory_, beaconHash_) {}

    // SELLING

    /// @inheritdoc IMarket
    function list(IERC721 token, uint256 tokenId, uint96 reserve, Schedule calldata schedule) external returns (uint256 lot) {
        return _list(token, tokenId, reserve, schedule);
    }

    /// @inheritdoc IAuctioneer
    function relist(uint256 lot, uint96 reserve, Schedule calldata schedule) external returns (uint256) {
        Lot storage item = _lots[lot];
        return _list(item.token, item.tokenId, reserve, schedule);
    }

    // WHAT THIS MECHANISM DOES

    /// @dev A lot is decided by its bids alone; one without a bid at the reserve is void.
    function _phaseAfterTally(uint256, Lot storage item, uint256 endOfTally) internal view override returns (Phase) {
        if (item.leader == address(0)) return Phase.Void;
        return block.timestamp < endOfTally + SETTLEMENT_WINDOW ? Phase.Closed : Phase.Void;
    }

    /// @dev Individuals bid in the order in which they reveal.
    function _admit(uint256 lot, address bidder, uint64 bid_) internal override {
        _lots[lot].offer(bidder, bid_);
    }

    function _admitDAO(uint256, Lot storage item, address dao, uint96 bid_) internal override {
        item.offer(dao, bid_);
    }

    function _minimumBid() internal pure override returns (uint64) {
        return 1;
    }

    // SHARED STEPS

    function _list(IERC721 token, uint256 tokenId, uint96 reserve, Schedule calldata schedule) private returns (uint256 lot) {
        if (reserve == 0) revert ReserveTooLow(reserve);
        lot = _openLot(token, tokenId, reserve, schedule);
        _lots[lot].open(reserve);
        Items.take(_held, lot, token, tokenId, msg.sender);
    }
}
