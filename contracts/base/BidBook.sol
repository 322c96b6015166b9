// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {BidSlot, BidSlots, Box, entry} from "../libraries/BidSlot.sol";
import {Payments} from "../libraries/Payments.sol";
import {Units} from "../libraries/Units.sol";

/// @title The bids and deposits of one level of the auction
/// @notice One book per lot: its bidders are individuals at the auctioneer, members at a DAO. Every bid goes through the same life at both
/// levels: sealed under a deposit, replaced or withdrawn while bidding lasts, opened in the reveal phase, paid out when the lot is decided.
/// Money owed is always backed: a book pays out of its own deposits, once each, and effects come before every transfer.
/// @dev Calls that move no ether in can be combined through `multicall` (reveal or claim on many lots at once).
abstract contract BidBook is Multicall {
    using BidSlots for BidSlot;

    // TYPES

    /// @dev `Running` until the book is decided; `Won` once its bidder paid; `Lost` when nobody in it will ever pay (at the auctioneer:
    /// once the item went back).
    enum BookState {
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
        BookState state;
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

    // CONSTANTS

    uint256 internal constant BPS = 10_000;
    /// @dev Instead of a bond: the lot is closed but may still turn void, so nobody's bond is taken yet.
    uint16 internal constant UNDECIDED = type(uint16).max;

    // STORAGE (slots 0 and 1 of both contracts)

    /// @dev Heads of the books.
    mapping(uint256 lot => Book) internal _books;
    /// @dev One slot per bidder and lot; see `BidSlot`.
    mapping(uint256 lot => mapping(address bidder => Box)) internal _boxes;

    // EVENTS

    // An `entry` is one word: lot (32 bits), amount in units (64), bidder (160). See `BidSlot.sol`.

    /// @notice A bidder sealed a bid, or replaced it, or raised the deposit.
    /// @param entry Amount 0.
    /// @param sealedBid The slot as stored: commitment (24 bytes), whole deposit in units (8 bytes).
    event BidSealed(uint256 entry, bytes32 sealedBid);
    /// @notice `bidder` took `deposit` units back before bidding ended.
    event BidWithdrawn(uint256 indexed lot, address indexed bidder, uint64 deposit);
    /// @notice A bidder opened a bid, which is the amount.
    event BidOpened(uint256 entry);
    /// @notice Bids, which are the amounts, were opened in this order.
    event BidsOpened(uint256[] entries);
    /// @notice An opening in a batch was passed over, of a bidder who has a bid. From `Flaw.ZeroBid` on the flaw was found after the commitment
    /// matched, so that only who knows the opening can cause the log; others need not be read.
    event OpeningSkipped(uint256 indexed lot, address indexed bidder, Flaw indexed flaw);
    /// @notice `bidder` did not reveal, which cost `bond` units.
    event BondForfeited(uint256 indexed lot, address indexed bidder, uint64 bond);
    /// @notice A bidder claimed what was left of the deposit, the amount.
    event Claimed(uint256 entry);
    /// @notice A bidder claimed what was left of the deposit, the amount, for `recipient`.
    event ClaimedTo(uint256 entry, address recipient);
    /// @notice What was left of deposits, the amounts, was pushed to their bidders. (Whoever is not named had nothing left.)
    event Pushed(uint256[] entries);
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
        Book storage book = _requireBidding(lot);
        Box storage box = _boxes[lot][msg.sender];
        BidSlot slot = box.slot;
        if (slot.isEmpty()) revert NoBid(lot, msg.sender);
        box.slot = BidSlots.EMPTY;
        if (!slot.isSealed()) --book.opened;
        emit BidWithdrawn(lot, msg.sender, slot.deposit());
        Payments.send(recipient, Units.toWei(slot.deposit()));
    }

    // REVEAL

    /// @notice Opens the caller's bid on `lot`.
    /// @dev Only in the reveal phase; reverts with the flaw if the opening is not good.
    /// @param lot The lot's number.
    /// @param bid_ The bid, in units, at least the minimum (1, unless the auction knows bids of nothing), at most the deposit.
    /// @param salt The salt of the commitment.
    function reveal(uint256 lot, uint64 bid_, bytes32 salt) external {
        Book storage book = _requireReveal(lot);
        Box storage box = _boxes[lot][msg.sender];
        Flaw flaw = _open(box, lot, msg.sender, bid_, salt);
        if (flaw != Flaw.None) _revertWith(flaw, lot, bid_, box.slot.deposit());
        uint256 word = entry(lot, bid_, msg.sender);
        emit BidOpened(word);
        _admit(lot, msg.sender, bid_);
        _enlist(lot, word);
        _count(book, 1);
    }

    /// @notice Opens the bids of many bidders. Whatever does not open is skipped, with an event if there is a bid, so that nobody can spoil a
    /// batch.
    /// @dev Only in the reveal phase. Budget: 9,000 gas each.
    /// @param lot The lot's number.
    /// @param openings The openings, in any order.
    function revealBatch(uint256 lot, Opening[] calldata openings) external {
        Book storage book = _requireReveal(lot);
        mapping(address bidder => Box) storage boxes = _boxes[lot];
        uint256[] memory entries = new uint256[](openings.length);
        uint256 count;
        for (uint256 i = 0; i < openings.length; ++i) {
            Opening calldata opening = openings[i];
            (address bidder, uint64 bid_) = (opening.bidder, opening.bid);
            Flaw flaw = _open(boxes[bidder], lot, bidder, bid_, opening.salt);
            if (flaw == Flaw.None) {
                entries[count++] = entry(lot, bid_, bidder);
                _admit(lot, bidder, bid_);
            } else if (flaw != Flaw.NoBid) {
                // logs that cost whoever causes them next to nothing would be everybody's to read
                emit OpeningSkipped(lot, bidder, flaw);
            }
        }
        if (count == 0) return;
        _shorten(entries, count);
        emit BidsOpened(entries);
        _enlistAll(lot, entries);
        _count(book, count);
    }

    // CLAIMS

    /// @notice Pays the caller what is left of its deposit on `lot`: all of it, less the share if served, less the bond if never revealed.
    /// @dev Only once the lot is decided for this book, and for those who did not reveal once it is settled. Several lots at once: through
    /// `multicall`. The bond rounds down to a unit; one of the whole deposit is taken by `claimBatch` only, since there is nothing to claim.
    /// @param lot The lot's number.
    function claim(uint256 lot) external {
        uint64 due = _claim(lot);
        emit Claimed(entry(lot, due, msg.sender));
        Payments.send(msg.sender, Units.toWei(due));
    }

    /// @notice As `claim`, but pays somebody else: for bidders who cannot take ether.
    /// @param lot The lot's number.
    /// @param recipient Who gets it.
    function claimTo(uint256 lot, address recipient) external {
        uint64 due = _claim(lot);
        emit ClaimedTo(entry(lot, due, msg.sender), recipient);
        Payments.send(recipient, Units.toWei(due));
    }

    /// @notice Pays many bidders what is left of their deposits on `lot`. Anyone may call. Whoever does not take the payment keeps the
    /// claim. Whoever has nothing to claim is passed over; so are, until the lot is settled, its winner and those who did not reveal.
    /// @dev Budget: 14,000 gas each; for the served about 3,000 more, since their bids stay on record.
    /// @param lot The lot's number.
    /// @param bidders Whom to pay.
    function claimBatch(uint256 lot, address[] calldata bidders) external {
        (uint64 share, uint16 bondBps) = _resolve(lot);
        mapping(address bidder => Box) storage boxes = _boxes[lot];
        uint256[] memory entries = new uint256[](bidders.length);
        uint256 count;
        for (uint256 i = 0; i < bidders.length; ++i) {
            address bidder = bidders[i];
            Box storage box = boxes[bidder];
            uint64 due = _take(box, lot, bidder, share, bondBps);
            if (due == 0) continue;
            if (Payments.push(bidder, Units.toWei(due))) {
                entries[count++] = entry(lot, due, bidder);
            } else {
                _giveBack(box, lot, bidder, share, due);
                emit PushRefused(lot, bidder, due);
            }
        }
        if (count == 0) return;
        _shorten(entries, count);
        emit Pushed(entries);
    }

    // VIEWS

    /// @notice The head of the book on `lot`.
    /// @param lot The lot's number.
    /// @return All of it, see `Book`.
    function bookOf(uint256 lot) external view returns (Book memory) {
        return _books[lot];
    }

    /// @notice The slot of `bidder` on `lot`, packed as `BidSlot` says.
    /// @param lot The lot's number.
    /// @param bidder Whose bid it is.
    /// @return The bid and the deposit; empty if there is none.
    function bidOf(uint256 lot, address bidder) external view returns (BidSlot) {
        return _boxes[lot][bidder].slot;
    }

    /// @notice The phase of `lot`.
    /// @param lot The lot's number.
    /// @return Where it stands for this book; `None` if it has none on the lot.
    function phase(uint256 lot) public view virtual returns (Phase);

    // WHAT THE TWO LEVELS DO DIFFERENTLY

    /// @dev Reverts if this book takes no sealed bids.
    function _requireSealedBids(uint256 lot) internal view virtual {}

    /// @dev Takes the open bid of `bidder`, in the order of opening.
    function _admit(uint256 lot, address bidder, uint64 bid_) internal virtual {}

    /// @dev Takes the entry of a bid that was opened alone, in the order of opening.
    function _enlist(uint256 lot, uint256 entry_) internal virtual {}

    /// @dev Takes the entries of bids that were opened together, in the order of opening.
    function _enlistAll(uint256 lot, uint256[] memory entries) internal virtual {}

    /// @dev Counts bids that were opened.
    function _count(Book storage book, uint256 opened) internal virtual {}

    /// @dev The terms on which a book pays out; reverts with `WrongPhase` while it cannot. A whole batch is paid on the terms at its start,
    /// whatever its recipients do meanwhile: 10,000 gas are enough to settle a lot.
    /// @return share What each served bidder pays, in units: 0 unless the book won.
    /// @return bondBps What not revealing costs, in basis points of the deposit; `UNDECIDED` while the lot is closed but not settled.
    function _resolve(uint256 lot) internal virtual returns (uint64 share, uint16 bondBps);

    /// @dev Whether `bidder`, whose open bid is `bid_`, is served at `share` in a book that won.
    function _isServed(uint256 lot, address bidder, uint64 bid_, uint64 share) internal view virtual returns (bool);

    /// @dev Whether `bidder` won a lot that is closed but not settled, in a book that pays out its losers already.
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
            state: BookState.Running
        });
    }

    function _requireBidding(uint256 lot) internal view returns (Book storage book) {
        book = _books[lot];
        if (block.timestamp >= book.endOfBidding) revert WrongPhase(lot, phase(lot));
    }

    function _requireReveal(uint256 lot) internal view returns (Book storage book) {
        book = _books[lot];
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
        emit BidSealed(entry(lot, 0, msg.sender), bytes32(BidSlot.unwrap(slot)));
    }

    /// @dev Opens one bid, or says why not; changes nothing then.
    function _open(Box storage box, uint256 lot, address bidder, uint64 bid_, bytes32 salt) private returns (Flaw) {
        BidSlot slot = box.slot;
        if (!slot.isSealed()) return slot.isEmpty() ? Flaw.NoBid : Flaw.AlreadyRevealed;
        if (!slot.opens(lot, bidder, bid_, salt)) return Flaw.WrongOpening;
        if (bid_ > slot.deposit()) return Flaw.BidAboveDeposit;
        if (bid_ < _minimumBid()) return bid_ == 0 ? Flaw.ZeroBid : Flaw.BelowMinimum;
        box.slot = BidSlots.open(bid_, slot.deposit());
        return Flaw.None;
    }

    /// @dev The flaw of the caller's own opening as an error.
    function _revertWith(Flaw flaw, uint256 lot, uint64 bid_, uint64 deposit) private view {
        if (flaw == Flaw.NoBid) revert NoBid(lot, msg.sender);
        if (flaw == Flaw.AlreadyRevealed) revert AlreadyRevealed(lot, msg.sender);
        if (flaw == Flaw.WrongOpening) revert WrongOpening(lot, msg.sender);
        if (flaw == Flaw.ZeroBid) revert ZeroBid(lot, msg.sender);
        if (flaw == Flaw.BidAboveDeposit) revert BidAboveDeposit(lot, msg.sender, bid_, deposit);
        revert BelowMinimum(lot, msg.sender, bid_, _minimumBid());
    }

    /// @dev Settles the caller's account; reverts if nothing is due.
    function _claim(uint256 lot) private returns (uint64 due) {
        (uint64 share, uint16 bondBps) = _resolve(lot);
        Box storage box = _boxes[lot][msg.sender];
        due = _take(box, lot, msg.sender, share, bondBps);
        if (due != 0) return due;
        if (bondBps == UNDECIDED && box.slot.deposit() != 0) revert WrongPhase(lot, phase(lot));
        revert NothingToClaim(lot, msg.sender);
    }

    /// @dev Settles the account of `bidder` and returns what to pay out, in units; a second call returns 0.
    function _take(Box storage box, uint256 lot, address bidder, uint64 share, uint16 bondBps) private returns (uint64 due) {
        BidSlot slot = box.slot;
        due = slot.deposit();
        if (due == 0 || (_awaitsSettlement(lot, bidder) && bondBps == UNDECIDED)) return 0;
        if (slot.isSealed()) {
            if (bondBps == UNDECIDED) return 0;
            box.slot = BidSlots.EMPTY;
            uint64 bond = uint64((uint256(due) * bondBps) / BPS); // casting is safe: bondBps <= BPS
            _forfeit(lot, bond);
            emit BondForfeited(lot, bidder, bond);
            return due - bond;
        }
        if (share == 0 || !_isServed(lot, bidder, slot.bid(), share)) {
            box.slot = BidSlots.EMPTY; // cleared for its gas
        } else {
            // share <= bid <= deposit
            unchecked {
                due -= share;
            }
            if (due != 0) box.slot = BidSlots.open(slot.bid(), 0); // stays on record, for access
        }
    }

    /// @dev Undoes the payout of `due` units, after `_take`, for a bidder who refused it. A loser keeps a bid of nothing, which is never served.
    function _giveBack(Box storage box, uint256 lot, address bidder, uint64 share, uint64 due) private {
        uint64 bid_ = box.slot.bid();
        bool served = bid_ != 0 && _isServed(lot, bidder, bid_, share);
        box.slot = BidSlots.open(bid_, served ? due + share : due);
    }

    function _shorten(uint256[] memory words, uint256 length) private pure {
        assembly ("memory-safe") {
            // only ever to fewer words than were allocated
            mstore(words, length)
        }
    }
}
