// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BidBook} from "../base/BidBook.sol";
import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {BidSlot, BidSlots, Box, entry} from "../libraries/BidSlot.sol";
import {Units} from "../libraries/Units.sol";
import {EqualSplit} from "./EqualSplit.sol";
import {Progress, Tally} from "./Tally.sol";

/// @title The lower mechanism: members who bid as one and share what they pay equally
/// @notice Members deposit and bid on lots that the DAO entered. The DAO bids the most that some of its members can pay in equal shares; if it
/// wins, the largest set of members who can share the price equally is served, each pays the same, and `hasAccess` says who they are. The
/// item stays with the DAO. Everybody else gets everything back, save those who never revealed: a bond.
/// Source: When Bidders Are DAOs, section 3.1, with shares rounded up to a whole unit.
/// Below any auctioneer that sells to the DAO whenever its bid reaches a price which that bid does not change, bidding one's value is best
/// for a member who has one address, is in no other group that bids on the lot, and knows it, the bids of all others being fixed. (In an
/// open DAO others can answer a bid; in a sealed one they can open theirs, or not, once they have seen it. Then the value is best if the
/// others bid and open the truth.)
/// @dev Every step is open to anyone. The DAO holds its own members' money only, one book per lot; ether sent by force changes nothing.
contract DAO is BidBook {
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

    /// @notice The auctioneer at whose lots this DAO bids.
    IAuctioneer public immutable auctioneer;
    /// @notice Whether bids are public from the start (a bid is its deposit) rather than sealed.
    bool public immutable isOpen;
    /// @notice The smallest bid a member may make, in units.
    uint64 public immutable minimumBid;

    // STORAGE (after slots 0 and 1 of BidBook)

    /// @notice Slot 2: the finished tally of each lot.
    mapping(uint256 lot => Result) public resultOf;
    /// @notice Slot 3: how far each caller's unfinished tally of a lot has come. Kept per caller, so that nobody can block another's.
    mapping(uint256 lot => mapping(address tallier => Progress)) public progress;
    /// @notice Slot 4: digest of the step that a caller's tally took from `start` members on.
    mapping(uint256 lot => mapping(address tallier => mapping(uint256 start => bytes32))) public checkpoints;
    /// @notice Slot 5: forfeited bonds not yet forwarded to the lot's seller, in units.
    mapping(uint256 lot => uint256) public bonds;

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
    /// @notice The DAO did not win `lot`: deposits go back, less the bond of members who did not reveal if another won.
    /// @param bondBps What not revealing costs, in basis points of the deposit; 0 if the lot is void.
    event BookLost(uint256 indexed lot, uint16 bondBps);
    /// @notice Forfeited bonds, in units, went to the seller of `lot`.
    event BondsForwarded(uint256 indexed lot, uint256 amount);

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
    /// @notice No bonds to forward.
    error NoBonds(uint256 lot);

    /// @param auctioneer_ The auctioneer at whose lots this DAO bids.
    /// @param isOpen_ Whether bids are public.
    /// @param minimumBid_ The smallest bid a member may make, in units; 0 means 1.
    constructor(IAuctioneer auctioneer_, bool isOpen_, uint64 minimumBid_) {
        (auctioneer, isOpen, minimumBid) = (auctioneer_, isOpen_, minimumBid_ == 0 ? 1 : minimumBid_);
    }

    // BIDDING

    /// @notice Enters `lot`, so that members can bid on it. Anyone may call, while bidding lasts.
    /// @param lot The lot's number.
    function enter(uint256 lot) external {
        if (_books[lot].state != BookState.None) revert AlreadyEntered(lot);
        _openBook(lot, auctioneer.enter(lot));
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
    function raiseBids(Raise[] calldata raises) external payable {
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
        if (resultOf[lot].tallier != address(0)) revert AlreadyTallied(lot, resultOf[lot].tallier);
        if (members.length > MAX_STEP) revert StepTooLarge(members.length, MAX_STEP);
        Progress memory reached = progress[lot][msg.sender];
        if (members.length == 0 && reached.counted < book.opened) return; // a log of nothing would be everybody's to read
        uint32 start = reached.counted;
        checkpoints[lot][msg.sender][start] = reached.count(_boxes[lot], members, book.opened);
        emit Checkpoint(lot, msg.sender, start, reached.counted, reached.best);
        if (reached.counted < book.opened) {
            progress[lot][msg.sender] = reached;
            return;
        }
        resultOf[lot] = Result(msg.sender, reached.best);
        emit Tallied(lot, msg.sender, reached.best);
        auctioneer.submit(lot, reached.best);
    }

    /// @notice Settles a won `lot`: fixes who is served at what share, pays the auctioneer, and receives the item. Anyone may call.
    /// @dev The price first comes within reach at some step of the finished tally; the caller names that step and repeats its bids. The cost
    /// does not depend on the number of members. Budget: 300,000 gas.
    /// @param lot The lot's number.
    /// @param start The number of members counted before that step.
    /// @param best The largest `rank * bid` before that step, in units.
    /// @param bids The bids of that step, ascending, 8 bytes each, in units.
    function settle(uint256 lot, uint256 start, uint96 best, bytes calldata bids) external {
        (Phase now_, address leader, uint96 price) = auctioneer.standing(lot);
        if (now_ != Phase.Closed) revert WrongPhase(lot, now_);
        if (leader != address(this)) revert NotWinner(lot, leader);
        if (Tally.digest(best, start, bids) != checkpoints[lot][resultOf[lot].tallier][start]) revert DigestMismatch(lot, start);
        Book storage book = _books[lot];
        uint256 served = best < price ? EqualSplit.served(bids, book.opened - start, price) : 0;
        if (served == 0) revert WrongCheckpoint(lot, start);
        uint64 share = EqualSplit.share(price, served);
        (book.share, book.state) = (share, BookState.Won);
        emit BookWon(lot, price, served, share);
        auctioneer.pay{value: Units.toWei(served * share)}(lot);
    }

    /// @notice Forwards the bonds of members who did not reveal to the seller of `lot`. Anyone may call.
    /// @param lot The lot's number.
    function forwardBonds(uint256 lot) external {
        uint256 amount = bonds[lot];
        if (amount == 0) revert NoBonds(lot);
        bonds[lot] = 0;
        emit BondsForwarded(lot, amount);
        auctioneer.credit{value: Units.toWei(amount)}(lot);
    }

    // VIEWS

    /// @notice Whether `member` has access to what the DAO won at `lot`: the excludable good, for other contracts and web sites to gate on.
    /// @param lot The lot's number.
    /// @param member Whom to ask about.
    /// @return Whether the DAO won, and the member's bid is at least the share.
    function hasAccess(uint256 lot, address member) external view returns (bool) {
        Book storage book = _books[lot];
        BidSlot slot = _boxes[lot][member].slot;
        return book.state == BookState.Won && !slot.isSealed() && slot.bid() >= book.share;
    }

    /// @inheritdoc BidBook
    function phase(uint256 lot) public view override returns (Phase now_) {
        if (_books[lot].state == BookState.None) return Phase.None;
        (now_,,) = auctioneer.standing(lot);
    }

    // THE BOOK OF MEMBERS

    function _requireSealedBids(uint256 lot) internal view override {
        if (isOpen) revert BidsAreOpen(lot);
    }

    /// @dev Members' bids reach the auctioneer only through the tally, which has to count as many.
    function _count(Book storage book, uint256 opened) internal override {
        unchecked {
            // no overflow: 2^32 bids at 20,000 gas each are out of reach
            book.opened += uint32(opened);
        }
    }

    /// @dev A book that is not won is lost as soon as somebody else has won, or nobody can any more. Losers are free once the lot is closed;
    /// when it is settled or void, the first caller writes the loss down. A void lot costs nobody a bond.
    function _resolve(uint256 lot) internal override returns (uint64 share, uint16 bondBps) {
        Book storage book = _books[lot];
        if (book.state <= BookState.Running && !_lose(lot, book)) return (0, UNDECIDED);
        return (book.share, book.bondBps);
    }

    /// @dev Returns false while the lot, won by another, can still turn void.
    function _lose(uint256 lot, Book storage book) private returns (bool) {
        if (book.state == BookState.None) revert WrongPhase(lot, Phase.None);
        (Phase now_, address leader,) = auctioneer.standing(lot);
        if (now_ < Phase.Closed || (now_ == Phase.Closed && leader == address(this))) revert WrongPhase(lot, now_);
        if (now_ == Phase.Closed) return false;
        book.state = BookState.Lost;
        if (now_ == Phase.Void) book.bondBps = 0;
        emit BookLost(lot, book.bondBps);
        return true;
    }

    function _isServed(uint256, address, uint64 bid_, uint64 share) internal pure override returns (bool) {
        return bid_ >= share;
    }

    function _forfeit(uint256 lot, uint64 bond) internal override {
        bonds[lot] += bond;
    }

    function _minimumBid() internal view override returns (uint64) {
        return minimumBid;
    }

    // SHARED STEPS

    function _place(uint256 lot, uint64 added) private {
        if (!isOpen) revert BidsAreSealed(lot);
        Book storage book = _requireBidding(lot);
        Box storage box = _boxes[lot][msg.sender];
        BidSlot slot = box.slot;
        if (added == 0) revert ZeroDeposit(lot, msg.sender);
        uint64 total = Units.add(slot.deposit(), added);
        if (total < minimumBid) revert BelowMinimum(lot, msg.sender, total, minimumBid);
        if (slot.isEmpty()) _count(book, 1);
        box.slot = BidSlots.open(total, total);
        emit BidPlaced(entry(lot, total, msg.sender));
    }
}
