// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What an auctioneer that bids elsewhere needs of a DAO
/// @notice Money for one bid at a time: it comes back, or is paid once the lot is settled.
interface ILender {
    /// @notice Sends money out for a bid on `lot`. It is taken to be paid once the lot is settled.
    /// @dev Only for the auctioneer, once the tally is complete, as long as the lot is undecided here. What is not lent covers all that this
    /// lot owes to those who would not be served, and all of every other lot.
    /// @param lot The lot's number.
    /// @param amount In units; with what is out already at most the willingness to pay.
    /// @param paddle Who gets it.
    function lend(uint256 lot, uint96 amount, address paddle) external;

    /// @notice Takes back what was lent for `lot`. Anyone may pay it.
    /// @param lot The lot's number.
    function restore(uint256 lot) external payable;

    /// @notice What is out under a bid on `lot`.
    /// @param lot The lot's number.
    /// @return Units, never more than the willingness to pay.
    function lentOf(uint256 lot) external view returns (uint64);
}
