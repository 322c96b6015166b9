// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {HouseAdapter} from "./HouseAdapter.sol";
import {INounsHouse} from "./INounsHouse.sol";
import {Questions, Reading} from "./Reading.sol";

/// @title Groups that bid at an auction house in the manner of Nouns
/// @notice An auction has the number of its item. Who won it is told by who has the item: the house keeps nothing of past auctions.
/// @dev Storage: that of `HouseAdapter`.
contract NounsAdapter is HouseAdapter {
    // IMMUTABLES

    /// @notice The token whose items the house sold when this was deployed.
    IERC721 public immutable nouns;

    /// @param factory_ The only origin of DAOs that may enter.
    /// @param beaconHash_ The chain hash of the drand beacon to whose rounds bids are locked.
    /// @param market_ Where estates sell again what was won here.
    /// @param house_ The house.
    constructor(IDAOFactory factory_, bytes32 beaconHash_, IMarket market_, INounsHouse house_)
        HouseAdapter(factory_, beaconHash_, market_, address(house_), house_.weth())
    {
        nouns = IERC721(house_.nouns());
    }

    // WHAT THIS HOUSE DOES

    function _read(uint256 number) internal view override returns (Reading memory reading) {
        (bool said, uint256[] memory words) = _ask();
        (bool saidReserve, uint256 reserve) = Questions.askWord(house, abi.encodeCall(INounsHouse.reservePrice, ()));
        (bool saidIncrement, uint256 percent) =
            Questions.askWord(house, abi.encodeCall(INounsHouse.minBidIncrementPercentage, ()));
        (uint256 id, uint256 amount, uint256 start, uint256 end) = (words[0], words[1], words[2], words[3]);
        if (!said || !saidReserve || !saidIncrement || amount > type(uint128).max || percent > type(uint8).max) return reading;
        return Reading({
            current: id == number && start != 0 && words[5] == 0,
            bidder: address(uint160(words[4])),
            amountWei: amount,
            leastWei: _max(reserve, amount + amount * percent / 100),
            end: end
        });
    }

    function _highest(uint256) internal view override returns (address bidder, uint256 amountWei) {
        (, uint256[] memory words) = _ask();
        return (address(uint160(words[4])), words[1]);
    }

    function _itemAt(uint256 number) internal view override returns (IERC721 token, uint256 tokenId) {
        return (nouns, number);
    }

    function _bidCall(uint256 number, uint256) internal pure override returns (bytes memory) {
        return abi.encodeCall(INounsHouse.createBid, (number));
    }

    function _conclude(uint256) internal override {
        try INounsHouse(house).settleCurrentAndCreateNewAuction() {}
        catch {
            try INounsHouse(house).settleAuction() {} catch {}
        }
    }

    function _ask() private view returns (bool said, uint256[] memory words) {
        return Questions.ask(house, abi.encodeCall(INounsHouse.auction, ()), 6);
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
