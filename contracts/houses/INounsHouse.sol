// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What an adapter needs of an auction house in the manner of Nouns
/// @notice One auction at a time, of the item that has its number. Both versions of the house of Nouns answer to this.
interface INounsHouse {
    /// @notice The token whose items are sold.
    function nouns() external view returns (address);

    /// @notice The wrapped ether in which whoever refuses ether is refunded.
    function weth() external view returns (address);

    /// @notice The auction that runs, or ran last. Times in seconds since the epoch, the amount in wei.
    function auction()
        external
        view
        returns (uint256 nounId, uint256 amount, uint256 startTime, uint256 endTime, address bidder, bool settled);

    /// @notice The least first bid, in wei.
    function reservePrice() external view returns (uint256);

    /// @notice By how much a bid has to exceed the one before, in percent of it.
    function minBidIncrementPercentage() external view returns (uint256);

    /// @notice Bids `msg.value` for the caller; the bidder before is refunded.
    function createBid(uint256 nounId) external payable;

    /// @notice Ends the auction that is over, while the house is paused.
    function settleAuction() external;

    /// @notice Ends the auction that is over and begins the next, while the house is not paused.
    function settleCurrentAndCreateNewAuction() external;
}
