// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What an adapter needs of Zora's auction house
/// @notice Many auctions at once, of items of any token, each under a number of its own. The clock of one starts with its first bid.
interface IZoraHouse {
    /// @notice The token of Zora's own items, whose auctions its market settles.
    function zora() external view returns (address);

    /// @notice The wrapped ether in which whoever refuses ether is refunded.
    function wethAddress() external view returns (address);

    /// @notice By how much a bid has to exceed the one before, in percent of it.
    function minBidIncrementPercentage() external view returns (uint8);

    /// @notice An auction; nothing but zeros once it is settled or cancelled. Amounts in wei, times in seconds.
    function auctions(uint256 auctionId)
        external
        view
        returns (
            uint256 tokenId,
            address tokenContract,
            bool approved,
            uint256 amount,
            uint256 duration,
            uint256 firstBidTime,
            uint256 reservePrice,
            uint8 curatorFeePercentage,
            address tokenOwner,
            address bidder,
            address curator,
            address auctionCurrency
        );

    /// @notice Bids `amount`, which is `msg.value`, for the caller; the bidder before is refunded.
    function createBid(uint256 auctionId, uint256 amount) external payable;

    /// @notice Ends an auction that is over. A bidder who cannot have the item is refunded, and the seller has it back.
    function endAuction(uint256 auctionId) external;
}
