// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {BidBook} from "../base/BidBook.sol";
import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {IBidder} from "../interfaces/IBidder.sol";
import {IDAO} from "../interfaces/IDAO.sol";
import {ILender} from "../interfaces/ILender.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {BidSlot, BidSlots, Box, entry} from "../libraries/BidSlot.sol";
import {Payments} from "../libraries/Payments.sol";
import {Units} from "../libraries/Units.sol";
import {DAOTerms, Terms} from "./DAOTerms.sol";
import {EqualSplit} from "./EqualSplit.sol";
import {IEstate} from "./IEstate.sol";
import {Progress, Tally} from "./Tally.sol";

/// @title The lower mechanism: members who bid as one and share what they pay equally
/// @notice Members deposit and bid on lots that the DAO entered. The DAO bids the most that some of its members can pay in equal shares; if it
/// wins, the largest set of members who can share the price equally is served, each pays the same, and `hasAccess` says who they are. The
/// item goes to the estate of the DAO and the lot. Everybody else gets everything back, save those who never revealed: a bond, which is burnt.
/// Source: When Bidders Are DAOs, section 3.1, with shares rounded up to a whole unit.
/// Below any auctioneer that sells to the DAO whenever its bid reaches a price which that bid does not change, bidding one's value is best
/// for a member who has one address, is in no other group that bids on the lot, and knows it, the bids of all others being fixed. (In an
/// open DAO others can answer a bid; in a sealed one they can open theirs, or not, once they have seen it. Then the value is best if the
/// others bid and open the truth.)
/// @dev Either a full copy or the template of minimal proxies whose code ends in their terms: cheaper to make, 2,700 gas dearer a call.
/// Every step is open to anyone. The DAO holds its own members' money only, one book per lot; ether sent by force changes nothing.
contract DAO is BidBook, IDAO, ILender {
    using Tally for Progress;

    // TYPES

    /// @notice A finished tally.
    ///     slot 0: tallier, whose checkpoints prove it (160 bits) | willingness to pay (96, units)
    struct Result {
        address tallier;
        uint96 willingnessToPay;
    }

    /// @notice What to add to an open bid, in units.
    struct Raise {
        uint256 lot;
        uint64 amount;
    }

    // CONSTANTS

    /// @notice The most members one step of a tally takes, so that settling never walks more.
    uint256 public constant MAX_STEP = 500;

    // IMMUTABLES

    /// @notice What estates are proxies of.
    address public immutable estateTemplate;
    /// @dev This contract itself: calls come to another address where it is the template of a proxy.
    address private immutable _copy;
    /// @dev The terms of a full copy.
    Terms private immutable _terms;

    // STORAGE (after slots 0 and 1 of BidBook)

    /// @notice Slot 2: the finished tally of each lot, until it is settled.
    mapping(uint256 lot => Result) public resultOf;
    /// @notice Slot 3: how far each caller's unfinished tally of a lot has come. Kept per caller, so that nobody can block another's.
    mapping(uint256 lot => mapping(address tallier => Progress)) public progress;
    /// @notice Slot 4: digest of the step that a caller's tally took from `start` members on. That by which a lot was settled is cleared.
    mapping(uint256 lot => mapping(address tallier => mapping(uint256 start => bytes32))) public checkpoints;

    // EVENTS

    /// @notice The DAO entered `lot`: members can bid on it.
    event BookOpened(uint256 indexed lot);
    /// @notice A member bid openly: the amount is the whole bid, not what was added.
    event BidPlaced(uint256 entry);
    /// @notice `tallier` counted the members from `start` up to `counted`; `best` is the largest `rank * bid` so far, in units.
    event Checkpoint(uint256 indexed lot, address indexed tallier, uint32 start, uint32 counted, uint96 best);
    /// @notice The tally of `tallier` is complete, and the DAO has bid `willingnessToPay` units.
    event Tallied(uint256 indexed lot, address indexed tallier, uint96 willingnessToPay);
    /// @notice The DAO won `lot` at `price` units: `served` members pay `share` units each.
    event BookWon(uint256 indexed lot, uint96 price, uint256 served, uint64 share);
    /// @notice The DAO did not win `lot`: deposits go back.
    event BookLost(uint256 indexed lot);
    /// @notice `amount` units went to `paddle`, for a bid on `lot`.
    event Lent(uint256 indexed lot, address indexed paddle, uint96 amount);
    /// @notice `amount` units came back from a bid on `lot`.
    event Restored(uint256 indexed lot, uint256 amount);
    /// @notice There is code now where the item of `lot` is.
    event EstateOpened(uint256 indexed lot, address estate);

    // ERRORS

    /// @notice A sealed bid in an open DAO.
    error BidsAreOpen(uint256 lot);
    /// @notice An open bid in a sealed DAO.
    error BidsAreSealed(uint256 lot);
    /// @notice The DAO has entered `lot` already.
    error AlreadyEntered(uint256 lot);
    /// @notice The tally of `lot` is complete already.
    error AlreadyTallied(uint256 lot, address tallier);
    /// @notice More members than one step of a tally takes.
    error StepTooLarge(uint256 members, uint256 most);
    /// @notice Another bidder won `lot`.
    error NotWinner(uint256 lot, address winner);
    /// @notice The price is not reached in the step from `start` on, or was reached before it.
    error WrongCheckpoint(uint256 lot, uint256 start);
    /// @notice These are not the bids of the step from `start` on.
    error DigestMismatch(uint256 lot, uint256 start);
    /// @notice `caller` is not the auctioneer of this DAO.
    error NotAuctioneer(address caller);
    /// @notice More than the DAO is willing to pay for `lot`, in units.
    error BeyondWillingness(uint256 lot, uint256 lent, uint96 willingnessToPay);
    /// @notice More than is out on `lot`, or not all of it, in units.
    error NotLent(uint256 lot, uint256 amount, uint256 lent);
    /// @notice The estate of `lot` has its code already.
    error EstateIsOpen(uint256 lot);

    /// @param auctioneer_ The auctioneer at whose lots this DAO bids.
    /// @param isOpen_ Whether bids are public.
    /// @param minimumBid_ The smallest bid a member may make, in units, at least 1.
    /// @param estateTemplate_ What estates are proxies of.
    constructor(IAuctioneer auctioneer_, bool isOpen_, uint64 minimumBid_, address estateTemplate_) {
        (_copy, _terms) = (address(this), DAOTerms.pack(auctioneer_, isOpen_, minimumBid_));
        estateTemplate = estateTemplate_;
    }

    // BIDDING

    /// @notice Enters `lot`, so that members can bid on it. Anyone may call, while bidding lasts.
    /// @param lot The lot's number.
    function enter(uint256 lot) external {
        if (_books[lot].state != BookState.None) revert AlreadyEntered(lot);
        _openBook(lot, _auctioneer().enter(lot));
        emit BookOpened(lot);
    }

    /// @notice Bids openly on `lot`: the bid is the deposit. Every call raises it by `msg.value`; to lower it, withdraw first.
    /// @dev Only in open DAOs, in the bidding phase; whole units only.
    /// @param lot The lot's number.
    function raiseBid(uint256 lot) external payable {
        _place(lot, Units.fromWei(msg.value));
    }

    /// @notice Bids openly on several lots in one call. The amounts must add up to `msg.value`.
    /// @param raises One per lot.
    function raiseMany(Raise[] calldata raises) external payable {
        uint256 named;
        for (uint256 i = 0; i < raises.length; ++i) {
            named += Units.toWei(raises[i].amount);
            _place(raises[i].lot, raises[i].amount);
        }
        if (named != msg.value) revert ValueMismatch(named, msg.value);
    }

    // TALLY AND SETTLEMENT

    /// @notice Counts the next members of the caller's tally. They must come in strictly ascending order of (bid, address), over all calls.
    /// When all open bids are counted, the DAO bids its willingness to pay. A book without open bids is tallied with no members.
    /// @dev Only in the tally phase. Anyone may call; each caller has a tally of its own. Budget: 3,600 gas per member.
    /// @param lot The lot's number.
    /// @param members The next members, at most `MAX_STEP`.
    function tally(uint256 lot, address[] calldata members) external {
        Book memory book = _books[lot];
        if (block.timestamp < book.endOfReveal || block.timestamp >= book.endOfTally) revert WrongPhase(lot, phase(lot));
        if (book.state != BookState.Running) revert WrongPhase(lot, phase(lot)); // what a settled tally left is cleared
        if (resultOf[lot].tallier != address(0)) revert AlreadyTallied(lot, resultOf[lot].tallier);
        if (members.length > MAX_STEP) revert StepTooLarge(members.length, MAX_STEP);
        Progress memory reached = progress[lot][msg.sender];
        if (members.length == 0 && reached.counted < book.members) return; // a log of nothing would be everybody's to read
        uint32 start = reached.counted;
        checkpoints[lot][msg.sender][start] = reached.count(_boxes[lot], members, book.members);
        emit Checkpoint(lot, msg.sender, start, reached.counted, reached.best);
        if (reached.counted < book.members) {
            progress[lot][msg.sender] = reached;
            return;
        }
        resultOf[lot] = Result(msg.sender, reached.best);
        emit Tallied(lot, msg.sender, reached.best);
        _auctioneer().submit(lot, reached.best);
    }

    /// @notice Settles a won `lot`: fixes who is served at what share, pays the auctioneer, and has the item sent to the estate. Anyone may
    /// call.
    /// @dev The price first comes within reach at some step of the finished tally; the caller names that step and repeats its bids. The cost
    /// does not depend on the number of members. Budget: 300,000 gas.
    /// @param lot The lot's number.
    /// @param start The number of members counted before that step.
    /// @param best The largest `rank * bid` before that step, in units.
    /// @param bids The bids of that step, ascending, 8 bytes each, in units.
    function settle(uint256 lot, uint256 start, uint96 best, bytes calldata bids) external {
        IAuctioneer seller = _auctioneer();
        (Phase now_, address leader, uint96 price) = seller.standing(lot);
        if (now_ != Phase.Closed) revert WrongPhase(lot, now_);
        if (leader != address(this)) revert NotWinner(lot, leader);
        mapping(uint256 start => bytes32) storage steps = checkpoints[lot][resultOf[lot].tallier];
        if (Tally.digest(best, start, bids) != steps[start]) revert DigestMismatch(lot, start);
        Book storage book = _books[lot];
        if (book.state != BookState.Running) revert WrongPhase(lot, now_); // who was paid as a loser does not win after all
        uint256 served = best < price ? EqualSplit.served(bids, book.members - start, price) : 0;
        if (served == 0) revert WrongCheckpoint(lot, start);
        (uint64 lent, uint64 share) = (book.share, EqualSplit.share(price, served)); // what is lent is paid where the bid is
        // casting is safe: some of the book's members
        (book.share, book.members, book.state) = (share, uint32(served), BookState.Won);
        delete steps[start];
        delete resultOf[lot];
        emit BookWon(lot, price, served, share);
        seller.pay{value: Units.toWei(served * share - lent)}(lot, estateAt(lot));
    }

    // AUCTIONS ELSEWHERE

    /// @inheritdoc ILender
    function lend(uint256 lot, uint96 amount, address paddle) external {
        if (msg.sender != address(_auctioneer())) revert NotAuctioneer(msg.sender);
        Book storage book = _books[lot];
        if (book.state != BookState.Running) revert WrongPhase(lot, phase(lot));
        uint64 lent = Units.add(book.share, amount);
        uint96 most = resultOf[lot].willingnessToPay;
        if (lent > most) revert BeyondWillingness(lot, lent, most);
        book.share = lent;
        emit Lent(lot, paddle, amount);
        Payments.send(paddle, Units.toWei(amount));
    }

    /// @inheritdoc ILender
    function restore(uint256 lot) external payable {
        Book storage book = _books[lot];
        (uint256 amount, uint64 lent) = (Units.fromWei(msg.value), lentOf(lot));
        if (amount > lent || book.state != BookState.Running) revert NotLent(lot, amount, lent);
        // casting is safe: at most what is lent
        book.share = lent - uint64(amount);
        emit Restored(lot, amount);
    }

    /// @notice Puts code where the item of a won `lot` is. Anyone may call, once.
    /// @param lot The lot's number.
    /// @return estate Its address, that of `estateAt`.
    function deployEstate(uint256 lot) external returns (address estate) {
        if (_books[lot].state != BookState.Won) revert WrongPhase(lot, phase(lot));
        if (estateAt(lot).code.length != 0) revert EstateIsOpen(lot);
        estate = Clones.cloneDeterministicWithImmutableArgs(estateTemplate, _estateTerms(lot), 0);
        emit EstateOpened(lot, estate);
    }

    // VIEWS

    /// @inheritdoc IDAO
    function auctioneer() external view returns (address) {
        return address(_auctioneer());
    }

    /// @inheritdoc IDAO
    function isOpen() public view returns (bool) {
        return _readTerms().isOpen();
    }

    /// @inheritdoc IDAO
    function minimumBid() public view returns (uint64) {
        return _readTerms().minimumBid();
    }

    /// @inheritdoc IDAO
    function hasAccess(uint256 lot, address member) external view returns (bool) {
        if (!isServed(lot, member)) return false;
        address estate = estateAt(lot);
        return estate.code.length == 0 || !IEstate(estate).resold();
    }

    /// @inheritdoc IDAO
    function isServed(uint256 lot, address member) public view returns (bool) {
        Book storage book = _books[lot];
        BidSlot slot = _boxes[lot][member].slot;
        return book.state == BookState.Won && !slot.isSealed() && slot.bid() >= book.share;
    }

    /// @inheritdoc IDAO
    function servedOf(uint256 lot) external view returns (uint256) {
        return _books[lot].state == BookState.Won ? _books[lot].members : 0;
    }

    /// @inheritdoc IDAO
    function estateAt(uint256 lot) public view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(estateTemplate, _estateTerms(lot), 0);
    }

    /// @inheritdoc ILender
    function lentOf(uint256 lot) public view returns (uint64) {
        Book storage book = _books[lot];
        return book.state == BookState.Running ? book.share : 0;
    }

    /// @inheritdoc BidBook
    function phase(uint256 lot) public view override returns (Phase now_) {
        if (_books[lot].state == BookState.None) return Phase.None;
        (now_,,) = _auctioneer().standing(lot);
    }

    // THE BOOK OF MEMBERS

    function _minimumSealed(uint256 lot) internal view override returns (uint64) {
        Terms terms = _readTerms();
        if (terms.isOpen()) revert BidsAreOpen(lot);
        return terms.minimumBid();
    }

    /// @dev Members' bids reach the auctioneer only through the tally, which has to count as many.
    function _count(Book storage book, uint256 opened) internal override {
        unchecked {
            // no overflow: 2^32 bids at 20,000 gas each are out of reach
            book.members += uint32(opened);
        }
    }

    /// @dev A book that is not won is lost as soon as somebody else has won, or nobody can any more: the first caller then writes it down.
    function _resolve(uint256 lot) internal override returns (uint64 share, address awaited) {
        Book storage book = _books[lot];
        (BookState state, uint64 share_) = (book.state, book.share);
        if (state > BookState.Running) return (share_, address(0));
        (Phase now_, address leader,) = _auctioneer().standing(lot);
        if (state == BookState.None || now_ < Phase.Closed || (now_ == Phase.Closed && leader == address(this))) {
            return (0, EVERYBODY);
        }
        if (share_ != 0) _callIn(lot, book);
        book.state = BookState.Lost;
        emit BookLost(lot);
        return (0, address(0));
    }

    function _isServed(uint256, address, uint64 bid_, uint64 share) internal pure override returns (bool) {
        return bid_ >= share;
    }

    function _minimumBid() internal view override returns (uint64) {
        return _readTerms().minimumBid();
    }

    // SHARED STEPS

    function _place(uint256 lot, uint256 added) private {
        Terms terms = _readTerms();
        if (!terms.isOpen()) revert BidsAreSealed(lot);
        Book storage book = _requireBidding(lot);
        Box storage box = _boxes[lot][msg.sender];
        BidSlot slot = box.slot;
        if (added == 0) revert ZeroDeposit(lot, msg.sender);
        uint64 total = Units.add(slot.deposit(), added);
        if (total < terms.minimumBid()) revert BelowMinimum(lot, msg.sender, total, terms.minimumBid());
        if (slot.isEmpty()) _count(book, 1);
        box.slot = BidSlots.open(total, total);
        emit BidPlaced(entry(lot, total, msg.sender));
    }

    /// @dev Nobody is paid out of a lost lot before all that was lent for it is back.
    function _callIn(uint256 lot, Book storage book) private {
        IBidder(address(_auctioneer())).recall(lot, address(this));
        if (book.share != 0) revert NotLent(lot, 0, book.share);
    }

    function _auctioneer() private view returns (IAuctioneer) {
        return _readTerms().auctioneer();
    }

    function _readTerms() private view returns (Terms) {
        if (address(this) == _copy) return _terms;
        return DAOTerms.ofProxy();
    }

    function _estateTerms(uint256 lot) private view returns (bytes memory) {
        return abi.encodePacked(address(this), lot);
    }
}
