// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {HostileHouse} from "./HostileHouse.sol";

/// @title The same house in the manner of Zora, too: many auctions at once, each begun by its first bid
contract HostileZoraHouse is HostileHouse {
    /// @notice What only Zora's auctions have.
    struct Listing {
        uint256 duration;
        uint256 firstBid; // when it came; 0 before
        bool isBarred; // the curator does not approve
        bool isOwn; // of Zora's own token
        address currency; // zero for ether
    }

    /// @notice Zora's own token.
    address public zora;

    mapping(uint256 number => Listing) private _listings;

    /// @notice Sets what Zora's own token is.
    function own(address media) external {
        zora = media;
    }

    /// @notice Lists one more item; it has that auction now. The others stay.
    function list(uint256 number, uint256 tokenId, uint256 reserve, Listing calldata listing) external {
        _state().number = number;
        _state().sales[number] = Sale(tokenId, 0, type(uint256).max, address(0), false, reserve);
        _listings[number] = listing;
    }

    // AS A HOUSE

    function createBid(uint256 number, uint256 amountWei) external payable {
        (Sale storage sale, Listing storage listing) = (_state().sales[number], _listings[number]);
        require(msg.value == amountWei && !listing.isBarred && listing.currency == address(0), "no bid");
        if (listing.firstBid == 0) (listing.firstBid, sale.end) = (block.timestamp, block.timestamp + listing.duration);
        _takeBid(sale);
    }

    function endAuction(uint256 number) external {
        Sale storage sale = _state().sales[number];
        require(_listings[number].firstBid != 0, "not begun");
        _end(sale);
        try _state().token.transferFrom(address(this), sale.bidder, sale.tokenId) {}
        catch {
            _refund(sale.bidder, sale.amount);
        }
    }

    function auctions(uint256 number)
        external
        view
        returns (uint256, IERC721, bool, uint256, uint256, uint256, uint256, uint8, address, address, address, address)
    {
        _answer(11 * 32);
        (Sale memory sale, Listing memory listing) = (_state().sales[number], _listings[number]);
        if (sale.settled) (sale, listing) = (_state().sales[0], _listings[0]); // nothing is left of it
        bool isApproved = sale.tokenId != 0 && !listing.isBarred;
        IERC721 token = sale.tokenId == 0 ? IERC721(address(0)) : listing.isOwn ? IERC721(zora) : _state().token;
        // what it says of the end may be anything
        if (listing.firstBid != 0) listing.duration = sale.end < listing.firstBid ? 0 : sale.end - listing.firstBid;
        return (
            sale.tokenId,
            token,
            isApproved,
            _amountOf(sale),
            listing.duration,
            listing.firstBid,
            sale.reserve,
            0,
            address(this),
            sale.bidder,
            address(0),
            listing.currency
        );
    }

    /// @notice An auction as it is, however questions are answered.
    function listingOf(uint256 number) external view returns (Listing memory) {
        return _listings[number];
    }

    function wethAddress() external view returns (address) {
        return _state().weth;
    }
}
