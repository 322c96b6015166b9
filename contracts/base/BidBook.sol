// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {BidSlot, BidSlots, Box, tag} from "../libraries/BidSlot.sol";
import {Payments} from "../libraries/Payments.sol";
import {Units} from "../libraries/Units.sol";

/// @title The bids and deposits of one level of the auction
/// @notice One book per lot: its bidders are individuals at the auctioneer, members at a DAO. Every bid goes through the same life at both
/// levels: sealed under a deposit, replaced or withdrawn while bidding lasts, opened in the reveal phase, paid out when the lot is decided.
/// Money owed is always backed: a book pays out of its own deposits, once each, and effects come before every transfer.
/// @dev Calls that move no ether in can be combined through `multicall` (reveal or claim on many lots at once).
abstract contract BidBook is Multicall {
    using BidSlots for BidSlot;

    /// @dev `Running` until the book is decided; `Won` once its bidder paid; `Lost` when nobody in it will ever pay (at the auctioneer:
    /// once the item went back).
    enum State {
        None,
        Running,
        Won,
        Lost
    }

    /// @notice The head of a book, in one slot (240 bits), so that a bid or a claim reads it once.
    ///     endOfBidding, endOfReveal, endOfTally   40 bits each, seconds since the epoch
    ///     bondBps                                 16 bits, what not revealing costs, in basis points of the deposit; 0 once void
    ///     opened                                  32 bits, number of open bids (DAOs only)
    ///     share                                   64 bits, what each served bidder pays, in units, once won
    ///     state                                    8 bits
    struct Book {
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint40 endOfTally;
        uint16 bondBps;
        uint32 opened;
        uint64 share;
        State state;
    }

    /// @notice A sealed bid on one of several lots.
    /// @param deposit Units added to the deposit on this lot; 0 keeps it and only replaces the bid.
    struct Seal {
        uint256 lot;
        bytes24 commitment;
        uint64 deposit;
    }

    /// @notice What opens the sealed bid of `bidder`; `bid` in units.
    struct Opening {
        address bidder;
        uint64 bid;
        bytes32 salt;
    }

    /// @notice Why an opening was skipped in a batch.
    enum Flaw {
        None,
        NoBid,
        AlreadyRevealed,
        WrongOpening,
        ZeroBid,
        BidAboveDeposit,
        BelowMinimum
    }

    uint256 internal constant BPS = 10_000;

    // STORAGE (slots 0 and 1 of both contracts)

    /// @dev Heads of the books.
    mapping(uint256 lot => Book) internal _books;
    /// @dev One slot per bidder and lot; see `BidSlot`.
    mapping(uint256 lot => mapping(address bidder => Box)) internal _boxes;

    // EVENTS

    /// @notice A bidder sealed a bid, or replaced it, or raised the deposit. Packed and without topics of its own: 494 gas less per bid.
    /// @param lotAndBidder Lot (96 bits), bidder (160 bits).
    /// @param sealedBid The slot as stored: commitment (24 bytes), whole deposit in units (8 bytes).
    event BidSealed(uint256 lotAndBidder, bytes32 sealedBid);
    /// @notice `bidder` took `deposit` units back before bidding ended.
    event BidWithdrawn(uint256 indexed lot, address indexed bidder, uint64 deposit);
    /// @notice Bids were opened.
    /// @param keys One word each: bid in units (96 bits), bidder (160 bits); in the order of opening.
    event BidsOpened(uint256 indexed lot, uint256[] keys);
    /// @notice An opening in a batch was passed over.
    event OpeningSkipped(uint256 indexed lot, address indexed bidder, Flaw flaw);
    /// @notice `bidder` did not reveal, which cost `bond` units.
    event BondForfeited(uint256 indexed lot, address indexed bidder, uint64 bond);
    /// @notice `bidder` claimed what was left of the deposit: `amount` units went to `recipient`.
    event Claimed(uint256 indexed lot, address indexed bidder, address recipient, uint64 amount);
    /// @notice What was left of deposits was pushed to their bidders. (Whoever is not named had nothing left.)
    /// @param payments One word each: amount in units (96 bits), bidder (160 bits).
    event Pushed(uint256 indexed lot, uint256[] payments);
    /// @notice `bidder` did not take a pushed payment, which stays claimable.
    event PushRefused(uint256 indexed lot, address indexed bidder, uint64 amount);

    // ERRORS

    /// @notice A bid without a deposit.
    error ZeroDeposit(uint256 lot, address bidder);
    /// @notice The deposits named add up to `named` wei, but `sent` came.
    error ValueMismatch(uint256 named, uint256 sent);
    /// @notice `bidder` has no bid on `lot`.
    error NoBid(uint256 lot, address bidder);
    /// @notice The bid of `bidder` is open already.
    error AlreadyRevealed(uint256 lot, address bidder);
    /// @notice Bid and salt do not match the commitment of `bidder`.
    error WrongOpening(uint256 lot, address bidder);
    /// @notice A bid of nothing.
    error ZeroBid(uint256 lot, address bidder);
    /// @notice A bid that its deposit does not cover, in units.
    error BidAboveDeposit(uint256 lot, address bidder, uint64 bid, uint64 deposit);
    /// @notice A bid, or the deposit of a sealed one, under the book's minimum, in units.
    error BelowMinimum(uint256 lot, address bidder, uint64 bid, uint64 minimum);
    /// @notice `bidder` has nothing (more) to claim on `lot`.
    error NothingToClaim(uint256 lot, address bidder);

    // BIDDING

    /// @notice Seals a bid on `lot`, or replaces the one there. `msg.value` adds to the deposit, which must cover the bid when it is
    /// revealed and may be larger to hide it.
    /// @dev Only in the bidding phase; whole units only. Budget: 48,000 gas for a first bid.
    /// @param lot The lot's number.
    /// @param commitment `bytes24(keccak256(abi.encode(chainid, this contract, lot, bidder, uint64 bid, bytes32 salt)))`.
    function commit(uint256 lot, bytes24 commitment) external payable {
        _seal(lot, commitment, Units.fromWei(msg.value));
    }

    /// @notice Seals bids on several lots in one call. The deposits must add up to `msg.value`.
    /// @param seals One bid per lot.
    function commitMany(Seal[] calldata seals) external payable {
        uint256 named;
        for (uint256 i = 0; i < seals.length; ++i) {
            named += Units.toWei(seals[i].deposit);
            _seal(seals[i].lot, seals[i].commitment, seals[i].deposit);
        }
        if (named != msg.value) revert ValueMismatch(named, msg.value);
    }

    /// @notice Takes the caller's bid on `lot` back, with the whole deposit, while bidding lasts.
    /// @param lot The lot's number.
    /// @param recipient Who gets the deposit.
    function withdraw(uint256 lot, address recipient) external {
        _requireBidding(lot);
        Box storage box = _boxes[lot][msg.sender];
        BidSlot slot = box.slot;
        if (slot.isEmpty()) revert NoBid(lot, msg.sender);
        box.slot = BidSlots.EMPTY;
        if (!slot.isSealed()) --_books[lot].opened;
        emit BidWithdrawn(lot, msg.sender, slot.deposit());
        Payments.send(recipient, Units.toWei(slot.deposit()));
    }

    // REVEAL

    /// @notice Opens the caller's bid on `lot`.
    /// @dev Only in the reveal phase; reverts with the flaw if the opening is not good.
    /// @param lot The lot's number.
    /// @param bid_ The bid, in units, at least 1 and the minimum, at most the deposit.
    /// @param salt The salt of the commitment.
    function reveal(uint256 lot, uint64 bid_, bytes32 salt) external {
        _requireReveal(lot);
        Opening memory opening = Opening(msg.sender, bid_, salt);
        Flaw flaw = _open(lot, opening);
        if (flaw != Flaw.None) _revertWith(flaw, lot, opening);
        uint256[] memory keys = new uint256[](1);
        keys[0] = tag(bid_, msg.sender);
        _opened(lot, keys);
    }

    /// @notice Opens the bids of many bidders. Whatever does not open is skipped, with an event, so that nobody can spoil a batch.
    /// @dev Only in the reveal phase. Budget: 9,000 gas each.
    /// @param lot The lot's number.
    /// @param openings The openings, in any order.
    function revealBatch(uint256 lot, Opening[] calldata openings) external {
        _requireReveal(lot);
        uint256[] memory keys = new uint256[](openings.length);
        uint256 count;
        for (uint256 i = 0; i < openings.length; ++i) {
            Opening calldata opening = openings[i];
            Flaw flaw = _open(lot, opening);
            if (flaw == Flaw.None) {
                keys[count++] = tag(opening.bid, opening.bidder);
            } else {
                emit OpeningSkipped(lot, opening.bidder, flaw);
            }
        }
        _shorten(keys, count);
        _opened(lot, keys);
    }

    // CLAIMS

    /// @notice Pays the caller what is left of its deposit on `lot`: all of it, less the share if served, less the bond if never revealed.
    /// @dev Only once the lot is decided for this book. Several lots at once: through `multicall`. The bond rounds down to a unit; one of the
    /// whole deposit is taken by `claimBatch` only, since there is nothing to claim.
    /// @param lot The lot's number.
    /// @param recipient Who gets it.
    function claim(uint256 lot, address recipient) external {
        Book memory book = _resolve(lot);
        uint64 due = _take(lot, book, msg.sender);
        if (due == 0) revert NothingToClaim(lot, msg.sender);
        emit Claimed(lot, msg.sender, recipient, due);
        Payments.send(recipient, Units.toWei(due));
    }

    /// @notice Pays many bidders what is left of their deposits on `lot`. Anyone may call. Whoever does not take the payment keeps the
    /// claim; whoever has nothing to claim, or won and is yet to be settled, is passed over.
    /// @dev Budget: 14,000 gas each.
    /// @param lot The lot's number.
    /// @param bidders Whom to pay.
    function claimBatch(uint256 lot, address[] calldata bidders) external {
        Book memory book = _resolve(lot);
        uint256[] memory payments = new uint256[](bidders.length);
        uint256 count;
        for (uint256 i = 0; i < bidders.length; ++i) {
            address bidder = bidders[i];
            uint64 due = _take(lot, book, bidder);
            if (due == 0) continue;
            if (Payments.push(bidder, Units.toWei(due))) {
                payments[count++] = tag(due, bidder);
            } else {
                _giveBack(lot, book, bidder, due);
                emit PushRefused(lot, bidder, due);
            }
        }
        _shorten(payments, count);
        if (count != 0) emit Pushed(lot, payments);
    }

    // VIEWS

    /// @notice The head of the book on `lot`.
    function bookOf(uint256 lot) external view returns (Book memory) {
        return _books[lot];
    }

    /// @notice The slot of `bidder` on `lot`, packed as `BidSlot` says.
    function bidOf(uint256 lot, address bidder) external view returns (BidSlot) {
        return _boxes[lot][bidder].slot;
    }

    /// @notice The phase of `lot`.
    function phase(uint256 lot) public view virtual returns (Phase);

    // WHAT THE TWO LEVELS DO DIFFERENTLY

    /// @dev Reverts if this book takes no sealed bids.
    function _requireSealedBids(uint256 lot) internal view virtual {}

    /// @dev Called once per call that opened bids, with their keys in order.
    function _admit(uint256 lot, uint256[] memory keys) internal virtual;

    /// @dev The head of a book that is ready to pay out; reverts with `WrongPhase` before.
    function _resolve(uint256 lot) internal virtual returns (Book memory);

    /// @dev What `bidder`, whose open bid is `bid_`, pays for the lot, in units: 0 unless served.
    function _charge(uint256 lot, Book memory book, address bidder, uint64 bid_) internal view virtual returns (uint64);

    /// @dev Whether `bidder` won a lot in a decided book, but has not been settled yet.
    function _awaitsSettlement(uint256 lot, address bidder) internal view virtual returns (bool) {}

    /// @dev Books a forfeited bond, in units, for the seller.
    function _forfeit(uint256 lot, uint64 bond) internal virtual;

    /// @dev The smallest bid this book takes, in units.
    function _minimumBid() internal view virtual returns (uint64);

    // SHARED STEPS

    function _openBook(uint256 lot, IAuctioneer.Schedule memory schedule) internal {
        _books[lot] = Book({
            endOfBidding: schedule.endOfBidding,
            endOfReveal: schedule.endOfReveal,
            endOfTally: schedule.endOfTally,
            bondBps: schedule.bondBps,
            opened: 0,
            share: 0,
            state: State.Running
        });
    }

    function _requireBidding(uint256 lot) internal view {
        if (block.timestamp >= _books[lot].endOfBidding) revert WrongPhase(lot, phase(lot));
    }

    function _requireReveal(uint256 lot) internal view {
        Book storage book = _books[lot];
        if (block.timestamp < book.endOfBidding || block.timestamp >= book.endOfReveal) revert WrongPhase(lot, phase(lot));
    }

    function _seal(uint256 lot, bytes24 commitment, uint64 added) private {
        _requireSealedBids(lot);
        _requireBidding(lot);
        Box storage box = _boxes[lot][msg.sender];
        uint64 total = Units.add(box.slot.deposit(), added);
        if (total == 0) revert ZeroDeposit(lot, msg.sender);
        if (total < _minimumBid()) revert BelowMinimum(lot, msg.sender, total, _minimumBid());
        BidSlot slot = BidSlots.seal(commitment, total);
        box.slot = slot;
        emit BidSealed(tag(lot, msg.sender), bytes32(BidSlot.unwrap(slot)));
    }

    /// @dev Opens one bid, or says why not; changes nothing then.
    function _open(uint256 lot, Opening memory opening) private returns (Flaw) {
        Box storage box = _boxes[lot][opening.bidder];
        BidSlot slot = box.slot;
        if (slot.isEmpty()) return Flaw.NoBid;
        if (!slot.isSealed()) return Flaw.AlreadyRevealed;
        if (!slot.opens(lot, opening.bidder, opening.bid, opening.salt)) return Flaw.WrongOpening;
        if (opening.bid == 0) return Flaw.ZeroBid;
        if (opening.bid > slot.deposit()) return Flaw.BidAboveDeposit;
        if (opening.bid < _minimumBid()) return Flaw.BelowMinimum;
        box.slot = BidSlots.open(opening.bid, slot.deposit());
        return Flaw.None;
    }

    function _revertWith(Flaw flaw, uint256 lot, Opening memory opening) private view {
        if (flaw == Flaw.NoBid) revert NoBid(lot, opening.bidder);
        if (flaw == Flaw.AlreadyRevealed) revert AlreadyRevealed(lot, opening.bidder);
        if (flaw == Flaw.WrongOpening) revert WrongOpening(lot, opening.bidder);
        if (flaw == Flaw.ZeroBid) revert ZeroBid(lot, opening.bidder);
        if (flaw == Flaw.BidAboveDeposit) {
            revert BidAboveDeposit(lot, opening.bidder, opening.bid, _boxes[lot][opening.bidder].slot.deposit());
        }
        revert BelowMinimum(lot, opening.bidder, opening.bid, _minimumBid());
    }

    function _opened(uint256 lot, uint256[] memory keys) private {
        if (keys.length == 0) return;
        emit BidsOpened(lot, keys);
        _admit(lot, keys);
    }

    /// @dev Settles the account of `bidder` and returns what to pay out, in units; a second call returns 0.
    function _take(uint256 lot, Book memory book, address bidder) private returns (uint64 due) {
        Box storage box = _boxes[lot][bidder];
        BidSlot slot = box.slot;
        due = slot.deposit();
        if (due == 0 || _awaitsSettlement(lot, bidder)) return 0;
        if (slot.isSealed()) {
            box.slot = BidSlots.EMPTY;
            uint64 bond = uint64((uint256(due) * book.bondBps) / BPS); // casting is safe: bondBps <= BPS
            _forfeit(lot, bond);
            emit BondForfeited(lot, bidder, bond);
            return due - bond;
        }
        uint64 charge = _charge(lot, book, bidder, slot.bid());
        if (charge == due) return 0;
        // a served bid stays on record, for access; any other slot is cleared, for its gas
        box.slot = charge == 0 ? BidSlots.EMPTY : BidSlots.open(slot.bid(), 0);
        return due - charge;
    }

    /// @dev Undoes the payout of `due` units, after `_take`, for a bidder who refused it. A loser keeps a bid of nothing, which is never served.
    function _giveBack(uint256 lot, Book memory book, address bidder, uint64 due) private {
        Box storage box = _boxes[lot][bidder];
        uint64 bid_ = box.slot.bid();
        box.slot = BidSlots.open(bid_, due + (bid_ == 0 ? 0 : _charge(lot, book, bidder, bid_)));
    }

    function _shorten(uint256[] memory words, uint256 length) private pure {
        assembly ("memory-safe") {
            // only ever to fewer words than were allocated
            mstore(words, length)
        }
    }
}
