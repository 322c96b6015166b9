// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionHouse} from "../base/AuctionHouse.sol";
import {Auctioneer} from "../groups/Auctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {Puppet} from "./Puppet.sol";

/// @title An ERC-721 of one item that costs next to no gas to deliver, for tests
contract CheapItem {
    address private _owner;

    constructor() {
        _owner = msg.sender;
    }

    function ownerOf(uint256) external view returns (address) {
        return _owner;
    }

    function transferFrom(address, address to, uint256) external {
        if (_owner != to) _owner = to;
    }
}

/// @title An auctioneer whose note of what is in escrow can be written beforehand, so that settling costs less, for tests
contract TouchedAuctioneer is Auctioneer {
    constructor(IDAOFactory factory_) Auctioneer(factory_, 0) {}

    /// @notice Notes that the item of `lot` is in escrow for the lot numbered `holder`.
    function hold(uint256 lot, uint256 holder) external {
        _held.lotOf[_lots[lot].token][_lots[lot].tokenId] = holder;
    }
}

/// @title A losing individual that settles the lot from within its own refund, on the little gas that comes along, for tests
contract Accomplice is Puppet {
    address private immutable _auctioneer;
    uint256 private immutable _lot;

    constructor(address auctioneer, uint256 lot) {
        (_auctioneer, _lot) = (auctioneer, lot);
    }

    receive() external payable {
        (address auctioneer, uint256 lot) = (_auctioneer, _lot);
        uint256 selector = uint256(uint32(AuctionHouse.settle.selector)) << 224;
        assembly {
            mstore(0, selector)
            mstore(4, lot)
            pop(call(gas(), auctioneer, 0, 0, 36, 0, 0))
        }
    }
}

/// @title A caller that makes a settlement cheap by touching all that it will touch earlier in the same transaction, for tests
contract Heist {
    function run(TouchedAuctioneer auctioneer, uint256 other, uint256 lot, address leader, address[] calldata bidders) external {
        // what is written a second time costs next to nothing, and what need not be written nothing
        auctioneer.settle(other); // of the same seller: its proceeds
        auctioneer.lotOf(lot).token.transferFrom(address(auctioneer), leader, 0);
        auctioneer.hold(lot, lot);
        auctioneer.recipientOf(lot, leader);
        auctioneer.bidOf(lot, leader);
        auctioneer.claimBatch(lot, bidders);
    }
}
