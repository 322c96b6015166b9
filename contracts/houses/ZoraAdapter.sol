// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {HouseAdapter} from "./HouseAdapter.sol";
import {IZoraHouse} from "./IZoraHouse.sol";
import {Questions, Reading} from "./Reading.sol";

/// @title Groups that bid at Zora's auction house
/// @notice Auctions in ether, of any ERC-721 but Zora's own, whose market refuses some amounts. One without a bid ends its duration after
/// the first. If the item cannot be delivered to the winner, the house itself refunds the price: the lot is void.
/// @dev Storage: that of `HouseAdapter`.
contract ZoraAdapter is HouseAdapter {
    // CONSTANTS

    /// @dev Where the house's answer has what is read: its words, numbered from 0.
    uint256 private constant TOKEN_ID = 0;
    uint256 private constant TOKEN = 1;
    uint256 private constant APPROVED = 2;
    uint256 private constant AMOUNT = 3;
    uint256 private constant DURATION = 4;
    uint256 private constant FIRST_BID = 5;
    uint256 private constant RESERVE = 6;
    uint256 private constant BIDDER = 9;
    uint256 private constant CURRENCY = 11;
    uint256 private constant WORDS = 12;

    // IMMUTABLES

    /// @notice The token whose items no lot can be.
    address public immutable media;

    /// @param factory_ The only origin of DAOs that may enter.
    /// @param beaconHash_ The chain hash of the drand beacon to whose rounds bids are locked.
    /// @param market_ Where estates sell again what was won here.
    /// @param house_ The house.
    constructor(IDAOFactory factory_, bytes32 beaconHash_, IMarket market_, IZoraHouse house_)
        HouseAdapter(factory_, beaconHash_, market_, address(house_), house_.wethAddress())
    {
        media = house_.zora();
    }

    // WHAT THIS HOUSE DOES

    function _read(uint256 number) internal view override returns (Reading memory reading) {
        (bool said, uint256[] memory words) = _ask(number);
        (bool saidIncrement, uint256 percent) = Questions.askWord(house, abi.encodeCall(IZoraHouse.minBidIncrementPercentage, ()));
        (uint256 amount, uint256 duration, uint256 start) = (words[AMOUNT], words[DURATION], words[FIRST_BID]);
        if (!said || !saidIncrement || amount > type(uint128).max || percent > type(uint8).max) return reading;
        if (duration > type(uint40).max || start > type(uint40).max) return reading;
        bool isForSale = words[APPROVED] != 0 && words[CURRENCY] == 0 && words[TOKEN] != uint160(media);
        uint256 least = amount + amount * percent / 100;
        return Reading({
            current: isForSale,
            bidder: address(uint160(words[BIDDER])),
            amountWei: amount,
            leastWei: least > words[RESERVE] ? least : words[RESERVE],
            end: (start == 0 ? block.timestamp : start) + duration
        });
    }

    function _highest(uint256 number) internal view override returns (address bidder, uint256 amountWei) {
        (, uint256[] memory words) = _ask(number);
        return (address(uint160(words[BIDDER])), words[AMOUNT]);
    }

    function _itemAt(uint256 number) internal view override returns (IERC721 token, uint256 tokenId) {
        (, uint256[] memory words) = _ask(number);
        return (IERC721(address(uint160(words[TOKEN]))), words[TOKEN_ID]);
    }

    function _bidCall(uint256 number, uint256 amountWei) internal pure override returns (bytes memory) {
        return abi.encodeCall(IZoraHouse.createBid, (number, amountWei));
    }

    function _conclude(uint256 number) internal override {
        try IZoraHouse(house).endAuction(number) {} catch {}
    }

    function _ask(uint256 number) private view returns (bool said, uint256[] memory words) {
        return Questions.ask(house, abi.encodeCall(IZoraHouse.auctions, (number)), WORDS);
    }
}
