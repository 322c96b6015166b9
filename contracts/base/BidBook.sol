// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {IAuctioneer} from "../interfaces/IAuctioneer.sol";
import {Phase, WrongPhase} from "../interfaces/Phase.sol";
import {Bid, BidSlot, BidSlots, Box, entry} from "../libraries/BidSlot.sol";
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
    ///     bondBps                                 16 bits, what not revealing costs, in basis points of the deposit
    ///     members                                 32 bits, of a DAO's book: whose bid is open; once won, who is served
    ///     share                                   64 bits, in units: what each served bidder pays, once won; as long as a DAO's book runs,
    ///                                             what is out under a bid at a house of others
    ///     state                                    8 bits
    struct Book {
        uint40 endOfBidding;
        uint40 endOfReveal;
        uint40 endOfTally;
        uint16 bondBps;
        uint32 members;
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

    /// @dev The longest time lock, in bytes: what drand's scheme makes of a bid and its salt.
    uint256 internal constant MAX_LOCK = 160;
    uint256 internal constant BPS = 10_000;
    /// @dev Stands for all bidders: nobody has this address.
    address internal constant EVERYBODY = address(type(uint160).max);

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
    /// @notice As `BidSealed`, with the opening encrypted to a moment after bidding ends, when anyone can open the bid.
    /// @param entry Amount 0.
    /// @param sealedBid The slot as stored: commitment (24 bytes), whole deposit in units (8 bytes).
    /// @param lock What the bidder says is that: nothing here reads it. Only the commitment binds.
    event BidLocked(uint256 entry, bytes32 sealedBid, bytes lock);
    /// @notice `bidder` took `deposit` units back before bidding ended.
    event BidWithdrawn(uint256 indexed lot, address indexed bidder, uint64 deposit);
    /// @notice A bidder opened a bid, which is the amount.
    event BidOpened(uint256 entry);
    /// @notice Bids, which are the amounts, were opened in this order.
    event BidsOpened(uint256[] entries);
    /// @notice An opening in a batch was passed over, of a bidder who has a bid. From `Flaw.ZeroBid` on the flaw was found after the commitment
    /// matched, so that only who knows the opening can cause the log; others need not be read.
    event OpeningSkipped(uint256 indexed lot, address indexed bidder, Flaw indexed flaw);
    /// @notice `bidder` did not reveal, which cost `bond` units: they stay here for ever, owed to nobody.
    event BondBurnt(uint256 indexed lot, address indexed bidder, uint64 bond);
    /// @notice A bidder claimed what was left of the deposit, the amount.
    event Claimed(uint256 entry);
    /// @notice A bidder claimed what was left of the deposit, the amount, for `recipient`.
    event ClaimedTo(uint256 entry, address recipient);
    /// @notice What was left of a deposit, the amount, went under the bid on another lot that is sealed next.
    event Rolled(uint256 entry);
    /// @notice What was left of deposits, the amounts, was pushed to their bidders. (Whoever is not named had nothing left.)
    event Pushed(uint256[] entries);
    /// @notice `bidder` did not take a pushed payment, which stays claimable.
    event PushRefused(uint256 indexed lot, address indexed bidder, uint64 amount);

    // ERRORS

    /// @notice A bid without a deposit.
    error ZeroDeposit(uint256 lot, address bidder);
    /// @notice The deposits named add up to `named` wei, but `sent` came.
    error ValueMismatch(uint256 named, uint256 sent);
    /// @notice A lock of more bytes than any is.
    error LockTooLong(uint256 lot, uint256 length, uint256 most);
    /// @notice Not as many locks as bids.
    error LocksMismatch(uint256 seals, uint256 locks);
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
        _announce(lot, _seal(lot, commitment, Units.fromWei(msg.value)));
    }

    /// @notice As `commit`, with a time lock: the bidder need not come back, since anyone can open the bid once the lock opens.
    /// @dev Budget: 53,500 gas for a first bid. The lock is logged and never read: a false one leaves the bidder to open the bid itself.
    /// @param lot The lot's number.
    /// @param commitment As above, its salt ending in 8 zero bytes.
    /// @param lock `uint64 bid` and the first 24 bytes of the salt, encrypted by drand's time-lock scheme to the first round, of the beacon
    /// that the auctioneer names, at or after 120 s past the end of bidding. It becomes public then, whatever becomes of the bid.
    function commit(uint256 lot, bytes24 commitment, bytes calldata lock) external payable {
        _announce(lot, _seal(lot, commitment, Units.fromWei(msg.value)), lock);
    }

    /// @notice Seals bids on several lots in one call. The deposits must add up to `msg.value`.
    /// @param seals One bid per lot.
    /// @param locks The lock of each, which may be empty.
    function commitMany(Seal[] calldata seals, bytes[] calldata locks) external payable {
        if (locks.length != seals.length) revert LocksMismatch(seals.length, locks.length);
        uint256 named;
        for (uint256 i = 0; i < seals.length; ++i) {
            Seal calldata sealed_ = seals[i];
            named += Units.toWei(sealed_.deposit);
            _announce(sealed_.lot, _seal(sealed_.lot, sealed_.commitment, sealed_.deposit), locks[i]);
        }
        if (named != msg.value) revert ValueMismatch(named, msg.value);
    }

    /// @notice Seals a bid on the lot `to` under what is left of the caller's deposit on the lot `from`, as `claim` would pay it, and
    /// `msg.value`.
    /// @dev Only once `from` is decided, and in the bidding phase of `to`. Adds to a deposit that is there already, and replaces its bid.
    /// @param from A lot whose deposit the caller could claim.
    /// @param to The lot to bid on.
    /// @param commitment As in `commit`, for `to`.
    function roll(uint256 from, uint256 to, bytes24 commitment) external payable {
        _announce(to, _roll(from, to, commitment));
    }

    /// @notice As `roll`, with a time lock.
    /// @param from A lot whose deposit the caller could claim.
    /// @param to The lot to bid on.
    /// @param commitment As in `commit`, for `to`.
    /// @param lock As in `commit`, for `to`.
    function roll(uint256 from, uint256 to, bytes24 commitment, bytes calldata lock) external payable {
        _announce(to, _roll(from, to, commitment), lock);
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
        if (!slot.isSealed()) --book.members;
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
        Flaw flaw = _open(box, lot, msg.sender, bid_, salt, _minimumBid());
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
        uint64 minimum = _minimumBid();
        uint256 count;
        for (uint256 i = 0; i < openings.length; ++i) {
            Opening calldata opening = openings[i];
            (address bidder, uint64 bid_) = (opening.bidder, opening.bid);
            Flaw flaw = _open(boxes[bidder], lot, bidder, bid_, opening.salt, minimum);
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
    /// @dev Only once the lot is decided for this book; who did not reveal need not wait for more than the end of reveal. Several lots at once:
    /// through `multicall`. The bond rounds down to a unit; one of the whole deposit is burnt by `claimBatch` only, since there is nothing to
    /// claim.
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

    /// @notice Pays many bidders what is left of their deposits on `lot`. Anyone may call, from the end of reveal on. Whoever does not take the
    /// payment keeps the claim. Whoever has nothing to claim yet, or at all, is passed over.
    /// @dev Budget: 14,000 gas each; for the served about 3,000 more, since their bids stay on record.
    /// @param lot The lot's number.
    /// @param bidders Whom to pay.
    function claimBatch(uint256 lot, address[] calldata bidders) external {
        (uint64 share, address awaited) = _resolve(lot);
        if (awaited == EVERYBODY) _requireRevealEnded(lot);
        mapping(address bidder => Box) storage boxes = _boxes[lot];
        uint256[] memory entries = new uint256[](bidders.length);
        uint256 count;
        for (uint256 i = 0; i < bidders.length; ++i) {
            address bidder = bidders[i];
            Box storage box = boxes[bidder];
            BidSlot before = box.slot;
            (uint64 due, uint64 bond) = _take(box, before, lot, bidder, share, awaited);
            if (due != 0) {
                if (!Payments.push(bidder, Units.toWei(due))) {
                    box.slot = before;
                    emit PushRefused(lot, bidder, due);
                    continue;
                }
                entries[count++] = entry(lot, due, bidder);
            }
            if (bond != 0) emit BondBurnt(lot, bidder, bond);
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

    /// @notice The bid of `bidder` on `lot`.
    /// @param lot The lot's number.
    /// @param bidder Whose bid it is.
    /// @return All zero if there is none, or nothing is left of it.
    function bidOf(uint256 lot, address bidder) external view returns (Bid memory) {
        return _boxes[lot][bidder].slot.unpack();
    }

    /// @notice The phase of `lot`.
    /// @param lot The lot's number.
    /// @return Where it stands for this book; `None` if it has none on the lot.
    function phase(uint256 lot) public view virtual returns (Phase);

    // WHAT THE TWO LEVELS DO DIFFERENTLY

    /// @dev Takes the open bid of `bidder`, in the order of opening.
    function _admit(uint256 lot, address bidder, uint64 bid_) internal virtual {}

    /// @dev Takes the entry of a bid that was opened alone, in the order of opening.
    function _enlist(uint256 lot, uint256 entry_) internal virtual {}

    /// @dev Takes the entries of bids that were opened together, in the order of opening.
    function _enlistAll(uint256 lot, uint256[] memory entries) internal virtual {}

    /// @dev Counts bids that were opened.
    function _count(Book storage book, uint256 opened) internal virtual {}

    /// @dev On which terms a book pays its open bids out. (Sealed ones it pays out from the end of reveal on.) A whole batch is paid on the
    /// terms at its start, whatever its recipients do meanwhile: the gas of a push is enough to settle a lot.
    /// @return share What each served bidder pays, in units: 0 unless the book won.
    /// @return awaited Whose open bid is not paid out yet: `EVERYBODY`'s until the lot is closed, then that of a winner not yet settled.
    function _resolve(uint256 lot) internal virtual returns (uint64 share, address awaited);

    /// @dev Whether `bidder`, whose open bid is `bid_`, is served at `share` in a book that won.
    function _isServed(uint256 lot, address bidder, uint64 bid_, uint64 share) internal view virtual returns (bool);

    /// @dev The smallest bid this book takes, in units.
    function _minimumBid() internal view virtual returns (uint64);

    /// @dev The smallest deposit under a sealed bid, in units, at least 1; reverts if this book takes no sealed bids.
    function _minimumSealed(uint256 lot) internal view virtual returns (uint64);

    // SHARED STEPS

    function _openBook(uint256 lot, IAuctioneer.Schedule memory schedule) internal {
        _books[lot] = Book({
            endOfBidding: schedule.endOfBidding,
            endOfReveal: schedule.endOfReveal,
            endOfTally: schedule.endOfTally,
            bondBps: schedule.bondBps,
            members: 0,
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

    /// @dev Seals a bid of the caller and adds `added` units to its deposit.
    function _seal(uint256 lot, bytes24 commitment, uint256 added) private returns (BidSlot slot) {
        uint64 minimum = _minimumSealed(lot);
        // `_requireBidding` written out: with a call of it a bid would be over its budget of gas
        if (block.timestamp >= _books[lot].endOfBidding) revert WrongPhase(lot, phase(lot));
        Box storage box = _boxes[lot][msg.sender];
        uint64 total = Units.add(box.slot.deposit(), added);
        if (total < minimum) {
            if (total == 0) revert ZeroDeposit(lot, msg.sender);
            revert BelowMinimum(lot, msg.sender, total, minimum);
        }
        slot = BidSlots.seal(commitment, total);
        box.slot = slot;
    }

    function _announce(uint256 lot, BidSlot slot) private {
        emit BidSealed(entry(lot, 0, msg.sender), bytes32(BidSlot.unwrap(slot)));
    }

    /// @dev An empty lock is none.
    function _announce(uint256 lot, BidSlot slot, bytes calldata lock) private {
        if (lock.length > MAX_LOCK) revert LockTooLong(lot, lock.length, MAX_LOCK);
        if (lock.length == 0) _announce(lot, slot);
        else emit BidLocked(entry(lot, 0, msg.sender), bytes32(BidSlot.unwrap(slot)), lock);
    }

    function _roll(uint256 from, uint256 to, bytes24 commitment) private returns (BidSlot) {
        uint64 due = _claim(from);
        emit Rolled(entry(from, due, msg.sender));
        return _seal(to, commitment, due + Units.fromWei(msg.value));
    }

    /// @dev Opens one bid, or says why not; changes nothing then.
    function _open(Box storage box, uint256 lot, address bidder, uint64 bid_, bytes32 salt, uint64 minimum)
        private
        returns (Flaw)
    {
        BidSlot slot = box.slot;
        if (!slot.isSealed()) return slot.isEmpty() ? Flaw.NoBid : Flaw.AlreadyRevealed;
        if (!slot.opens(lot, bidder, bid_, salt)) return Flaw.WrongOpening;
        if (bid_ > slot.deposit()) return Flaw.BidAboveDeposit;
        if (bid_ < minimum) return bid_ == 0 ? Flaw.ZeroBid : Flaw.BelowMinimum;
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

    function _requireRevealEnded(uint256 lot) private view {
        uint256 end = _books[lot].endOfReveal;
        if (end == 0 || block.timestamp < end) revert WrongPhase(lot, phase(lot));
    }

    /// @dev Takes what is due to the caller out of its box; reverts if nothing is.
    function _claim(uint256 lot) private returns (uint64 due) {
        (uint64 share, address awaited) = _resolve(lot);
        Box storage box = _boxes[lot][msg.sender];
        uint64 bond;
        (due, bond) = _take(box, box.slot, lot, msg.sender, share, awaited);
        if (bond != 0) emit BondBurnt(lot, msg.sender, bond);
        if (due != 0) return due;
        if (awaited == EVERYBODY) _requireRevealEnded(lot);
        if (box.slot.deposit() != 0 && (awaited == EVERYBODY || awaited == msg.sender)) revert WrongPhase(lot, phase(lot));
        revert NothingToClaim(lot, msg.sender);
    }

    /// @dev Takes what is due to `bidder` out of its box, which holds `slot`, in units, and the bond it has to leave here; a second call takes
    /// nothing.
    function _take(Box storage box, BidSlot slot, uint256 lot, address bidder, uint64 share, address awaited)
        private
        returns (uint64 due, uint64 bond)
    {
        due = slot.deposit();
        if (due == 0) return (0, 0);
        if (slot.isSealed()) {
            _requireRevealEnded(lot);
            box.slot = BidSlots.EMPTY;
            bond = uint64((uint256(due) * _books[lot].bondBps) / BPS); // casting is safe: bondBps <= BPS
            return (due - bond, bond);
        }
        if (awaited != address(0) && (awaited == bidder || awaited == EVERYBODY)) return (0, 0);
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

    function _shorten(uint256[] memory words, uint256 length) private pure {
        assembly ("memory-safe") {
            // only ever to fewer words than were allocated
            mstore(words, length)
        }
    }
}
