// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {Schedules} from "../libraries/Schedules.sol";
import {Units} from "../libraries/Units.sol";
import {HouseLot} from "./HouseLot.sol";
import {Paddle} from "./Paddle.sol";
import {Paddles} from "./Paddles.sol";
import {Reading} from "./Reading.sol";

/// @title Auctions of a house as lots
/// @notice Anyone registers an auction with times of its own. DAOs enter and bid here as at any auctioneer. Then the house's auction decides,
/// and what came of it is told by what the paddles have.
abstract contract HouseLots is IAuctioneer, Paddles {
    // CONSTANTS

    /// @notice How long before the house's end the tally has to be over, in seconds: time to bid in.
    uint256 public constant MARGIN = 10 minutes;
    /// @notice How long after the house's end, as it was at registration, a lot is decided whatever the house says.
    uint256 public constant PATIENCE = 30 days;

    // IMMUTABLES

    /// @notice The only origin of DAOs that may enter.
    IDAOFactory public immutable factory;
    /// @notice The chain hash of the drand beacon to whose rounds bids are locked, so that all who lock and unlock agree.
    bytes32 public immutable beaconHash;

    // STORAGE

    /// @notice Slot 0: how many lots were ever registered; they are numbered from 1.
    uint256 public lotCount;
    /// @dev Slot 1.
    mapping(uint256 lot => HouseLot) internal _lots;
    /// @notice Slot 2: the most that each DAO bids on each lot, in units.
    mapping(uint256 lot => mapping(address dao => uint96)) public limitOf;

    // EVENTS

    /// @notice An auction of the house became a lot. Times in seconds since the epoch.
    event LotRegistered(
        uint256 indexed lot, uint256 indexed number, IERC721 indexed token, uint256 tokenId, uint40 deadline, Schedule schedule
    );
    /// @notice `dao` will bid on `lot`.
    event DAOEntered(uint256 indexed lot, address indexed dao);
    /// @notice `dao` bids up to its willingness to pay, in units; 0 abstains.
    event DAOBid(uint256 indexed lot, address indexed dao, uint96 bid);

    // ERRORS

    /// @notice The house sells nothing by this number now, or nothing that can be a lot here.
    error NotOffered(uint256 number);
    /// @notice A tally that ends less than `MARGIN` before the house's auction, at `end`.
    error TallyTooLate(uint40 endOfTally, uint256 end);
    /// @notice A tally that ends more than `PATIENCE` before the house's auction, at `end`: bids would be locked in for too long.
    error TallyTooEarly(uint40 endOfTally, uint256 end);
    /// @notice `caller` is no DAO of the factory.
    error UnknownDAO(address caller);

    /// @param factory_ The only origin of DAOs that may enter.
    /// @param beaconHash_ The chain hash of the drand beacon to whose rounds bids are locked.
    constructor(IDAOFactory factory_, bytes32 beaconHash_) {
        (factory, beaconHash) = (factory_, beaconHash_);
    }

    // DAOs

    // That a DAO enters a lot once, and bids once on those it entered, is what the factory's code does.

    /// @notice Makes an auction of the house a lot. Anyone may, and more than once: DAOs enter the lot whose times they want.
    /// @param number The house's number of it.
    /// @param schedule Ends of bidding, reveal and tally, in this order, and the bond.
    /// @return lot The new lot's number.
    function register(uint256 number, Schedule calldata schedule) external returns (uint256 lot) {
        Schedules.check(schedule);
        Reading memory reading = _read(number);
        (IERC721 token, uint256 tokenId) = _itemAt(number);
        if (!reading.current || reading.end > type(uint40).max - PATIENCE) revert NotOffered(number);
        if (schedule.endOfTally + MARGIN > reading.end) revert TallyTooLate(schedule.endOfTally, reading.end);
        if (schedule.endOfTally + PATIENCE < reading.end) revert TallyTooEarly(schedule.endOfTally, reading.end);
        lot = ++lotCount;
        HouseLot storage item = _lots[lot];
        (item.number, item.token, item.tokenId) = (number, token, tokenId);
        (item.endOfBidding, item.endOfReveal, item.endOfTally, item.bondBps) =
        (schedule.endOfBidding, schedule.endOfReveal, schedule.endOfTally, schedule.bondBps);
        item.deadline = uint40(reading.end + PATIENCE); // casting is safe: just checked
        emit LotRegistered(lot, number, token, tokenId, item.deadline, schedule);
    }

    /// @inheritdoc IAuctioneer
    function enter(uint256 lot) external returns (Schedule memory) {
        HouseLot storage item = _lots[lot];
        _requireDAO();
        _requirePhase(lot, Phase.Bidding);
        ++item.entered;
        emit DAOEntered(lot, msg.sender);
        return Schedule(item.endOfBidding, item.endOfReveal, item.endOfTally, item.bondBps);
    }

    /// @inheritdoc IAuctioneer
    function submit(uint256 lot, uint96 bid_) external {
        HouseLot storage item = _lots[lot];
        _requireDAO();
        _requirePhase(lot, Phase.Tally);
        ++item.arrived;
        limitOf[lot][msg.sender] = bid_;
        if (bid_ > item.highestLimit) item.highestLimit = bid_;
        emit DAOBid(lot, msg.sender, bid_);
    }

    // VIEWS

    /// @inheritdoc IAuctioneer
    function standing(uint256 lot) external view returns (Phase phase, address leader, uint96 price) {
        HouseLot storage item = _lots[lot];
        phase = _phase(lot);
        if (phase != Phase.Void) (leader, price) = (item.leader, item.price);
    }

    /// @inheritdoc IAuctioneer
    function itemOf(uint256 lot) external view returns (IERC721 token, uint256 tokenId) {
        return (_lots[lot].token, _lots[lot].tokenId);
    }

    /// @notice The registration of `lot`, and where its bids stand.
    /// @param lot The lot's number.
    /// @return All of it, see `HouseLot`.
    function lotOf(uint256 lot) external view returns (HouseLot memory) {
        return _lots[lot];
    }

    /// @notice What the house says of the auction of `lot`, now.
    /// @param lot The lot's number.
    /// @return All of it, see `Reading`.
    function readingOf(uint256 lot) external view returns (Reading memory) {
        return _read(_lots[lot].number);
    }

    // WHAT HOUSES DO DIFFERENTLY

    /// @dev What the house says of `number`; not current if it says nothing that can be.
    function _read(uint256 number) internal view virtual returns (Reading memory);

    /// @dev The item that `number` sells.
    function _itemAt(uint256 number) internal view virtual returns (IERC721 token, uint256 tokenId);

    // PHASES

    function _phase(uint256 lot) internal view returns (Phase) {
        HouseLot storage item = _lots[lot];
        Phase known = _known(lot, item);
        return known == Phase.Draw ? _decided(lot, item, _read(item.number)) : known;
    }

    function _phase(uint256 lot, HouseLot storage item, Reading memory reading) internal view returns (Phase) {
        Phase known = _known(lot, item);
        return known == Phase.Draw ? _decided(lot, item, reading) : known;
    }

    /// @dev The phase as far as it is known here: by times, and by who has the item, before what the house says. `Draw` where only that can
    /// tell.
    function _known(uint256 lot, HouseLot storage item) private view returns (Phase) {
        if (item.endOfBidding == 0) return Phase.None;
        if (item.isSettled) return Phase.Settled;
        if (block.timestamp < item.endOfBidding) return Phase.Bidding;
        if (block.timestamp < item.endOfReveal) return Phase.Reveal;
        if (block.timestamp < item.endOfTally && item.arrived < item.entered) return Phase.Tally;
        address leader = item.leader;
        return leader != address(0) && _hasItem(item, _paddle(lot, leader)) ? Phase.Closed : Phase.Draw;
    }

    /// @dev By where the money is, before what the house says. The item is not here.
    function _decided(uint256 lot, HouseLot storage item, Reading memory reading) private view returns (Phase) {
        bool isOver = block.timestamp >= item.deadline;
        if (item.leader != address(0)) {
            Paddle paddle = _paddle(lot, item.leader);
            if (_isClaimed(item, reading, paddle) || address(paddle).balance < Units.toWei(item.price)) {
                return isOver ? Phase.Closed : Phase.Draw;
            }
        }
        if (isOver || !reading.current || block.timestamp >= reading.end) return Phase.Void;
        return _leastBid(reading) > item.highestLimit ? Phase.Void : Phase.Draw;
    }

    /// @dev Whether the house says that `paddle` leads, so that its money cannot be back: heard until the deadline.
    function _isClaimed(HouseLot storage item, Reading memory reading, Paddle paddle) internal view returns (bool) {
        return block.timestamp < item.deadline && reading.current && reading.bidder == address(paddle);
    }

    /// @dev In whole units, at least one.
    function _leastBid(Reading memory reading) internal pure returns (uint256) {
        return reading.leastWei == 0 ? 1 : (reading.leastWei - 1) / Units.UNIT + 1;
    }

    function _requirePhase(uint256 lot, Phase phase) internal view {
        Phase now_ = _phase(lot);
        if (now_ != phase) revert WrongPhase(lot, now_);
    }

    function _requireDAO() private view {
        if (!factory.isDAO(msg.sender)) revert UnknownDAO(msg.sender);
    }
}
