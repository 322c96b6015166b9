// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What a DAO needs of an auctioneer that bids elsewhere with the DAO's money
/// @notice Only such an auctioneer is ever lent any.
interface IBidder {
    /// @notice Brings what `dao` lent for `lot` home to it, where it is back from the bid. Anyone may call.
    /// @dev Fails as long as it is not.
    /// @param lot The lot's number.
    /// @param dao Whose money it is.
    function recall(uint256 lot, address dao) external;
}
