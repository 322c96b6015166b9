// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../interfaces/IDAOFactory.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {Items} from "../libraries/Items.sol";
import {Units} from "../libraries/Units.sol";
import {BidBook} from "./BidBook.sol";
import {Escrow} from "./Escrow.sol";
import {Proceeds} from "./Proceeds.sol";
import {Standing} from "./Standing.sol";

/// @title What every upper mechanism does that sells items to groups it never looks inside
/// @notice Sellers list ERC-721 items as lots. Individuals bid here, sealed; a DAO enters a lot and bids its willingness to pay once its
/// members' bids are tallied. Lots are independent of each other. Who wins at what price is for the mechanism above to say.
/// @dev No owner, no upgrade, no pause. The balance covers all deposits and proceeds at every moment.
abstract contract AuctionHouse is BidBook, Proceeds, Escrow, IAuctioneer {
    // TYPES

    /// @notice A lot beside its book of individuals. Its number is bound into seals, and only a listing that cannot be reorganized away any
    /// more is safe to bid on.
    ///     slot 0: seller (160 bits) | DAOs that entered (32) | DAOs that have bid (32)
    ///     slot 1: token (160)
    ///     slot 2: token id (256)
    ///     slots 3, 4: standing, see `Standing`
    struct Lot {
        address seller;
        uint32 entered;
        uint32 arrived;
        IERC721 token;
        uint256 tokenId;
        Standing standing;
    }

    /// @dev A DAO's part in a lot.
    enum Part {
        None,
        Entered,
        Arrived
    }

    // CONSTANTS

    /// @notice Bounds on how long reveal and tally last each: long enough that nobody is shut out, short enough that no money is locked in.
    uint256 public constant MIN_STAGE = 10 minutes;
    uint256 public constant MAX_STAGE = 30 days;
    /// @notice How long a winner can still be settled, by anyone. Afterwards the lot is void, so that an item that cannot be delivered
    /// locks nobody's money in.
    uint256 public constant SETTLEMENT_WINDOW = 3 days;
    /// @notice The customary bond: 10 % of the deposit for a bid that is not revealed.
    uint16 public constant DEFAULT_BOND_BPS = 1_000;

    // IMMUTABLES

    /// @notice The only origin of DAOs that may enter.
    IDAOFactory public immutable factory;

    // STORAGE (after slots 0 and 1 of BidBook, slot 2 of Proceeds, and slot 3 of Escrow)

    /// @notice Slot 4: how many lots were ever listed; they are numbered from 1.
    uint256 public lotCount;
    /// @dev Slot 5.
    mapping(uint256 lot => Lot) internal _lots;
    /// @notice Slot 6: which DAOs take part in a lot, and which of them have bid.
    mapping(uint256 lot => mapping(address dao => Part)) public partOf;

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
    /// @notice The winner of `lot` had its item sent to `recipient`.
    event ItemSent(uint256 indexed lot, address indexed recipient);
    /// @notice The item of `lot` went back to its seller.
    event ItemReturned(uint256 indexed lot);
    /// @notice `giver`, usually a DAO with its members' bonds, credited `amountWei` to the seller of `lot`.
    event BondsCredited(uint256 indexed lot, address indexed giver, uint256 amountWei);

    // ERRORS

    /// @notice Bidding that has ended already, or a reveal or tally out of `MIN_STAGE` and `MAX_STAGE`.
    error BadSchedule(uint40 endOfBidding, uint40 endOfReveal, uint40 endOfTally);
    /// @notice A bond above the whole deposit.
    error BondTooHigh(uint16 bondBps);
    /// @notice `caller` is no DAO of the factory.
    error UnknownDAO(address caller);
    /// @notice `dao` entered `lot` before.
    error AlreadyEntered(uint256 lot, address dao);
    /// @notice `dao` did not enter `lot`, or has bid already.
    error NotAwaited(uint256 lot, address dao);
    /// @notice `caller` does not lead `lot`.
    error NotLeader(uint256 lot, address caller);
    /// @notice `lot` goes to `dao`, whose own `settle` pays for it.
    error LedByDAO(uint256 lot, address dao);
    /// @notice Less than the price, in wei.
    error Underpaid(uint256 lot, uint256 sent, uint256 due);

    /// @param factory_ The only origin of DAOs that may enter.
    constructor(IDAOFactory factory_) {
        factory = factory_;
    }

    // SELLING

    /// @notice Returns the item of a void lot to its seller. Anyone may call.
    /// @param lot The lot's number.
    function reclaim(uint256 lot) external {
        Phase now_ = phase(lot);
        if (now_ != Phase.Void || _books[lot].state == BookState.Lost) revert WrongPhase(lot, now_);
        (_books[lot].state, _books[lot].bondBps) = (BookState.Lost, 0); // so that both levels show a void lot alike
        emit ItemReturned(lot);
        Lot storage item = _lots[lot];
        Items.give(_held, lot, item.token, item.tokenId, item.seller);
    }

    // DAOs

    /// @inheritdoc IAuctioneer
    function enter(uint256 lot) external returns (Schedule memory) {
        _requireDAO();
        _requireBidding(lot);
        if (partOf[lot][msg.sender] != Part.None) revert AlreadyEntered(lot, msg.sender);
        partOf[lot][msg.sender] = Part.Entered;
        ++_lots[lot].entered;
        emit DAOEntered(lot, msg.sender);
        Book storage book = _books[lot];
        return Schedule(book.endOfBidding, book.endOfReveal, book.endOfTally, book.bondBps);
    }

    /// @inheritdoc IAuctioneer
    function submit(uint256 lot, uint96 bid_) external {
        _requireDAO();
        Phase now_ = phase(lot);
        if (now_ != Phase.Tally) revert WrongPhase(lot, now_);
        if (partOf[lot][msg.sender] != Part.Entered) revert NotAwaited(lot, msg.sender);
        partOf[lot][msg.sender] = Part.Arrived;
        Lot storage item = _lots[lot];
        ++item.arrived;
        emit DAOBid(lot, msg.sender, bid_);
        _admitDAO(lot, item, msg.sender, bid_);
    }

    /// @inheritdoc IAuctioneer
    function pay(uint256 lot) external payable {
        Standing memory standing_ = _requireClosed(lot);
        if (msg.sender != standing_.leader || partOf[lot][msg.sender] == Part.None) revert NotLeader(lot, msg.sender);
        uint256 due = Units.toWei(standing_.price);
        if (msg.value < due) revert Underpaid(lot, msg.value, due);
        _settle(lot, standing_, msg.value, standing_.leader);
    }

    /// @inheritdoc IAuctioneer
    function credit(uint256 lot) external payable {
        if (_books[lot].state == BookState.None) revert WrongPhase(lot, Phase.None);
        if (msg.value == 0) return; // a log of nothing would be everybody's to read
        proceeds[_lots[lot].seller] += msg.value;
        emit BondsCredited(lot, msg.sender, msg.value);
    }

    // INDIVIDUALS

    /// @notice Makes an individual who won `lot` pay from the deposit, and delivers the item to it. Anyone may call.
    /// @param lot The lot's number.
    function settle(uint256 lot) external {
        Standing memory standing_ = _requireClosed(lot);
        _settleIndividual(lot, standing_, standing_.leader);
    }

    /// @notice As `settle`, but has the item delivered to somebody else: for winners whose own account the token refuses. Only the winner.
    /// @param lot The lot's number.
    /// @param recipient Who gets the item.
    function settleTo(uint256 lot, address recipient) external {
        Standing memory standing_ = _requireClosed(lot);
        if (msg.sender != standing_.leader) revert NotLeader(lot, msg.sender);
        Items.requireRecipient(recipient);
        emit ItemSent(lot, recipient);
        _settleIndividual(lot, standing_, recipient);
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
        Standing storage standing_ = _lots[lot].standing;
        return now_ == Phase.Void ? (now_, address(0), 0) : (now_, standing_.leader, standing_.price);
    }

    /// @notice The listing of `lot`.
    /// @param lot The lot's number.
    /// @return All of it, see `Lot`.
    function lotOf(uint256 lot) external view returns (Lot memory) {
        return _lots[lot];
    }

    // THE BOOK OF INDIVIDUALS

    /// @dev Losers are free once the lot is closed, bonds are decided once it is settled. A void lot costs nobody a bond.
    function _resolve(uint256 lot) internal view override returns (uint64 share, uint16 bondBps) {
        Phase now_ = phase(lot);
        if (now_ < Phase.Closed) revert WrongPhase(lot, now_);
        if (now_ == Phase.Closed) return (0, UNDECIDED);
        return (_books[lot].share, now_ == Phase.Void ? 0 : _books[lot].bondBps);
    }

    function _isServed(uint256 lot, address bidder, uint64, uint64) internal view override returns (bool) {
        return bidder == _lots[lot].standing.leader;
    }

    function _awaitsSettlement(uint256 lot, address bidder) internal view override returns (bool) {
        return bidder == _lots[lot].standing.leader;
    }

    function _forfeit(uint256 lot, uint64 bond) internal override {
        proceeds[_lots[lot].seller] += Units.toWei(bond);
    }

    // WHAT THE MECHANISMS DO DIFFERENTLY

    /// @dev Takes the bid of a DAO, in the order of arrival, in units; 0 abstains.
    function _admitDAO(uint256 lot, Lot storage item, address dao, uint96 bid_) internal virtual;

    /// @dev The phase of a lot that has all its bids and is not settled.
    function _phaseAfterTally(uint256 lot, Lot storage item, uint256 endOfTally) internal view virtual returns (Phase);

    // SHARED STEPS

    /// @dev Opens a lot of the caller. Its item has to be taken into escrow (`Items.take`) after all effects. `reserve` in units, 0 for
    /// none.
    function _list(IERC721 token, uint256 tokenId, uint96 reserve, Schedule calldata schedule) internal returns (uint256 lot) {
        _checkSchedule(schedule);
        lot = ++lotCount;
        _openBook(lot, schedule);
        Lot storage item = _lots[lot];
        (item.seller, item.token, item.tokenId) = (msg.sender, token, tokenId);
        emit LotListed(lot, msg.sender, token, tokenId, reserve, schedule);
    }

    function _checkSchedule(Schedule calldata schedule) private view {
        if (
            schedule.endOfBidding <= block.timestamp || !_isStage(schedule.endOfBidding, schedule.endOfReveal)
                || !_isStage(schedule.endOfReveal, schedule.endOfTally)
        ) revert BadSchedule(schedule.endOfBidding, schedule.endOfReveal, schedule.endOfTally);
        if (schedule.bondBps > BPS) revert BondTooHigh(schedule.bondBps);
    }

    function _isStage(uint256 start, uint256 end) private pure returns (bool) {
        return end >= start + MIN_STAGE && end <= start + MAX_STAGE;
    }

    function _requireDAO() private view {
        if (!factory.isDAO(msg.sender)) revert UnknownDAO(msg.sender);
    }

    function _requireClosed(uint256 lot) private view returns (Standing memory) {
        Phase now_ = phase(lot);
        if (now_ != Phase.Closed) revert WrongPhase(lot, now_);
        return _lots[lot].standing;
    }

    function _settleIndividual(uint256 lot, Standing memory standing_, address recipient) private {
        if (partOf[lot][standing_.leader] != Part.None) revert LedByDAO(lot, standing_.leader);
        // casting is safe: the price is at most the leader's 64-bit bid
        _books[lot].share = uint64(standing_.price);
        _settle(lot, standing_, Units.toWei(standing_.price), recipient);
    }

    function _settle(uint256 lot, Standing memory standing_, uint256 paidWei, address recipient) private {
        _books[lot].state = BookState.Won;
        Lot storage item = _lots[lot];
        proceeds[item.seller] += paidWei;
        emit LotSettled(lot, standing_.leader, standing_.price, paidWei / Units.UNIT);
        Items.give(_held, lot, item.token, item.tokenId, recipient);
    }
}
