// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IProceeds} from "./IProceeds.sol";
import {Phase} from "./Phase.sol";

/// @title What a DAO needs of the auctioneer
/// @notice The upper mechanism as its groups see it: enter a lot, bid once, pay if the bid wins, and sell again what was won.
interface IAuctioneer is IProceeds {
    /// @notice The times of a lot, in seconds since the epoch, and its bond.
    /// @param endOfBidding Bids can be made, changed and taken back before it.
    /// @param endOfReveal Sealed bids can be opened from `endOfBidding` until before it.
    /// @param endOfTally DAOs can bid from `endOfReveal` until before it.
    /// @param bondBps What who does not open a sealed bid forfeits, in basis points of the deposit, at least 1,000: it is burnt.
    struct Schedule {
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint40 endOfTally;
        uint16 bondBps;
    }

    /// @notice Announces that the calling DAO will bid on `lot`, so that the lot waits for it until its tally ends.
    /// @dev Only in the bidding phase, only for DAOs of the factory, whose code enters once.
    /// @param lot The lot's number.
    /// @return schedule The lot's times and bond, for the DAO to keep beside its own book.
    function enter(uint256 lot) external returns (Schedule memory schedule);

    /// @notice Takes the calling DAO's willingness to pay as its bid on `lot`.
    /// @dev Only in the tally phase, only for DAOs of the factory, whose code bids once, and only where it entered. A bid of 0
    /// abstains, so that nobody waits for the DAO.
    /// @param lot The lot's number.
    /// @param bid The DAO's bid, in units.
    function submit(uint256 lot, uint96 bid) external;

    /// @notice Pays for `lot`, for the calling DAO, which must be its leader, and delivers the item to `recipient`.
    /// @dev Only once the lot is closed. All of `msg.value`, at least the price, goes to the seller.
    /// @param lot The lot's number.
    /// @param recipient Who gets the item.
    function pay(uint256 lot, address recipient) external payable;

    /// @notice Lists the item of `lot` again, for the caller, who must own it and have approved the auctioneer.
    /// @param lot The lot in which it was sold.
    /// @param reserve The least acceptable price, in units, at least 1.
    /// @param schedule Ends of bidding, reveal and tally, in this order, and the bond.
    /// @return newLot The new lot's number.
    function relist(uint256 lot, uint96 reserve, Schedule calldata schedule) external returns (uint256 newLot);

    /// @notice Where estates sell again what was won here: here, where that can be.
    /// @return The auctioneer whose lot it will be. One that is not this one takes any item, as `IMarket`.
    function market() external view returns (IAuctioneer);

    /// @notice Where `lot` stands.
    /// @param lot The lot's number.
    /// @return phase The phase it is in.
    /// @return leader The bidder who wins as of now: final from `Phase.Closed` on, zero if nobody does, as in a void lot.
    /// @return price What the leader pays, in units: final from `Phase.Closed` on, 0 in a void lot.
    function standing(uint256 lot) external view returns (Phase phase, address leader, uint96 price);

    /// @notice What `lot` sells.
    /// @param lot The lot's number.
    /// @return token The item's ERC-721 contract.
    /// @return tokenId The item.
    function itemOf(uint256 lot) external view returns (IERC721 token, uint256 tokenId);
}
