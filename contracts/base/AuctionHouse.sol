// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {Items} from "../libraries/Items.sol";
import {Schedules} from "../libraries/Schedules.sol";
import {Units} from "../libraries/Units.sol";
import {BidBook} from "./BidBook.sol";
import {Escrow} from "./Escrow.sol";
import {Lot} from "./Lot.sol";
import {Proceeds} from "./Proceeds.sol";

/// @title What every upper mechanism does that sells items to groups it never looks inside
/// @notice Sellers list ERC-721 items as lots. Individuals bid here, sealed; a DAO enters a lot and bids its willingness to pay once its
/// members' bids are tallied. Lots are independent of each other. Who wins at what price is for the mechanism above to say.
/// @dev No owner, no upgrade, no pause. The balance covers all deposits and proceeds at every moment.
abstract contract AuctionHouse is BidBook, Proceeds, Escrow, IAuctioneer {
    // CONSTANTS

    /// @notice Bounds on how long reveal and tally last each.
    uint256 public constant MIN_PHASE = Schedules.MIN_PHASE;
    uint256 public constant MAX_PHASE = Schedules.MAX_PHASE;
    /// @notice How long a winner can still be settled, by anyone. Afterwards the lot is void, so that an item that cannot be delivered
    /// locks nobody's money in.
    uint256 public constant SETTLEMENT_WINDOW = 3 days;
    /// @notice The least bond, in basis points of the deposit.
    uint16 public constant MIN_BOND_BPS = Schedules.MIN_BOND_BPS;

    // IMMUTABLES

    /// @notice The only origin of DAOs that may enter.
    IDAOFactory public immutable factory;
    /// @notice The chain hash of the drand beacon to whose rounds bids are locked, so that all who lock and unlock agree. No call here depends
    /// on it.
    bytes32 public immutable beaconHash;

    // STORAGE (after slots 0 and 1 of BidBook, slot 2 of Proceeds, and slot 3 of Escrow)

    /// @notice Slot 4: how many lots were ever listed; they are numbered from 1.
    uint256 public lotCount;
    /// @dev Slot 5.
    mapping(uint256 lot => Lot) internal _lots;
    /// @notice Slot 6: to whom the item goes if a bidder wins, where it is not the bidder itself.
    mapping(uint256 lot => mapping(address bidder => address)) public recipientOf;

    // EVENTS

    /// @notice A lot was listed and its item escrowed; times in seconds since the epoch, reserve in units.
    event LotListed(
        uint256 indexed lot, address indexed seller, IERC721 token, uint256 tokenId, uint96 reserve, Schedule schedule
    );
    /// @notice `dao` will bid on `lot`.
    event DAOEntered(uint256 indexed lot, address indexed dao);
    /// @notice `dao` bid its willingness to pay, in units; 0 abstains.
    event DAOBid(uint256 indexed lot, address indexed dao, uint96 bid);
    /// @notice `winner` got the item of `lot` at `price` and paid `paid`, both in units.
    event LotSettled(uint256 indexed lot, address indexed winner, uint96 price, uint256 paid);
    /// @notice If `bidder`, an individual, wins `lot`, its item goes to `recipient`. The last name counts.
    event RecipientNamed(uint256 indexed lot, address indexed bidder, address indexed recipient);
    /// @notice The item of `lot` went back to its seller.
    event ItemReturned(uint256 indexed lot);

    // ERRORS

    /// @notice `caller` is no DAO of the factory.
    error UnknownDAO(address caller);
    /// @notice `caller` does not lead `lot`.
    error NotLeader(uint256 lot, address caller);
    /// @notice `lot` goes to `dao`, whose own `settle` pays for it.
    error LedByDAO(uint256 lot, address dao);
    /// @notice Less than the price, in wei.
    error Underpaid(uint256 lot, uint256 sent, uint256 due);

    /// @param factory_ The only origin of DAOs that may enter.
    /// @param beaconHash_ The chain hash of the drand beacon to whose rounds bids are locked.
    constructor(IDAOFactory factory_, bytes32 beaconHash_) {
        (factory, beaconHash) = (factory_, beaconHash_);
    }

    // SELLING

    /// @notice Returns the item of a void lot to its seller. Anyone may call.
    /// @param lot The lot's number.
    function reclaim(uint256 lot) external {
        Phase now_ = phase(lot);
        if (now_ != Phase.Void || _books[lot].state == BookState.Lost) revert WrongPhase(lot, now_);
        _books[lot].state = BookState.Lost;
        emit ItemReturned(lot);
        Lot storage item = _lots[lot];
        Items.give(_held, lot, item.token, item.tokenId, item.seller);
    }

    // DAOs

    // That a DAO enters a lot once, and bids once on those it entered, is what the factory's code does: it is not noted here again.

    /// @inheritdoc IAuctioneer
    function enter(uint256 lot) external returns (Schedule memory) {
        _requireDAO();
        Book storage book = _requireBidding(lot);
        ++_lots[lot].entered;
        emit DAOEntered(lot, msg.sender);
        return Schedule(book.endOfBidding, book.endOfReveal, book.endOfTally, book.bondBps);
    }

    /// @inheritdoc IAuctioneer
    function submit(uint256 lot, uint96 bid_) external {
        _requireDAO();
        Phase now_ = phase(lot);
        if (now_ != Phase.Tally) revert WrongPhase(lot, now_);
        Lot storage item = _lots[lot];
        ++item.arrived;
        emit DAOBid(lot, msg.sender, bid_);
        _admitDAO(lot, item, msg.sender, bid_);
    }

    /// @inheritdoc IAuctioneer
    function pay(uint256 lot, address recipient) external payable {
        Lot storage item = _requireClosed(lot);
        if (msg.sender != item.leader || _isIndividual(lot, msg.sender)) revert NotLeader(lot, msg.sender);
        uint256 due = Units.toWei(item.price);
        if (msg.value < due) revert Underpaid(lot, msg.value, due);
        _settle(lot, item, msg.value, recipient);
    }

    // INDIVIDUALS

    /// @notice Names who gets the item if the caller, an individual, wins `lot`: for those whose own account cannot have it. Until it is
    /// settled; the last name counts.
    /// @param lot The lot's number.
    /// @param recipient Who gets the item.
    function nameRecipient(uint256 lot, address recipient) external {
        Phase now_ = phase(lot);
        if (now_ == Phase.None || now_ > Phase.Closed) revert WrongPhase(lot, now_);
        if (!_isIndividual(lot, msg.sender)) revert NoBid(lot, msg.sender);
        Items.requireRecipient(recipient);
        recipientOf[lot][msg.sender] = recipient;
        emit RecipientNamed(lot, msg.sender, recipient);
    }

    /// @notice Makes an individual who won `lot` pay from the deposit, and delivers the item to it, or to the recipient it named. Anyone may
    /// call.
    /// @param lot The lot's number.
    function settle(uint256 lot) external {
        Lot storage item = _requireClosed(lot);
        address leader = item.leader;
        if (!_isIndividual(lot, leader)) revert LedByDAO(lot, leader);
        // casting is safe: the price is at most the leader's 64-bit bid
        _books[lot].share = uint64(item.price);
        address recipient = recipientOf[lot][leader];
        _settle(lot, item, Units.toWei(item.price), recipient == address(0) ? leader : recipient);
    }

    // VIEWS

    /// @inheritdoc BidBook
    function phase(uint256 lot) public view override returns (Phase) {
        Book storage book = _books[lot];
        Lot storage item = _lots[lot];
        if (book.state == BookState.None) return Phase.None;
        if (book.state == BookState.Won) return Phase.Settled;
        if (block.timestamp < book.endOfBidding) return Phase.Bidding;
        if (block.timestamp < book.endOfReveal) return Phase.Reveal;
        if (block.timestamp < book.endOfTally && item.arrived < item.entered) return Phase.Tally;
        return _phaseAfterTally(lot, item, book.endOfTally);
    }

    /// @inheritdoc IAuctioneer
    function standing(uint256 lot) external view returns (Phase, address, uint96) {
        Phase now_ = phase(lot);
        Lot storage item = _lots[lot];
        return now_ == Phase.Void ? (now_, address(0), 0) : (now_, item.leader, item.price);
    }

    /// @inheritdoc IAuctioneer
    function itemOf(uint256 lot) external view returns (IERC721 token, uint256 tokenId) {
        return (_lots[lot].token, _lots[lot].tokenId);
    }

    /// @inheritdoc IAuctioneer
    function market() external view returns (IAuctioneer) {
        return this;
    }

    /// @notice The listing of `lot`.
    /// @param lot The lot's number.
    /// @return All of it, see `Lot`.
    function lotOf(uint256 lot) external view returns (Lot memory) {
        return _lots[lot];
    }

    // THE BOOK OF INDIVIDUALS

    /// @dev Losers are free once the lot is closed.
    function _resolve(uint256 lot) internal view override returns (uint64 share, address awaited) {
        Phase now_ = phase(lot);
        if (now_ < Phase.Closed) return (0, EVERYBODY);
        return (_books[lot].share, now_ == Phase.Closed ? _lots[lot].leader : address(0));
    }

    function _isServed(uint256 lot, address bidder, uint64, uint64) internal view override returns (bool) {
        return bidder == _lots[lot].leader;
    }

    function _minimumSealed(uint256) internal pure override returns (uint64) {
        return 1;
    }

    /// @dev Whether `bidder` has a bid in this book. DAOs never do, and their deposits are their own affair.
    function _isIndividual(uint256 lot, address bidder) internal view returns (bool) {
        return !_boxes[lot][bidder].slot.isEmpty();
    }

    // WHAT THE MECHANISMS DO DIFFERENTLY

    /// @dev Takes the bid of a DAO, in the order of arrival, in units; 0 abstains.
    function _admitDAO(uint256 lot, Lot storage item, address dao, uint96 bid_) internal virtual;

    /// @dev The phase of a lot that has all its bids and is not settled.
    function _phaseAfterTally(uint256 lot, Lot storage item, uint256 endOfTally) internal view virtual returns (Phase);

    // SHARED STEPS

    /// @dev Opens a lot of the caller. Its item has to be taken into escrow (`Items.take`) after all effects. `reserve` in units, 0 for
    /// none.
    function _openLot(IERC721 token, uint256 tokenId, uint96 reserve, Schedule calldata schedule) internal returns (uint256 lot) {
        Schedules.check(schedule);
        lot = ++lotCount;
        _openBook(lot, schedule);
        Lot storage item = _lots[lot];
        (item.seller, item.token, item.tokenId) = (msg.sender, token, tokenId);
        emit LotListed(lot, msg.sender, token, tokenId, reserve, schedule);
    }

    function _requireDAO() private view {
        if (!factory.isDAO(msg.sender)) revert UnknownDAO(msg.sender);
    }

    function _requireClosed(uint256 lot) private view returns (Lot storage item) {
        Phase now_ = phase(lot);
        if (now_ != Phase.Closed) revert WrongPhase(lot, now_);
        item = _lots[lot];
    }

    function _settle(uint256 lot, Lot storage item, uint256 paidWei, address recipient) private {
        _books[lot].state = BookState.Won;
        proceeds[item.seller] += paidWei;
        emit LotSettled(lot, item.leader, item.price, paidWei / Units.UNIT);
        Items.give(_held, lot, item.token, item.tokenId, recipient);
    }
}
