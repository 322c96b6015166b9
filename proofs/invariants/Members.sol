// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BidBook} from "../../contracts/base/BidBook.sol";
import {DAO} from "../../contracts/groups/DAO.sol";
import {Phase} from "../../contracts/interfaces/Phase.sol";
import {Bid} from "../../contracts/libraries/BidSlot.sol";
import {Actor} from "../../contracts/test/Actor.sol";
import {Handler, deployed, vm} from "./Campaign.sol";

/// @title People with bids in the books of DAOs, and of an auctioneer if it has one
/// @notice What they did is noted here, apart from the contracts: what they are owed follows from that alone, to the wei, and every payment
/// is held to it when it is made. Three of the people are contracts that refuse ether, take too much gas, or call back.
abstract contract Members is Handler {
    /// @notice What somebody did on a lot, in units.
    struct Note {
        uint64 deposit; // under the bid, until it is paid out
        uint64 bid;
        bytes32 salt;
        bool isSealed;
        bool isOpen;
        int256 spent; // paid in less paid out, in wei
        uint64 fine; // what silence cost
    }

    /// @notice A step of a tally.
    struct Step {
        uint256 start;
        uint96 best;
        bytes bids;
    }

    uint256 internal constant UNIT = 1 gwei;
    /// @dev More than any call needs, and little enough for those who burn it.
    uint256 internal constant GAS = 4_000_000;
    uint256 internal constant PURSE = 1_000_000 ether;
    uint256 internal constant RECENT = 6;
    address internal constant STRANGER = address(0x57a4e5);
    address internal constant SINK = address(0x514c0000);

    BidBook[] internal _books;
    DAO[] internal _daos;
    address[] internal _people;

    mapping(BidBook book => mapping(uint256 lot => mapping(address person => Note))) internal _notes;
    mapping(BidBook book => mapping(uint256 lot => bool)) internal _won;
    mapping(BidBook book => mapping(uint256 lot => uint64)) internal _shareOf;
    mapping(BidBook book => mapping(uint256 lot => mapping(address tallier => Step[]))) internal _steps;

    /// @dev Of each book, in wei: what it owes to people, what is burnt, what was forced on it.
    mapping(BidBook book => uint256) internal _owed;
    mapping(BidBook book => uint256) internal _burnt;
    mapping(BidBook book => uint256) internal _forced;
    /// @dev All the ether there is, in wei.
    uint256 internal _supply;

    uint256 private _witness;
    bytes32 private _state;

    /// @dev Starts an action, a moment after the one before; or where the next phase begins.
    modifier acts(uint256 seed) {
        _begin(seed);
        if (_oneIn(6)) vm.warp(_now() + _draw(30));
        if (_oneIn(30)) _skip();
        _;
    }

    constructor() {
        for (uint160 i = 0; i < 7; ++i) {
            _people.push(address(0xa11ce000 + i));
        }
        _people.push(deployed("Actor", ""));
        _people.push(deployed("Actor", ""));
        _people.push(deployed("ReturnBomb", ""));
        for (uint256 i = 0; i < _people.length; ++i) {
            vm.deal(_people[i], PURSE);
        }
        _supply = PURSE * _people.length;
    }

    // BIDDING

    function commit(uint256 seed) external acts(seed) {
        BidBook book = _sealedBook();
        _commit(book, _lotIn(book, Phase.Bidding), _person(), _oneIn(2));
    }

    /// @dev Several people, so that groups are large enough to have something to split.
    function commitAll(uint256 seed) external acts(seed) {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            BidBook book = _sealedBook();
            if (book.phase(lot) != Phase.Bidding) continue;
            for (uint256 i = 0; i < _people.length; ++i) {
                if (_notes[book][lot][_people[i]].deposit == 0 && _oneIn(2)) _commit(book, lot, _people[i], false);
            }
        }
    }

    function commitMany(uint256 seed) external acts(seed) {
        (BidBook book, address person) = (_sealedBook(), _person());
        (uint256 one, uint256 other) = (_lotIn(book, Phase.Bidding), _lotIn(book, Phase.Bidding));
        BidBook.Seal[] memory seals = new BidBook.Seal[](2);
        uint64[2] memory bids = [_bid(), _bid()];
        bytes32[2] memory salts = [bytes32(_draw(type(uint256).max)), bytes32(_draw(type(uint256).max))];
        seals[0] = BidBook.Seal(one, _seal(book, one, person, bids[0], salts[0]), bids[0]);
        seals[1] = BidBook.Seal(other, _seal(book, other, person, bids[1], salts[1]), bids[1]);
        uint256 named = (uint256(bids[0]) + bids[1]) * UNIT;
        vm.prank(person);
        try book.commitMany{value: named, gas: GAS}(seals, new bytes[](2)) {
            _note("commitMany", true);
            _sealed(book, one, person, bids[0], bids[0], salts[0]);
            _sealed(book, other, person, bids[1], bids[1], salts[1]);
        } catch {
            _note("commitMany", false);
        }
    }

    function raiseBid(uint256 seed) external acts(seed) {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            DAO dao = _dao(true);
            if (_oneIn(2) && (dao.phase(lot) == Phase.Bidding || _oneIn(20))) _raiseBids(dao, lot);
        }
    }

    function _raiseBids(DAO dao, uint256 lot) private {
        uint256 from = _draw(_people.length);
        for (uint256 i = from; i < from + 5; ++i) {
            address person = _people[i % _people.length];
            uint64 amount = _bid();
            vm.prank(person);
            try dao.raiseBid{value: amount * UNIT, gas: GAS}(lot) {
                _note("raiseBid", true);
                _raised(dao, lot, person, amount);
            } catch {
                _note("raiseBid", false);
            }
        }
    }

    function raiseMany(uint256 seed) external acts(seed) {
        (DAO dao, address person) = (_dao(true), _person());
        DAO.Raise[] memory raises = new DAO.Raise[](2);
        raises[0] = DAO.Raise(_lotIn(dao, Phase.Bidding), _bid());
        raises[1] = DAO.Raise(_lotIn(dao, Phase.Bidding), _bid());
        uint256 named = (uint256(raises[0].amount) + raises[1].amount) * UNIT;
        vm.prank(person);
        try dao.raiseMany{value: named, gas: GAS}(raises) {
            _note("raiseMany", true);
            _raised(dao, raises[0].lot, person, raises[0].amount);
            _raised(dao, raises[1].lot, person, raises[1].amount);
        } catch {
            _note("raiseMany", false);
        }
    }

    function withdraw(uint256 seed) external acts(seed) {
        BidBook book = _book();
        uint256 lot = _lotIn(book, Phase.Bidding);
        address person = _somebody(book, lot);
        address recipient = _recipient(person);
        uint256 deposit = _notes[book][lot][person].deposit;
        uint256 before = recipient.balance;
        _watch(lot, lot);
        vm.prank(person);
        try book.withdraw{gas: GAS}(lot, recipient) {
            _note("withdraw", true);
            require(deposit != 0 && _now() < book.bookOf(lot).endOfBidding, "withdrew what cannot be");
            require(recipient.balance - before == deposit * UNIT, "withdraw: not the deposit");
            _owed[book] -= deposit * UNIT;
            int256 spent = _notes[book][lot][person].spent - int256(deposit * UNIT);
            delete _notes[book][lot][person];
            _notes[book][lot][person].spent = spent;
        } catch {
            _note("withdraw", false);
        }
        _unharmed();
    }

    function roll(uint256 seed) external acts(seed) {
        BidBook book = _sealedBook();
        uint256 to = _lotIn(book, Phase.Bidding);
        (uint256 from, address person) = _claimable(book);
        (uint64 due, uint64 bond) = _due(book, from, person);
        (uint64 bid, uint64 added) = (_bid(), _oneIn(2) ? 0 : _bid());
        bytes32 salt = bytes32(_draw(type(uint256).max));
        bytes24 commitment = _seal(book, to, person, bid, salt);
        bool may = _mayClaim(book, from, person);
        _watch(from, to);
        vm.prank(person);
        try book.roll{value: added * UNIT, gas: GAS}(from, to, commitment) {
            _note("roll", true);
            require(may && due != 0, "rolled what is not due");
            _paid(book, from, person, due, bond);
            // what is rolled was paid out to nobody
            _sealed(book, to, person, due + added, bid, salt);
        } catch {
            _note("roll", false);
        }
        _unharmed();
    }

    // REVEAL

    function reveal(uint256 seed) external acts(seed) {
        BidBook book = _sealedBook();
        uint256 lot = _lotIn(book, Phase.Reveal);
        address person = _somebody(book, lot);
        Note memory note = _notes[book][lot][person];
        _watch(lot, lot);
        vm.prank(person);
        try book.reveal{gas: GAS}(lot, note.bid, note.salt) {
            _note("reveal", true);
            require(note.isSealed && _isGood(book, note), "revealed what cannot be");
            _opened(book, lot, person);
        } catch {
            _note("reveal", false);
        }
        _unharmed();
    }

    function revealBatch(uint256 seed) external acts(seed) {
        _revealMost();
    }

    /// @dev A seal that was copied from another bidder opens for nobody.
    function revealCopied(uint256 seed) external acts(seed) {
        BidBook book = _sealedBook();
        uint256 lot = _lotIn(book, Phase.Reveal);
        Note memory note = _notes[book][lot][_somebody(book, lot)];
        if (!note.isSealed) return;
        vm.prank(STRANGER);
        try book.reveal{gas: GAS}(lot, note.bid, note.salt) {
            revert("a copied opening opens");
        } catch {}
    }

    // TALLY

    function tally(uint256 seed) external acts(seed) {
        _tallyMost();
    }

    /// @dev Somebody left out, counted twice, out of order, or not open: a tally is never completed so, and never wrong.
    function tallyWrongly(uint256 seed) external acts(seed) {
        DAO dao = _dao();
        uint256 lot = _lotIn(dao, Phase.Tally);
        (address[] memory members,) = _sorted(dao, lot);
        if (members.length < 2) return;
        uint256 place = _draw(members.length - 1);
        uint256 kind = _draw(3);
        if (kind == 0) members[place] = members[place + 1];
        else if (kind == 1) (members[place], members[place + 1]) = (members[place + 1], members[place]);
        else members[place] = STRANGER;
        vm.prank(SINK);
        try dao.tally{gas: GAS}(lot, members) {
            revert("a wrong tally was taken");
        } catch {}
    }

    // CLAIMS

    function claim(uint256 seed) external acts(seed) {
        BidBook book = _book();
        (uint256 lot, address person) = _claimable(book);
        _tempt(person, book, lot);
        _claim(book, lot, person, person);
        _calm(person);
    }

    function claimTo(uint256 seed) external acts(seed) {
        BidBook book = _book();
        (uint256 lot, address person) = _claimable(book);
        _claim(book, lot, person, _recipient(person));
    }

    function claimBatch(uint256 seed) external acts(seed) {
        BidBook book = _book();
        (uint256 lot, address person) = _claimable(book);
        _tempt(person, book, lot);
        _watch(lot, lot);
        _claimBatch(book, lot);
        _unharmed();
        _calm(person);
    }

    /// @dev Two claims in one call: both are paid, or none.
    function multicall(uint256 seed) external acts(seed) {
        BidBook book = _book();
        (uint256 one, uint256 other, address person) = _twoClaims(book);
        bool may = one != other && _mayClaim(book, one, person) && _mayClaim(book, other, person);
        (uint64 due, uint64 bond) = _due(book, one, person);
        (uint64 more, uint64 moreBond) = _due(book, other, person);
        bytes[] memory calls = new bytes[](2);
        (calls[0], calls[1]) = (abi.encodeCall(BidBook.claim, (one)), abi.encodeCall(BidBook.claim, (other)));
        uint256 before = person.balance;
        vm.prank(person);
        try book.multicall{gas: GAS}(calls) {
            _note("multicall", true);
            require(may && due != 0 && more != 0, "multicall: paid what is not due");
            require(person.balance - before == (uint256(due) + more) * UNIT, "multicall: not what is due");
            _paid(book, one, person, due, bond);
            _paid(book, other, person, more, moreBond);
        } catch {
            _note("multicall", false);
            require(person.balance == before, "multicall: half paid");
        }
    }

    // THE WORLD

    /// @dev Two of the people change how they take ether.
    function behave(uint256 seed) external acts(seed) {
        Actor(payable(_people[7 + _draw(2)])).behave(Actor.Manner(_draw(7)));
    }

    function force(uint256 seed) external acts(seed) {
        BidBook book = _book();
        uint256 amountWei = _draw(3 gwei);
        vm.deal(address(book), address(book).balance + amountWei);
        _forced[book] += amountWei;
        _supply += amountWei;
    }

    function skip(uint256 seed) external seeded(seed) {
        _skip();
    }

    // WHAT MUST HOLD

    /// @notice Each book has what it owes, what is burnt, and what was forced on it, but for what is out under a bid: not a wei more or less.
    function checkBooks() public view {
        for (uint256 i = 0; i < _books.length; ++i) {
            BidBook book = _books[i];
            uint256 due = _owed[book] + _burnt[book] + _forced[book];
            require(address(book).balance + _out(book) == due + _owedBesides(book), "a book is not solvent to the wei");
        }
    }

    /// @notice What the contracts say of each bid is what was noted; of recent lots.
    function checkBids() public view {
        uint256 last = _lotCount();
        for (uint256 lot = _oldest(); lot <= last; ++lot) {
            for (uint256 i = 0; i < _books.length; ++i) {
                checkBook(_books[i], lot);
            }
        }
    }

    /// @notice The same of one book.
    function checkBook(BidBook book, uint256 lot) public view {
        uint256 open;
        for (uint256 i = 0; i < _people.length; ++i) {
            address person = _people[i];
            Note memory note = _notes[book][lot][person];
            Bid memory bid = book.bidOf(lot, person);
            if (note.isOpen) ++open;
            bool served = _isServed(book, lot, person);
            require(bid.deposit == note.deposit, "deposit");
            require(bid.bid == (note.isOpen && (note.deposit != 0 || served) ? note.bid : 0), "bid");
            bytes24 commitment = note.isSealed ? _seal(book, lot, person, note.bid, note.salt) : bytes24(0);
            require(bid.commitment == commitment, "commitment");
        }
        BidBook.Book memory head = book.bookOf(lot);
        if (_isDAO(book) && head.state == BidBook.BookState.Running) require(head.members == open, "count of open bids");
    }

    // SHARED STEPS

    function _commit(BidBook book, uint256 lot, address person, bool locked) private {
        (uint64 bid, uint64 deposit) = (_bid(), _bid());
        if (deposit < bid && _draw(8) != 0) deposit = bid; // some bids are not covered, and can never be opened
        bytes32 salt = bytes32(_draw(type(uint256).max));
        bytes24 commitment = _seal(book, lot, person, bid, salt);
        bytes memory call = locked
            ? abi.encodeWithSignature("commit(uint256,bytes24,bytes)", lot, commitment, new bytes(160))
            : abi.encodeWithSignature("commit(uint256,bytes24)", lot, commitment);
        _watch(lot, lot);
        vm.prank(person);
        (bool done,) = address(book).call{value: deposit * UNIT, gas: GAS}(call);
        if (_note(locked ? "commit locked" : "commit", done)) _sealed(book, lot, person, deposit, bid, salt);
        _unharmed();
    }

    /// @dev All who have sealed a bid, but for one now and then; one of them twice, one with a wrong salt, one who never bid.
    function _revealBatch(BidBook book, uint256 lot) private {
        uint256 count = _people.length;
        uint256 from = _draw(count);
        uint256 silent = _oneIn(2) ? _draw(count) : count;
        BidBook.Opening[] memory openings = new BidBook.Opening[](count + 3);
        openings[0] = BidBook.Opening(STRANGER, 1, 0);
        openings[1] = BidBook.Opening(_people[from], _notes[book][lot][_people[from]].bid, bytes32(uint256(1)));
        for (uint256 i = 0; i < count; ++i) {
            uint256 place = (from + i) % count;
            Note storage note = _notes[book][lot][_people[place]];
            openings[2 + i] = BidBook.Opening(_people[place], note.bid, place == silent ? bytes32(0) : note.salt);
        }
        openings[count + 2] = openings[2];
        _watch(lot, lot);
        vm.prank(STRANGER);
        try book.revealBatch{gas: GAS}(lot, openings) {
            _note("revealBatch", true);
        } catch {
            _note("revealBatch", false);
            return;
        }
        _unharmed();
        for (uint256 i = 2; i < count + 2; ++i) {
            Note storage note = _notes[book][lot][openings[i].bidder];
            if (note.isSealed && openings[i].salt == note.salt && _isGood(book, note)) _opened(book, lot, openings[i].bidder);
        }
    }

    function _sealed(BidBook book, uint256 lot, address person, uint64 added, uint64 bid, bytes32 salt) private {
        require(_now() < book.bookOf(lot).endOfBidding, "sealed after bidding");
        Note storage note = _notes[book][lot][person];
        require(!note.isOpen, "sealed over an open bid");
        note.deposit += added;
        (note.bid, note.salt, note.isSealed) = (bid, salt, true);
        note.spent += int256(added * UNIT);
        _owed[book] += added * UNIT;
    }

    function _raised(DAO dao, uint256 lot, address person, uint64 amount) private {
        require(_now() < dao.bookOf(lot).endOfBidding, "raised after bidding");
        Note storage note = _notes[dao][lot][person];
        note.deposit += amount;
        (note.bid, note.isOpen) = (note.deposit, true);
        require(note.bid >= dao.minimumBid(), "raised to less than the minimum");
        note.spent += int256(amount * UNIT);
        _owed[dao] += amount * UNIT;
    }

    function _opened(BidBook book, uint256 lot, address person) private {
        BidBook.Book memory head = book.bookOf(lot);
        require(_now() >= head.endOfBidding && _now() < head.endOfReveal, "opened out of time");
        Note storage note = _notes[book][lot][person];
        (note.isSealed, note.isOpen) = (false, true);
        if (!_isDAO(book)) _arrived(lot, person, note.bid);
    }

    /// @dev In most books of most lots.
    function _revealMost() private {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            for (uint256 i = 0; i < _books.length; ++i) {
                if (_books[i].phase(lot) != Phase.Reveal && !_oneIn(20)) continue;
                if (!_isOpen(_books[i]) && _draw(4) != 0) _revealBatch(_books[i], lot);
            }
        }
    }

    /// @dev Most DAOs of most lots; some in steps.
    function _tallyMost() private {
        for (uint256 lot = _oldest(); lot <= _lotCount(); ++lot) {
            for (uint256 i = 0; i < _daos.length; ++i) {
                if (_daos[i].phase(lot) != Phase.Tally && !_oneIn(20)) continue;
                if (_draw(4) != 0) _tallySome(_daos[i], lot);
            }
        }
    }

    function _tallySome(DAO dao, uint256 lot) private {
        address tallier = _tallier();
        (address[] memory members,) = _sorted(dao, lot);
        (, uint32 counted,) = dao.progress(lot, tallier);
        uint256 rest = members.length - counted;
        uint256 count = rest == 0 || _draw(3) != 0 ? rest : 1 + _draw(rest);
        _tally(dao, lot, tallier, _part(members, counted, count));
    }

    function _tally(DAO dao, uint256 lot, address tallier, address[] memory members) internal {
        (, uint32 counted, uint96 best) = dao.progress(lot, tallier);
        (address[] memory all, uint64[] memory bids) = _sorted(dao, lot);
        bytes memory packed;
        for (uint256 i = 0; i < members.length; ++i) {
            packed = abi.encodePacked(packed, bids[counted + i]);
        }
        _watch(lot, lot);
        vm.prank(tallier);
        try dao.tally{gas: GAS}(lot, members) {
            _note("tally", true);
            _steps[dao][lot][tallier].push(Step(counted, best, packed));
        } catch {
            _note("tally", false);
            return;
        }
        _unharmed();
        (address by, uint96 willingness) = dao.resultOf(lot);
        require((by == tallier) == (counted + members.length == all.length), "complete before all were counted, or not then");
        if (by != tallier) return;
        _note("tally completed", true);
        uint256 most;
        for (uint256 i = 0; i < bids.length; ++i) {
            uint256 reach = (bids.length - i) * bids[i];
            if (reach > most) most = reach;
        }
        require(willingness == most, "not what the members are willing to pay");
        _arrived(lot, address(dao), willingness);
    }

    /// @dev Settles a lot that `dao` won at `price`: by the step at which the price is reached.
    function _settleDAO(DAO dao, uint256 lot, uint96 price) internal returns (bool done, uint256 paid) {
        (address tallier,) = dao.resultOf(lot);
        uint256 served = _servedAt(dao, lot, price);
        Step[] storage steps = _steps[dao][lot][tallier];
        for (uint256 i = 0; i < steps.length && !done; ++i) {
            _watch(lot, lot);
            vm.prank(STRANGER);
            try dao.settle{gas: GAS}(lot, steps[i].start, steps[i].best, steps[i].bids) {
                done = true;
            } catch {}
            _unharmed();
        }
        if (!done) return (false, 0);
        uint64 share = uint64((price + served - 1) / served);
        (_won[dao][lot], _shareOf[dao][lot]) = (true, share);
        paid = served * share;
        _owed[dao] -= paid * UNIT;
        require(dao.servedOf(lot) == served && dao.bookOf(lot).share == share, "not the split of the price");
        _checkServed(dao, lot, share);
    }

    /// @dev The largest number that can bear the price.
    function _servedAt(DAO dao, uint256 lot, uint96 price) private view returns (uint256 served) {
        (, uint64[] memory bids) = _sorted(dao, lot);
        for (uint256 i = bids.length; i > 0; --i) {
            if ((bids.length + 1 - i) * bids[i - 1] >= price) served = bids.length + 1 - i;
        }
    }

    function _checkServed(DAO dao, uint256 lot, uint64 share) private view {
        (address[] memory members, uint64[] memory bids) = _sorted(dao, lot);
        for (uint256 i = 0; i < members.length; ++i) {
            require(dao.isServed(lot, members[i]) == (bids[i] >= share), "not those served who can pay");
        }
        for (uint256 i = 0; i < _people.length; ++i) {
            bool open = _notes[dao][lot][_people[i]].isOpen;
            require(open || !dao.hasAccess(lot, _people[i]), "access without a bid");
        }
    }

    function _claim(BidBook book, uint256 lot, address person, address recipient) internal {
        (uint64 due, uint64 bond) = _due(book, lot, person);
        bool may = _mayClaim(book, lot, person);
        uint256 before = recipient.balance;
        bytes memory call =
            person == recipient ? abi.encodeCall(BidBook.claim, (lot)) : abi.encodeCall(BidBook.claimTo, (lot, recipient));
        _watch(lot, lot);
        vm.prank(person);
        (bool done,) = address(book).call{gas: GAS}(call);
        if (_note(person == recipient ? "claim" : "claimTo", done)) {
            require(may && due != 0, "claimed what is not due");
            require(recipient.balance - before == due * UNIT, "claim: not what is due");
            _paid(book, lot, person, due, bond);
        }
        _unharmed();
    }

    /// @dev Everybody at once, the first twice. Who refuses keeps the claim, as what `bidOf` says then shows.
    function _claimBatch(BidBook book, uint256 lot) internal {
        uint256 count = _people.length;
        address[] memory bidders = new address[](count + 2);
        uint256[] memory before = new uint256[](count);
        bool[] memory may = new bool[](count);
        for (uint256 i = 0; i < count; ++i) {
            (bidders[i], before[i], may[i]) = (_people[i], _people[i].balance, _mayClaim(book, lot, _people[i]));
        }
        (bidders[count], bidders[count + 1]) = (_people[0], STRANGER);
        vm.prank(STRANGER);
        try book.claimBatch{gas: GAS}(lot, bidders) {
            _note("claimBatch", true);
        } catch {
            _note("claimBatch", false);
            return;
        }
        for (uint256 i = 0; i < count; ++i) {
            uint256 received = _people[i].balance - before[i];
            (uint64 due, uint64 bond) = _due(book, lot, _people[i]);
            bool isOut = book.bidOf(lot, _people[i]).deposit == 0 && (due != 0 || bond != 0);
            require(received == (isOut ? due * UNIT : 0), "batch: not what is due");
            require(!isOut || may[i], "batch: paid too early");
            if (due != 0 && may[i]) _note(isOut ? "pushed" : "push refused", true);
            if (isOut) _paid(book, lot, _people[i], due, bond);
        }
    }

    function _paid(BidBook book, uint256 lot, address person, uint64 due, uint64 bond) private {
        Note storage note = _notes[book][lot][person];
        if (note.isSealed) (note.isSealed, note.fine) = (false, bond);
        note.deposit = 0;
        note.spent -= int256(due * UNIT);
        _owed[book] -= (uint256(due) + bond) * UNIT;
        _burnt[book] += bond * UNIT;
        if (bond != 0) _note("bond burnt", true);
    }

    /// @dev What is due to somebody once the book is decided, and what silence costs: in units.
    function _due(BidBook book, uint256 lot, address person) internal view returns (uint64 due, uint64 bond) {
        Note storage note = _notes[book][lot][person];
        if (note.isSealed) bond = uint64(uint256(note.deposit) * book.bookOf(lot).bondBps / 10_000);
        bool pays = note.deposit != 0 && _isServed(book, lot, person);
        due = note.deposit - bond - (pays ? _shareOf[book][lot] : 0);
    }

    function _isServed(BidBook book, uint256 lot, address person) internal view returns (bool) {
        Note storage note = _notes[book][lot][person];
        if (!_won[book][lot] || !note.isOpen) return false;
        return _isDAO(book) ? note.bid >= _shareOf[book][lot] : person == _leaderOf(lot);
    }

    /// @dev Whether it is time to pay somebody out.
    function _mayClaim(BidBook book, uint256 lot, address person) internal view returns (bool) {
        if (_notes[book][lot][person].isSealed) return _now() >= book.bookOf(lot).endOfReveal;
        Phase now_ = book.phase(lot);
        if (_isDAO(book) && book.bookOf(lot).state == BidBook.BookState.Lost) return true; // for good
        if (now_ < Phase.Closed) return false;
        return now_ != Phase.Closed || _leaderOf(lot) != (_isDAO(book) ? address(book) : person);
    }

    /// @dev Of all who have claimed in the end: silence cost its bond, who was served paid the share, at most the bid; nobody else anything.
    function _checkSpent(BidBook book, uint256 lot) internal view {
        for (uint256 i = 0; i < _people.length; ++i) {
            Note storage note = _notes[book][lot][_people[i]];
            bool served = _isServed(book, lot, _people[i]);
            uint256 cost = served ? _shareOf[book][lot] : note.fine;
            require(note.spent == int256(cost * UNIT), "paid what nobody owed");
            require(!served || cost <= note.bid, "paid more than the bid");
            require(served || note.deposit == 0, "a deposit that cannot be had");
        }
    }

    /// @dev The open bids of a DAO, in ascending order of (bid, address).
    function _sorted(DAO dao, uint256 lot) internal view returns (address[] memory members, uint64[] memory bids) {
        uint256 count;
        address[] memory all = new address[](_people.length);
        for (uint256 i = 0; i < _people.length; ++i) {
            if (_notes[dao][lot][_people[i]].isOpen) all[count++] = _people[i];
        }
        (members, bids) = (new address[](count), new uint64[](count));
        for (uint256 i = 0; i < count; ++i) {
            uint64 bid = _notes[dao][lot][all[i]].bid;
            uint256 j = i;
            for (; j > 0 && (bids[j - 1] > bid || (bids[j - 1] == bid && members[j - 1] > all[i])); --j) {
                (bids[j], members[j]) = (bids[j - 1], members[j - 1]);
            }
            (bids[j], members[j]) = (bid, all[i]);
        }
    }

    /// @dev Has a contract that is paid call back for a second payment.
    function _tempt(address person, BidBook book, uint256 lot) private {
        if (person != _people[7] && person != _people[8]) return;
        Actor(payable(person)).prepare(address(book), abi.encodeCall(BidBook.claim, (lot)));
        if (_oneIn(2)) Actor(payable(person)).behave(Actor.Manner.Reenter);
    }

    /// @dev It calls nobody any more: at another time it would be paid what it is due.
    function _calm(address person) private {
        if (person == _people[7] || person == _people[8]) Actor(payable(person)).prepare(address(0), "");
    }

    // THE END

    function _tallyAll(uint256 lot) internal {
        _warpTo(_timesOf(lot)[1]);
        for (uint256 i = 0; i < _daos.length; ++i) {
            DAO dao = _daos[i];
            (address by,) = dao.resultOf(lot);
            if (dao.phase(lot) != Phase.Tally || by != address(0)) continue;
            (, uint32 counted,) = dao.progress(lot, STRANGER);
            (address[] memory members,) = _sorted(dao, lot);
            _tally(dao, lot, STRANGER, _part(members, counted, members.length - counted));
            (by,) = dao.resultOf(lot);
            require(by == STRANGER, "a tally that cannot be completed");
        }
    }

    function _payOut(BidBook book, uint256 lot) internal {
        if (book.bookOf(lot).state == BidBook.BookState.None) return;
        _claimBatch(book, lot);
        for (uint256 i = 0; i < _people.length; ++i) {
            (uint64 due,) = _due(book, lot, _people[i]);
            if (due != 0) _claim(book, lot, _people[i], SINK);
        }
        _checkSpent(book, lot);
        checkBook(book, lot);
    }

    function _warpTo(uint256 time) internal {
        if (time > _now()) vm.warp(time);
    }

    // WITNESSES

    /// @dev Notes the state of some lot that is neither of these, now and then.
    function _watch(uint256 one, uint256 other) internal {
        _witness = 0;
        if (_lotCount() == 0 || _draw(3) != 0) return;
        uint256 lot = _lot();
        if (lot == one || lot == other) return;
        (_witness, _state) = (lot, _stateOf(lot));
    }

    /// @dev It is as it was.
    function _unharmed() internal view {
        require(_witness == 0 || _stateOf(_witness) == _state, "a call changed another lot");
    }

    function _stateOf(uint256 lot) private view returns (bytes32 state) {
        state = _lotState(lot);
        for (uint256 i = 0; i < _books.length; ++i) {
            BidBook book = _books[i];
            state = keccak256(abi.encode(state, book.bookOf(lot)));
            for (uint256 j = 0; j < _people.length; ++j) {
                state = keccak256(abi.encode(state, book.bidOf(lot, _people[j])));
            }
        }
        for (uint256 i = 0; i < _daos.length; ++i) {
            (address tallier, uint96 willingness) = _daos[i].resultOf(lot);
            state = keccak256(abi.encode(state, tallier, willingness));
        }
    }

    /// @dev The compiler takes it that time stands still within a call.
    function _now() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    /// @dev What most people do before a phase ends.
    function _hurry() internal virtual {
        _revealMost();
        _tallyMost();
    }

    /// @dev To the next moment at which a phase of a recent lot ends, or a second before; now and then past some of them.
    function _skip() private {
        if (_lotCount() == 0) return;
        if (_draw(4) != 0) _hurry();
        if (_oneIn(60)) vm.warp(_now() + 4 days);
        uint256 last = _lotCount();
        uint256 next = type(uint256).max;
        for (uint256 lot = _oldest(); lot <= last; ++lot) {
            uint256 time = _nextTime(lot);
            if (time < next) next = time;
        }
        if (_oneIn(7)) next = _nextTime(_lot());
        if (next != type(uint256).max) vm.warp(_oneIn(4) && next - 1 > _now() ? next - 1 : next);
    }

    function _nextTime(uint256 lot) private view returns (uint256) {
        uint40[] memory times = _timesOf(lot);
        for (uint256 i = 0; i < times.length; ++i) {
            if (times[i] > _now()) return times[i];
        }
        return type(uint256).max;
    }

    // DRAWS

    function _person() internal returns (address) {
        return _people[_draw(_people.length)];
    }

    function _book() internal returns (BidBook) {
        return _books[_draw(_books.length)];
    }

    function _sealedBook() private returns (BidBook book) {
        do {
            book = _book();
        } while (_isOpen(book));
    }

    function _isOpen(BidBook book) private view returns (bool) {
        return _isDAO(book) && DAO(address(book)).isOpen();
    }

    function _dao() internal returns (DAO) {
        return _daos[_draw(_daos.length)];
    }

    /// @dev Every other DAO has open bids.
    function _dao(bool open) internal returns (DAO) {
        return _daos[_draw(_daos.length / 2) * 2 + (open ? 1 : 0)];
    }

    function _tallier() private returns (address) {
        return _draw(3) == 0 ? SINK : STRANGER;
    }

    function _recipient(address person) private returns (address) {
        uint256 kind = _draw(3);
        return kind == 0 ? SINK : kind == 1 ? _people[_draw(7)] : person;
    }

    /// @dev Small, so that ties, equal shares and remainders are frequent.
    function _bid() internal returns (uint64) {
        return uint64(_oneIn(20) ? 1 + _draw(1e9) : 1 + _draw(40));
    }

    /// @dev The first of the recent lots.
    function _oldest() internal view returns (uint256) {
        uint256 last = _lotCount();
        return last > RECENT ? last - RECENT + 1 : 1;
    }

    /// @dev One of the recent lots.
    function _lot() internal returns (uint256) {
        uint256 last = _lotCount();
        return last - _draw(last < RECENT ? last : RECENT);
    }

    /// @dev One of them that is in a phase, for this book; else any.
    function _lotIn(BidBook book, Phase phase) internal returns (uint256 lot) {
        for (uint256 i = 0; i < 8; ++i) {
            lot = _lot();
            if (book.phase(lot) == phase) return lot;
        }
    }

    /// @dev Somebody with a bid, if there is one.
    function _somebody(BidBook book, uint256 lot) internal returns (address person) {
        for (uint256 i = 0; i < 8; ++i) {
            person = _person();
            if (_notes[book][lot][person].deposit != 0) return person;
        }
    }

    /// @dev Somebody with something to claim, if there is anybody.
    function _claimable(BidBook book) internal returns (uint256 lot, address person) {
        for (uint256 i = 0; i < 6; ++i) {
            lot = _lot();
            person = _somebody(book, lot);
            (uint64 due,) = _due(book, lot, person);
            if (due != 0 && _mayClaim(book, lot, person)) return (lot, person);
        }
    }

    /// @dev Two recent lots on which somebody has something to claim, if there are any; else one lot twice.
    function _twoClaims(BidBook book) private returns (uint256 one, uint256 other, address person) {
        uint256 from = _draw(_people.length);
        uint256 last = _lotCount();
        for (uint256 i = from; i < from + _people.length; ++i) {
            (one, person) = (0, _people[i % _people.length]);
            for (uint256 lot = last; lot > 0 && lot + RECENT > last; --lot) {
                (uint64 due,) = _due(book, lot, person);
                if (due == 0 || !_mayClaim(book, lot, person)) continue;
                if (one != 0) return (one, lot, person);
                one = lot;
            }
        }
        return (last, last, person);
    }

    function _inBooks() internal view returns (uint256 sum) {
        sum = STRANGER.balance + SINK.balance;
        for (uint256 i = 0; i < _people.length; ++i) {
            sum += _people[i].balance;
        }
        for (uint256 i = 0; i < _books.length; ++i) {
            sum += address(_books[i]).balance;
        }
    }

    function _part(address[] memory members, uint256 from, uint256 count) internal pure returns (address[] memory part) {
        part = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            part[i] = members[from + i];
        }
    }

    function _seal(BidBook book, uint256 lot, address person, uint64 bid, bytes32 salt) private view returns (bytes24) {
        return bytes24(keccak256(abi.encode(block.chainid, address(book), lot, person, bid, salt)));
    }

    function _isGood(BidBook book, Note memory note) private view returns (bool) {
        return note.bid <= note.deposit && note.bid >= (_isDAO(book) ? DAO(address(book)).minimumBid() : 1);
    }

    // WHAT THE WORLDS DO DIFFERENTLY

    /// @dev Whether this is the book of a DAO, not of an auctioneer.
    function _isDAO(BidBook book) internal view virtual returns (bool);

    function _lotCount() internal view virtual returns (uint256);

    /// @dev When the phases of a lot end, in order.
    function _timesOf(uint256 lot) internal view virtual returns (uint40[] memory);

    /// @dev Who leads a lot, as the auctioneer says.
    function _leaderOf(uint256 lot) internal view virtual returns (address);

    /// @dev A digest of what an auctioneer has of a lot beside bids.
    function _lotState(uint256 lot) internal view virtual returns (bytes32);

    /// @dev What a book owes to others than bidders, in wei.
    function _owedBesides(BidBook book) internal view virtual returns (uint256);

    /// @dev What a book has out under bids, in wei.
    function _out(BidBook) internal view virtual returns (uint256) {}

    /// @dev A bid came to the upper level.
    function _arrived(uint256 lot, address bidder, uint96 bid) internal virtual;

    /// @dev The actions here that are counted.
    function _memberActions() internal pure returns (string memory) {
        return "commit,commit locked,commitMany,raiseBid,raiseMany,withdraw,roll,reveal,revealBatch,tally,tally completed,claim,claimTo,"
            "claimBatch,pushed,push refused,multicall,bond burnt";
    }
}
