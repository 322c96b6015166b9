// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title What others need of a DAO
/// @notice For contracts and web sites that gate on access, and for the estates of what it won. It imports nothing, so that this file can be
/// copied as it is.
/// Anybody can make a contract that answers like a DAO, a DAO with an auctioneer of its own, or a lot of another item. So who gates on one
/// makes sure, once, that it is a DAO of the right factory (`IDAOFactory.isDAO`), that its `auctioneer` is the right one, and that the lot
/// sells the right item (`IAuctioneer.itemOf`); and asks `hasAccess` each time, since a resale ends it. Nothing has to be asked of the estate.
interface IDAO {
    /// @notice The auctioneer at whose lots this DAO bids: an `IAuctioneer`.
    function auctioneer() external view returns (address);

    /// @notice Whether bids are public from the start (a bid is its deposit) rather than sealed.
    function isOpen() external view returns (bool);

    /// @notice The smallest bid a member may make, in units, at least 1.
    function minimumBid() external view returns (uint64);

    /// @notice Whether `member` has access to what the DAO won at `lot`: the excludable good.
    /// @param lot The lot's number.
    /// @param member Whom to ask about.
    /// @return Whether the member is served, and the item was not sold again. Nobody who paid for access can lose it otherwise, and nobody who
    /// did not pay can have it: it cannot be handed on.
    function hasAccess(uint256 lot, address member) external view returns (bool);

    /// @notice Whether `member` paid for what the DAO won at `lot`. Once it is, it never changes.
    /// @param lot The lot's number.
    /// @param member Whom to ask about.
    /// @return Whether the DAO won, and the member's bid is at least the share.
    function isServed(uint256 lot, address member) external view returns (bool);

    /// @notice How many members paid for what the DAO won at `lot`, each the same.
    /// @param lot The lot's number.
    /// @return Members; 0 as long as the DAO has not won and paid.
    function servedOf(uint256 lot) external view returns (uint256);

    /// @notice To which address the item of `lot` goes if the DAO wins: its estate there, see `IEstate`.
    /// @param lot The lot's number.
    /// @return The address, where there is code once somebody needed it.
    function estateAt(uint256 lot) external view returns (address);
}
