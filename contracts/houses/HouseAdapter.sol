// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {Proceeds} from "../base/Proceeds.sol";
import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IBidder} from "../interfaces/IBidder.sol";
import {IDAO} from "../interfaces/IDAO.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {ILender} from "../interfaces/ILender.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {Units} from "../libraries/Units.sol";
import {HouseLot} from "./HouseLot.sol";
import {HouseLots} from "./HouseLots.sol";
import {Paddle} from "./Paddle.sol";
import {Paddles} from "./Paddles.sol";
import {Reading} from "./Reading.sol";

/// @title Groups that bid at an ascending auction which others run
/// @notice A lot is an auction of the house. DAOs enter it and are tallied as at any auctioneer; what they are willing to pay is then their
/// limit. Anyone can have a DAO that does not lead bid the least amount that the house takes, up to its limit. The DAO that wins pays what
/// it bid, split equally as ever; all others get everything back.
/// The house is not trusted: whatever it says or does, no more than the bid of one DAO on one lot is ever out, everything else stays with
/// the members, and every lot ends. What is not guaranteed, the house's own conduct and what who sees the limits does: docs/houses.md.
/// @dev No owner, no upgrade, no pause. Holds no money but surpluses of rounding and proceeds. Storage: slots 0 to 2 of HouseLots, 3 of
/// Proceeds, 4 of ReentrancyGuard.
abstract contract HouseAdapter is HouseLots, IBidder, Proceeds, ReentrancyGuard {
    // CONSTANTS

    /// @notice How long before that the house's auction has to end for a DAO to bid, so that it can still be settled.
    uint256 public constant SETTLING = 3 days;

    // IMMUTABLES

    /// @inheritdoc IAuctioneer
    IAuctioneer public immutable market;
    /// @notice The house.
    address public immutable house;

    // EVENTS

    /// @notice `dao` bid `bid` units at the house, and led there.
    event Raised(uint256 indexed lot, address indexed dao, uint96 bid);
    /// @notice `winner` won `lot` at `price` and paid `paid`, both in units.
    event LotSettled(uint256 indexed lot, address indexed winner, uint96 price, uint256 paid);
    /// @notice The price of `lot`, `amountWei`, came back after all, for `recipient`.
    event PriceReturned(uint256 indexed lot, address indexed recipient, uint256 amountWei);

    // ERRORS

    /// @notice `dao` leads already.
    error AlreadyLeads(uint256 lot, address dao);
    /// @notice The least bid is more than `dao` is willing to pay, in units.
    error BeyondLimit(uint256 lot, address dao, uint256 leastBid, uint96 limit);
    /// @notice The house's auction ends at `end`, too near the lot's deadline.
    error TooLate(uint256 lot, uint256 end, uint40 deadline);
    /// @notice The house took the bid, but does not say so.
    error BidIgnored(uint256 lot, address dao);
    /// @notice What `dao` bid is back: it did not win.
    error MoneyIsBack(uint256 lot, address dao);
    /// @notice `account` did not win `lot`, or has no bid out there.
    error NotLeader(uint256 lot, address account);
    /// @notice Nothing of `lot` is here to be handed on.
    error NothingToDeliver(uint256 lot);
    /// @notice An adapter only buys.
    error CannotSell(uint256 lot);
    /// @notice Ether that no step here asked for.
    error Unasked(address sender);

    /// @param factory_ The only origin of DAOs that may enter.
    /// @param beaconHash_ The chain hash of the drand beacon to whose rounds bids are locked.
    /// @param market_ Where estates sell again what was won here.
    /// @param house_ The house.
    /// @param weth_ Its wrapped ether.
    constructor(IDAOFactory factory_, bytes32 beaconHash_, IMarket market_, address house_, address weth_)
        HouseLots(factory_, beaconHash_)
        Paddles(weth_)
    {
        (market, house) = (market_, house_);
    }

    /// @inheritdoc IAuctioneer
    /// @dev The price was paid where the bid was: what comes here is the surplus of equal shares, less than a unit a member, which is
    /// nobody's. The item is handed on if it is there; if not, `deliver` does so when it is.
    function pay(uint256 lot, address recipient) external payable nonReentrant {
        HouseLot storage item = _lots[lot];
        _requirePhase(lot, Phase.Closed);
        (address dao, uint96 price) = (item.leader, item.price);
        if (msg.sender != dao) revert NotLeader(lot, msg.sender);
        Paddle paddle = _paddle(lot, dao);
        bool isHere = _hasItem(item, paddle);
        if (!isHere && _isBack(paddle, price)) revert MoneyIsBack(lot, dao);
        item.isSettled = true;
        emit LotSettled(lot, dao, price, price + msg.value / Units.UNIT);
        if (isHere) _handOn(lot, item, paddle, recipient, QUIET_GAS);
    }

    // THE AUCTION

    /// @notice Bids the least amount that the house takes for `dao`, which must not lead, up to its limit. Anyone may call.
    /// @dev What another DAO had bid comes home in the same call; of what this one had bid before, and has back, its paddle keeps what goes
    /// out again. Fails if the house does not confirm the bid, or keeps any of ours.
    /// @param lot The lot's number.
    /// @param dao A DAO that has bid on the lot.
    function raiseFor(uint256 lot, address dao) external nonReentrant {
        HouseLot storage item = _lots[lot];
        Reading memory reading = _read(item.number);
        uint96 bid_ = _requireLimit(lot, dao, reading);
        Phase now_ = _phase(lot, item, reading);
        if (now_ != Phase.Tally && now_ != Phase.Draw) revert WrongPhase(lot, now_);
        if (reading.end > item.deadline - SETTLING) revert TooLate(lot, reading.end, item.deadline);
        (address before, uint96 price) = (item.leader, item.price);
        Paddle paddle = _openPaddle(lot, dao);
        bool leads = before != address(0) && reading.bidder == address(_paddle(lot, before));
        if (leads && before == dao) revert AlreadyLeads(lot, dao);
        uint96 kept = before == dao && price < bid_ ? price : 0;
        if (kept != 0) _requireBack(lot, dao, paddle, price);
        else if (before != address(0) && !leads) _bringHome(lot, before, price);
        (item.leader, item.price) = (dao, bid_);
        emit Raised(lot, dao, bid_);
        ILender(dao).lend(lot, bid_ - kept, address(paddle));
        uint256 amountWei = Units.toWei(bid_);
        paddle.act(house, amountWei, _bidCall(item.number, amountWei));
        if (leads) _bringHome(lot, before, price);
        (address bidder, uint256 saidWei) = _highest(item.number);
        if (bidder != address(paddle) || saidWei != amountWei) revert BidIgnored(lot, dao);
    }

    /// @inheritdoc IBidder
    function recall(uint256 lot, address dao) external nonReentrant {
        HouseLot storage item = _lots[lot];
        (address leader, uint96 price) = (item.leader, item.price);
        if (dao != leader || item.isSettled) revert NotLeader(lot, dao);
        Paddle paddle = _paddle(lot, dao);
        if (_hasItem(item, paddle) || _isClaimed(item, _read(item.number), paddle)) revert MoneyIsOut(lot, dao);
        delete item.leader;
        delete item.price;
        _bringHome(lot, dao, price);
    }

    /// @notice Has the house settle its auction, once that is over. Anyone may call, here or there.
    /// @param lot The lot's number.
    function conclude(uint256 lot) external nonReentrant {
        _conclude(_lots[lot].number);
    }

    /// @notice Hands on what arrived after `lot` was settled: the item to the estate, or the price, if it came back instead, to the estate's
    /// proceeds here. Anyone may call.
    /// @param lot The lot's number.
    function deliver(uint256 lot) external nonReentrant {
        HouseLot storage item = _lots[lot];
        _requirePhase(lot, Phase.Settled);
        if (item.isDelivered) revert NothingToDeliver(lot);
        Paddle paddle = _paddle(lot, item.leader);
        address estate = IDAO(item.leader).estateAt(lot);
        if (_hasItem(item, paddle)) _handOn(lot, item, paddle, estate, gasleft());
        if (item.isDelivered) return;
        if (!_isBack(paddle, item.price)) revert NothingToDeliver(lot);
        item.isDelivered = true;
        uint256 amountWei = Units.toWei(item.price);
        proceeds[estate] += amountWei;
        emit PriceReturned(lot, estate, amountWei);
        paddle.act(address(this), amountWei, "");
    }

    /// @dev Only within a step that asks for it.
    receive() external payable {
        if (!_reentrancyGuardEntered()) revert Unasked(msg.sender);
    }

    // VIEWS

    /// @inheritdoc IAuctioneer
    /// @dev Never: an adapter only buys. Estates sell at `market`.
    function relist(uint256 lot, uint96, Schedule calldata) external pure returns (uint256) {
        revert CannotSell(lot);
    }

    // WHAT HOUSES DO DIFFERENTLY

    /// @dev The highest bid on `number`, by the house's word, and whose it is.
    function _highest(uint256 number) internal view virtual returns (address bidder, uint256 amountWei);

    /// @dev The call by which who sends `amountWei` with it bids that.
    function _bidCall(uint256 number, uint256 amountWei) internal pure virtual returns (bytes memory);

    /// @dev Asks the house to settle `number`; never fails.
    function _conclude(uint256 number) internal virtual;

    // SHARED STEPS

    function _requireLimit(uint256 lot, address dao, Reading memory reading) private view returns (uint96) {
        uint256 least = _leastBid(reading);
        uint96 limit = limitOf[lot][dao];
        if (least > limit) revert BeyondLimit(lot, dao, least, limit);
        // casting is safe: at most the limit
        return uint96(least);
    }
}
