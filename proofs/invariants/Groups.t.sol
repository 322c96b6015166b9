// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Auctioneer} from "../../contracts/groups/Auctioneer.sol";
import {DAOFactory} from "../../contracts/groups/DAOFactory.sol";
import {IAuctioneer} from "../../contracts/interfaces/IAuctioneer.sol";
import {Item} from "../../contracts/test/Item.sol";
import {Campaign, Handler, vm} from "./Campaign.sol";

/// @title Individuals at an auctioneer
contract GroupsHandler is Handler {
    Auctioneer public immutable auctioneer;
    Item public immutable item;
    uint256 public paidIn;

    constructor() Handler(_actions()) {
        auctioneer = new Auctioneer(new DAOFactory(), 0);
        item = new Item();
    }

    function list(uint256 seed) external seeded(seed) {
        uint256 id = auctioneer.lotCount() + 1;
        item.mint(address(this), id);
        item.approve(address(auctioneer), id);
        uint40 end = uint40(block.timestamp + 1 + _draw(2 hours));
        auctioneer.list(item, id, uint96(1 + _draw(40)), IAuctioneer.Schedule(end, end + 20 minutes, end + 40 minutes, 1_000));
        _note("list", true);
    }

    function commit(uint256 seed) external seeded(seed) {
        address bidder = address(uint160(0xb1d0000 + _draw(8)));
        uint256 amountWei = (1 + _draw(50)) * 1 gwei;
        uint256 lots = auctioneer.lotCount();
        if (lots == 0) return;
        vm.deal(bidder, amountWei);
        vm.prank(bidder);
        try auctioneer.commit{value: amountWei}(1 + _draw(lots), bytes24(keccak256(abi.encode(seed)))) {
            paidIn += amountWei;
            _note("commit", true);
        } catch {
            _note("commit", false);
        }
    }

    function skip(uint256 seed) external seeded(seed) {
        vm.warp(block.timestamp + _draw(10 minutes));
    }

    function _actions() private pure returns (string[] memory actions) {
        actions = new string[](2);
        (actions[0], actions[1]) = ("list", "commit");
    }
}

/// @title Solvency of the auctioneer
contract Groups is Campaign("Groups") {
    GroupsHandler private _groups;

    function setUp() public {
        vm.warp(1_800_000_000);
        _groups = new GroupsHandler();
    }

    function invariant_groups() external view {
        require(address(_groups.auctioneer()).balance == _groups.paidIn(), "auctioneer: balance");
    }

    function _handler() internal view override returns (Handler) {
        return _groups;
    }

    function _finish() internal override {}
}
