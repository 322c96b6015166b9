// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {ILender} from "../interfaces/ILender.sol";
import {Units} from "../libraries/Units.sol";
import {HouseLot} from "./HouseLot.sol";
import {IWrapped} from "./IWrapped.sol";
import {Paddle} from "./Paddle.sol";
import {Questions} from "./Reading.sol";

/// @title The paddles of an adapter: where money is while it is bid, and what came of it
/// @notice One for each DAO and lot, at an address that is fixed before. Only what is there counts, ether and the item, not what is said.
abstract contract Paddles {
    // CONSTANTS

    /// @dev Gas for what must not hold up anybody: to hand an item on while a lot is settled, and to unwrap.
    uint256 internal constant QUIET_GAS = 300_000;

    // IMMUTABLES

    /// @notice The wrapped ether in which the house refunds whoever refuses ether.
    address public immutable weth;
    /// @notice What paddles are proxies of.
    address public immutable paddleTemplate;

    // EVENTS

    /// @notice What `dao` had bid is back with it.
    event Recalled(uint256 indexed lot, address indexed dao);
    /// @notice The item of `lot` went to `recipient`.
    event ItemDelivered(uint256 indexed lot, address indexed recipient);

    // ERRORS

    /// @notice What `dao` bid is not back from the house.
    error MoneyIsOut(uint256 lot, address dao);

    /// @param weth_ The wrapped ether of the house.
    constructor(address weth_) {
        (weth, paddleTemplate) = (weth_, address(new Paddle()));
    }

    // VIEWS

    /// @notice Who bids at the house for `dao` on `lot`.
    /// @param lot The lot's number.
    /// @param dao The DAO.
    /// @return The address, where there is code once the DAO has bid there.
    function paddleOf(uint256 lot, address dao) external view returns (address) {
        return address(_paddle(lot, dao));
    }

    // SHARED STEPS

    function _paddle(uint256 lot, address dao) internal view returns (Paddle) {
        return Paddle(payable(Clones.predictDeterministicAddress(paddleTemplate, _salt(lot, dao))));
    }

    function _openPaddle(uint256 lot, address dao) internal returns (Paddle paddle) {
        paddle = _paddle(lot, dao);
        if (address(paddle).code.length == 0) Clones.cloneDeterministic(paddleTemplate, _salt(lot, dao));
    }

    /// @dev Has `paddle` of `dao` pay back what it bid; fails unless the house has refunded it, in ether or wrapped. A DAO to which others
    /// paid it all is owed nothing, and takes nothing any more if its members have left.
    function _bringHome(uint256 lot, address dao, uint96 price) internal {
        Paddle paddle = _paddle(lot, dao);
        _requireBack(lot, dao, paddle, price);
        emit Recalled(lot, dao);
        uint256 lent = ILender(dao).lentOf(lot);
        if (lent != 0) paddle.act(dao, Units.toWei(lent), abi.encodeCall(ILender.restore, (lot)));
    }

    function _requireBack(uint256 lot, address dao, Paddle paddle, uint96 price) internal {
        if (!_isBack(paddle, price)) revert MoneyIsOut(lot, dao);
    }

    /// @dev Whether `price` is back with `paddle`, once what came wrapped is unwrapped. Only ether counts.
    function _isBack(Paddle paddle, uint96 price) internal returns (bool) {
        if (address(paddle).balance >= Units.toWei(price)) return true;
        (, uint256 wrapped) = Questions.askWord(weth, abi.encodeCall(IERC20.balanceOf, (address(paddle))));
        if (wrapped == 0) return false;
        try paddle.act{gas: QUIET_GAS}(weth, 0, abi.encodeCall(IWrapped.withdraw, (wrapped))) {} catch {}
        return address(paddle).balance >= Units.toWei(price);
    }

    function _hasItem(HouseLot storage item, Paddle paddle) internal view returns (bool) {
        (, uint256 owner) = Questions.askWord(address(item.token), abi.encodeCall(IERC721.ownerOf, (item.tokenId)));
        return owner == uint160(address(paddle));
    }

    /// @dev Tries to move the item from `paddle` to `recipient` with at most `gas_`.
    function _handOn(uint256 lot, HouseLot storage item, Paddle paddle, address recipient, uint256 gas_) internal {
        bytes memory call_ = abi.encodeCall(IERC721.transferFrom, (address(paddle), recipient, item.tokenId));
        try paddle.act{gas: gas_}(address(item.token), 0, call_) {} catch {}
        if (_hasItem(item, paddle)) return;
        item.isDelivered = true;
        emit ItemDelivered(lot, recipient);
    }

    function _salt(uint256 lot, address dao) private pure returns (bytes32) {
        return keccak256(abi.encode(lot, dao));
    }
}
