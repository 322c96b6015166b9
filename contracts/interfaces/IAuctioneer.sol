// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Phase} from "./Phase.sol";

/// @title What a DAO needs of the auctioneer
/// @notice The upper mechanism as its groups see it: enter a lot, bid once, pay if the bid wins.
interface IAuctioneer {
    /// @notice The times of a lot, in seconds since the epoch, and its bond.
    /// @param endOfBidding Bids can be made, changed and taken back before it.
    /// @param endOfReveal Sealed bids can be opened from `endOfBidding` until before it.
    /// @param endOfTally DAOs can bid from `endOfReveal` until before it.
    /// @param bondBps What who does not open a sealed bid forfeits, in basis points of the deposit.
    struct Schedule {
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint40 endOfTally;
        uint16 bondBps;
    }

    /// @notice Announces that the calling DAO will bid on `lot`, so that the lot waits for it until its tally ends.
    /// @dev Only in the bidding phase, only once, only for DAOs of the factory.
    /// @param lot The lot's number.
    /// @return schedule The lot's times and bond, for the DAO to keep beside its own book.
    function enter(uint256 lot) external returns (Schedule memory schedule);

    /// @notice Takes the calling DAO's willingness to pay as its bid on `lot`.
    /// @dev Only in the tally phase, once per DAO that entered. A bid of 0 abstains, so that nobody waits for the DAO.
    /// @param lot The lot's number.
    /// @param bid The DAO's bid, in units.
    function submit(uint256 lot, uint96 bid) external;

    /// @notice Pays for `lot` and delivers the item to the calling DAO, which must be its leader.
    /// @dev Only once the lot is closed. All of `msg.value`, at least the price, goes to the seller.
    /// @param lot The lot's number.
    function pay(uint256 lot) external payable;

    /// @notice Takes bonds that members of a DAO forfeited on `lot`, for its seller.
    /// @dev Anyone may give; the seller withdraws it with the proceeds.
    /// @param lot The lot's number.
    function credit(uint256 lot) external payable;

    /// @notice Where `lot` stands.
    /// @param lot The lot's number.
    /// @return phase The phase it is in.
    /// @return leader The bidder who wins as of now: final from `Phase.Closed` on, zero if nobody does, as in a void lot.
    /// @return price What the leader pays, in units: final from `Phase.Closed` on, 0 in a void lot.
    function standing(uint256 lot) external view returns (Phase phase, address leader, uint96 price);
}
