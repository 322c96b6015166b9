// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProceeds} from "../../contracts/interfaces/IProceeds.sol";
import {ISignalClockAuction} from "../../contracts/signals/ISignalClockAuction.sol";
import {SignalClockAuction} from "../../contracts/signals/SignalClockAuction.sol";
import {Campaign, Handler, deployed, vm, words} from "./Campaign.sol";
import {Deposits} from "./Deposits.sol";

/// @title What people do at signal clocks, and books of its own about it
/// @notice Six bidders of one or two types, of whom one refuses ether and one calls back when paid; two sellers, of whom one refuses ether; a
/// token that may refuse to move; a source whose words come, come late, or never.
contract SignalsHandler is Deposits {
    string private constant ACTIONS = "list,pass,join,register,requestDraw,word,begin,accept,exit,expire,prepare,stateOffer,lie,buy,"
        "claim,claimTo,claimBatch,reclaim,withdrawProceeds,force,turn";

    /// @dev A bidder.
    struct Seat {
        uint256 kind;
        uint256 place;
        uint256 clock;
        bool left;
        bool silent;
        bool asked;
        bytes table;
    }

    struct LotNote {
        ISignalClockAuction.Terms terms;
        ISignalClockAuction.ClockPhase phase;
        uint256 deadline;
        uint256[2] counts;
        uint256 kind;
        uint256 residue;
        uint256 prepared;
        address asked;
        uint64 price;
        uint256 signal;
    }

    SignalClockAuction public auction;

    mapping(uint256 lot => LotNote) internal _lots;
    mapping(uint256 lot => mapping(address bidder => Seat)) internal _seats;

    constructor() Handler(words(ACTIONS)) {
        auction = SignalClockAuction(deployed("SignalClockAuction", abi.encode(source)));
    }

    // ACTIONS

    function list(uint256 seed) external seeded(seed) {
        if (!_newLot()) return;
        LotNote storage note = _lots[lots];
        note.phase = ISignalClockAuction.ClockPhase.Joining;
        uint40 end = uint40(_now() + 10 minutes + _draw(2 hours));
        note.terms = ISignalClockAuction.Terms({
            signals: uint16(2 + _draw(4)),
            types: uint8(1 + _draw(2)),
            pricing: _oneIn(2) ? ISignalClockAuction.Pricing.Revenue : ISignalClockAuction.Pricing.Welfare,
            endOfJoining: end,
            endOfRegistering: uint40(end + 10 minutes + _draw(2 hours)),
            answerSeconds: uint24(10 minutes + _draw(6 hours)),
            deposit: uint64(1 + _draw(20))
        });
        _goods[lots].depositWei = note.terms.deposit * UNIT;
        vm.prank(_goods[lots].seller);
        require(auction.list(token, _goods[lots].tokenId, note.terms) == lots, "lots are not numbered in order");
        _seal(lots);
        _note("list", true);
    }

    /// @dev Up to three people.
    function join(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Joining);
        for (uint256 i = _draw(3); lot != 0 && i < 3; ++i) {
            _join(lot, people[_draw(PEOPLE)]);
        }
    }

    /// @dev Some never do.
    function register(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Registering);
        for (uint256 i = _draw(3); lot != 0 && i < 3; ++i) {
            _register(lot, people[_draw(PEOPLE)]);
        }
    }

    /// @dev With all that is missing for it, where that can be.
    function begin(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Draw);
        if (lot == 0 || !_bringWord(lot)) return;
        _beginLot(lot);
        _note("begin", true);
    }

    function accept(uint256 seed) external seeded(seed) {
        (uint256 lot, address me) = _answering();
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        Seat storage seat = _seats[lot][me];
        uint256 top = note.terms.signals - 1;
        bool offered = note.phase == ISignalClockAuction.ClockPhase.Offered;
        uint256 most = offered ? (note.signal == 0 ? 0 : note.signal - 1) : top;
        if (seat.clock >= most) return;
        seat.clock += 1 + _draw(most - seat.clock);
        vm.prank(me);
        auction.accept(lot, uint16(seat.clock));
        if (!offered && seat.clock == top) _learned(lot);
        _seal(lot);
        _note("accept", true);
    }

    function exit(uint256 seed) external seeded(seed) {
        (uint256 lot, address me) = _answering();
        if (lot == 0) return;
        vm.prank(me);
        auction.exit(lot);
        _seats[lot][me].left = true;
        _learned(lot);
        _seal(lot);
        _note("exit", true);
    }

    /// @dev Now and then after waiting for it; never before.
    function expire(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(_oneIn(2) ? ISignalClockAuction.ClockPhase.Asking : ISignalClockAuction.ClockPhase.Offered);
        if (lot == 0) return;
        uint256 deadline = _lots[lot].deadline;
        if (_now() < deadline) {
            try auction.expire(lot) {
                revert("expired before its time");
            } catch {}
            if (!_oneIn(3)) return;
            vm.warp(deadline);
        }
        _expire(lot);
        _note("expire", true);
    }

    /// @dev Some of the tables that are due, with some that were supplied before.
    function prepare(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Preparing);
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        uint256 from = _draw(note.prepared + 1);
        _prepare(lot, from, note.prepared + 1 + _draw(note.counts[note.kind] - note.prepared));
        _note("prepare", true);
    }

    function stateOffer(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Stating);
        if (lot == 0) return;
        _stateOffer(lot);
        _note("stateOffer", true);
    }

    /// @dev A table that is not the registered one, another price, or an answer by who is not asked.
    function lie(uint256 seed) external seeded(seed) {
        uint256 which = _draw(3);
        bool done;
        if (which == 0) {
            uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Stating);
            if (lot == 0) return;
            bytes memory table = abi.encodePacked(_seats[lot][_lots[lot].asked].table, uint64(1));
            (done,) = address(auction).call(abi.encodeCall(auction.stateOffer, (lot, table)));
        } else if (which == 1) {
            uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Offered);
            if (lot == 0) return;
            uint256 amountWei = (_lots[lot].price + 1) * UNIT;
            vm.prank(_lots[lot].asked);
            (done,) = address(auction).call{value: amountWei}(abi.encodeCall(auction.buy, (lot)));
        } else {
            uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Asking);
            address me = people[_draw(PEOPLE)];
            if (lot == 0 || me == _lots[lot].asked) return;
            vm.prank(me);
            (done,) = address(auction).call(abi.encodeCall(auction.exit, (lot)));
        }
        require(!done, "a lie was taken");
        _note("lie", true);
    }

    function buy(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(ISignalClockAuction.ClockPhase.Offered);
        if (lot == 0 || _now() >= _lots[lot].deadline) return;
        LotNote storage note = _lots[lot];
        if (!_purchase(lot, note.asked, note.price)) return;
        note.phase = ISignalClockAuction.ClockPhase.Settled;
        Seat storage seat = _seats[lot][note.asked];
        if (note.signal > seat.clock) seat.clock = note.signal;
    }

    // VIEWS

    /// @notice Where a lot must stand.
    function phaseOf(uint256 lot) public view returns (ISignalClockAuction.ClockPhase) {
        LotNote storage note = _lots[lot];
        ISignalClockAuction.ClockPhase stored = note.phase;
        uint256 time = _now();
        if (stored == ISignalClockAuction.ClockPhase.Joining) {
            if (time < note.terms.endOfJoining) return stored;
            if (note.counts[0] + note.counts[1] == 0) return ISignalClockAuction.ClockPhase.Void;
            if (time < note.terms.endOfRegistering) return ISignalClockAuction.ClockPhase.Registering;
            bool waits = time < note.terms.endOfRegistering + WINDOW;
            return waits ? ISignalClockAuction.ClockPhase.Draw : ISignalClockAuction.ClockPhase.Void;
        }
        bool isTimed = stored == ISignalClockAuction.ClockPhase.Learning || stored == ISignalClockAuction.ClockPhase.Preparing
            || stored == ISignalClockAuction.ClockPhase.Stating;
        if (!isTimed || time < note.deadline) return stored;
        bool learned = stored == ISignalClockAuction.ClockPhase.Learning && time < note.deadline + WINDOW;
        return learned ? ISignalClockAuction.ClockPhase.Preparing : ISignalClockAuction.ClockPhase.Void;
    }

    function digestOf(uint256 lot) public view override returns (bytes32 digest) {
        digest = keccak256(abi.encode(auction.lotOf(lot)));
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (!_stakes[lot][people[i]].joined) continue;
            (uint256 kind, uint256 place, ISignalClockAuction.Bidder memory bidder) = auction.bidderOf(lot, people[i]);
            digest = keccak256(abi.encode(digest, kind, place, bidder));
        }
    }

    // STEPS

    function _join(uint256 lot, address me) private {
        if (_stakes[lot][me].joined) return;
        Seat storage seat = _seats[lot][me];
        LotNote storage note = _lots[lot];
        seat.kind = _draw(note.terms.types);
        seat.place = note.counts[seat.kind]++;
        _enter(lot, me, seat.kind);
    }

    function _register(uint256 lot, address me) private {
        Seat storage seat = _seats[lot][me];
        if (!_stakes[lot][me].joined || seat.table.length != 0) return;
        seat.table = _table(lot);
        vm.prank(me);
        auction.register(lot, seat.table);
        _seal(lot);
        _note("register", true);
    }

    /// @dev Some table that falls nowhere.
    function _table(uint256 lot) private returns (bytes memory table) {
        LotNote storage note = _lots[lot];
        (uint256 rows, uint256 columns) = (_side(note, 0), note.terms.types == 2 ? _side(note, 1) : 1);
        (uint256 base, uint256 a, uint256 b) = (_draw(5), _draw(6), _draw(4));
        (uint256 leap, uint256 at_) = (_draw(30), _draw(rows));
        table = new bytes(8 * rows * columns);
        for (uint256 i = 0; i < rows; ++i) {
            for (uint256 j = 0; j < columns; ++j) {
                uint256 value = base + a * i + b * j + (i >= at_ ? leap : 0);
                uint256 place = 8 * (i * columns + j);
                assembly ("memory-safe") {
                    mstore8(add(add(table, 39), place), value) // below 256
                }
            }
        }
    }

    function _side(LotNote storage note, uint256 kind) private view returns (uint256) {
        return note.counts[kind] * (note.terms.signals - 1) + 1;
    }

    function _beginLot(uint256 lot) private {
        LotNote storage note = _lots[lot];
        vm.prank(STRANGER);
        auction.begin(lot);
        (uint256 first, uint256 second) = (note.counts[0], note.counts[1]);
        uint256 choices = first != 0 && second != 0 ? 2 : 1;
        note.kind = choices == 2 ? wordOf[lot] % 2 : first != 0 ? 0 : 1;
        note.residue = wordOf[lot] / choices % (note.terms.signals - 1);
        note.phase = ISignalClockAuction.ClockPhase.Learning;
        note.deadline = _now() + note.terms.answerSeconds;
        if (choices == 1) _endLearning(note, _now());
        _seal(lot);
    }

    function _endLearning(LotNote storage note, uint256 since) private {
        (note.phase, note.deadline) = (ISignalClockAuction.ClockPhase.Preparing, since + WINDOW);
    }

    /// @dev Somebody's signal is known.
    function _learned(uint256 lot) private {
        LotNote storage note = _lots[lot];
        if (note.phase == ISignalClockAuction.ClockPhase.Offered) {
            note.phase = ISignalClockAuction.ClockPhase.Unsold;
        } else if (note.phase == ISignalClockAuction.ClockPhase.Asking) {
            _follow(lot);
        } else {
            for (uint256 i = 0; i < PEOPLE; ++i) {
                if (_isAwaited(lot, people[i])) return;
            }
            _endLearning(note, _now());
        }
    }

    /// @dev Outside the drawn type, and not known yet.
    function _isAwaited(uint256 lot, address me) private view returns (bool) {
        Seat storage seat = _seats[lot][me];
        LotNote storage note = _lots[lot];
        return _stakes[lot][me].joined && seat.kind != note.kind && !seat.left && seat.clock != note.terms.signals - 1;
    }

    function _expire(uint256 lot) private {
        Seat storage seat = _seats[lot][_lots[lot].asked];
        vm.prank(STRANGER);
        auction.expire(lot);
        (seat.left, seat.silent) = (true, true);
        _learned(lot);
        _seal(lot);
    }

    function _prepare(uint256 lot, uint256 from, uint256 end) private {
        LotNote storage note = _lots[lot];
        bytes[] memory tables = new bytes[](end - from);
        for (uint256 i = from; i < end; ++i) {
            tables[i - from] = _seats[lot][_at(lot, i)].table;
        }
        vm.prank(STRANGER);
        auction.prepare(lot, from, tables);
        if (note.phase == ISignalClockAuction.ClockPhase.Learning) _endLearning(note, note.deadline);
        note.prepared = end;
        if (end == note.counts[note.kind]) _follow(lot);
        _seal(lot);
    }

    /// @dev Who is asked next, or is the last, is the auction's to say: somebody who was not asked before. Nobody is left out.
    function _follow(uint256 lot) private {
        LotNote storage note = _lots[lot];
        ISignalClockAuction.Lot memory kept = auction.lotOf(lot);
        uint256 left;
        for (uint256 i = 0; i < note.counts[note.kind]; ++i) {
            if (!_seats[lot][_at(lot, i)].asked) ++left;
        }
        note.phase = kept.phase;
        if (left == 0) return require(kept.phase == ISignalClockAuction.ClockPhase.Unsold, "nobody is left, and not unsold");
        note.asked = _at(lot, kept.clock.asked);
        require(!_seats[lot][note.asked].asked, "asked twice");
        if (kept.phase == ISignalClockAuction.ClockPhase.Asking) {
            (_seats[lot][note.asked].asked, note.deadline) = (true, _now() + note.terms.answerSeconds);
        } else {
            require(kept.phase == ISignalClockAuction.ClockPhase.Stating && left == 1, "the last is not the last");
            note.deadline = _now() + WINDOW;
        }
    }

    function _stateOffer(uint256 lot) private {
        LotNote storage note = _lots[lot];
        vm.prank(STRANGER);
        auction.stateOffer(lot, _seats[lot][note.asked].table);
        ISignalClockAuction.Lot memory kept = auction.lotOf(lot);
        (note.price, note.signal) = (kept.price, kept.signal);
        (note.phase, note.deadline) = (ISignalClockAuction.ClockPhase.Offered, _now() + note.terms.answerSeconds);
        _checkOffer(lot);
        _seal(lot);
    }

    /// @dev The price is what the last bidder takes the item to be worth at a level in reach of its signal where nobody values it more (and
    /// nobody before it as much): at the lowest of these, or, under the revenue rule, at one. The signal is the least that gives it.
    function _checkOffer(uint256 lot) private view {
        LotNote storage note = _lots[lot];
        uint256 step = note.terms.signals - 1;
        uint256 least;
        for (uint256 i = 0; i < note.counts[note.kind]; ++i) {
            if (_at(lot, i) != note.asked) least += _seats[lot][_at(lot, i)].clock;
        }
        bool found;
        for (uint256 total = note.residue; total <= least + step; total += step) {
            if (total < least || !_isOptimal(lot, total)) continue;
            found = found || _valueAt(lot, note.asked, total) == note.price;
            if (note.terms.pricing == ISignalClockAuction.Pricing.Welfare) break;
        }
        require(found, "a price at no level where the last is optimal");
        require(
            note.signal <= step && _valueAt(lot, note.asked, least + note.signal) >= note.price, "a signal too low for the price"
        );
        bool exact = note.signal == 0 || _valueAt(lot, note.asked, least + note.signal - 1) < note.price;
        require(exact, "a signal too high for the price");
    }

    function _isOptimal(uint256 lot, uint256 total) private view returns (bool) {
        LotNote storage note = _lots[lot];
        uint256 mine = _valueAt(lot, note.asked, total);
        uint256 place = _seats[lot][note.asked].place;
        for (uint256 i = 0; i < note.counts[note.kind]; ++i) {
            uint256 value = _valueAt(lot, _at(lot, i), total);
            if (value > mine || (value == mine && i < place)) return false;
        }
        return true;
    }

    /// @dev What the item is worth to a bidder at a total of the drawn type's signals, those of the others being as learned.
    function _valueAt(uint256 lot, address bidder, uint256 total) private view returns (uint256) {
        LotNote storage note = _lots[lot];
        bytes memory table = _seats[lot][bidder].table;
        if (table.length == 0) return 0;
        uint256 others;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            Seat storage seat = _seats[lot][people[i]];
            if (_stakes[lot][people[i]].joined && seat.kind != note.kind) others += seat.clock;
        }
        uint256 columns = note.terms.types == 2 ? _side(note, 1) : 1;
        uint256 place = note.kind == 0 ? total * columns + others : others * columns + total;
        return uint8(table[8 * place + 7]);
    }

    function _at(uint256 lot, uint256 place) private view returns (address) {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            Seat storage seat = _seats[lot][people[i]];
            if (_stakes[lot][people[i]].joined && seat.kind == _lots[lot].kind && seat.place == place) return people[i];
        }
        revert("nobody sits there");
    }

    // WHAT IT HAS OF ITS OWN

    function _house() internal view override returns (IProceeds) {
        return auction;
    }

    function _phaseOf(uint256 lot) internal view override returns (uint256) {
        return uint256(phaseOf(lot));
    }

    function _drawing() internal override returns (uint256) {
        return _lotIn(ISignalClockAuction.ClockPhase.Draw);
    }

    function _endBeforeDraw(uint256 lot) internal view override returns (uint256) {
        return _lots[lot].terms.endOfRegistering;
    }

    function _step(uint256 lot, bool drawing) internal override {
        LotNote storage note = _lots[lot];
        ISignalClockAuction.ClockPhase now_ = phaseOf(lot);
        if (now_ == ISignalClockAuction.ClockPhase.Draw && drawing) {
            if (_bringWord(lot)) _beginLot(lot);
        } else if (now_ == ISignalClockAuction.ClockPhase.Preparing) {
            _prepare(lot, note.prepared, note.counts[note.kind]);
        } else if (now_ == ISignalClockAuction.ClockPhase.Stating) {
            _stateOffer(lot);
        } else if (now_ == ISignalClockAuction.ClockPhase.Asking || now_ == ISignalClockAuction.ClockPhase.Offered) {
            if (_now() >= note.deadline) _expire(lot);
        } else if (_isLeft(lot) && !_goods[lot].returned) {
            _reclaim(lot);
        }
    }

    function _isOver(uint256 lot) internal view override returns (bool) {
        return phaseOf(lot) >= ISignalClockAuction.ClockPhase.Settled;
    }

    function _isSold(uint256 lot) internal view override returns (bool) {
        return _lots[lot].phase == ISignalClockAuction.ClockPhase.Settled;
    }

    function _isAsNoted(uint256 lot, address me) internal view override returns (bool) {
        Seat storage seat = _seats[lot][me];
        (uint256 kind, uint256 place, ISignalClockAuction.Bidder memory bidder) = auction.bidderOf(lot, me);
        bytes32 digest = seat.table.length == 0 ? bytes32(0) : keccak256(seat.table);
        return kind == seat.kind && place == seat.place && bidder.account == me && bidder.clock == seat.clock
            && bidder.left == seat.left && bidder.silent == seat.silent && bidder.paid == _stakes[lot][me].paid
            && bidder.digest == digest;
    }

    /// @dev Whoever let a deadline pass, unless the lot is void.
    function _forfeits(uint256 lot, address me) internal view override returns (bool) {
        Seat storage seat = _seats[lot][me];
        if (phaseOf(lot) == ISignalClockAuction.ClockPhase.Void) return false;
        return seat.table.length == 0 || seat.silent || _isAwaited(lot, me);
    }

    function _pricePaid(uint256 lot, address me) internal view override returns (uint256) {
        return _isSold(lot) && me == _lots[lot].asked ? _lots[lot].price * UNIT : 0;
    }

    // CHOICES

    function _lotIn(ISignalClockAuction.ClockPhase wanted) private returns (uint256) {
        return _lotIn(uint256(wanted));
    }

    /// @dev Somebody whose answer is awaited, in time.
    function _answering() private returns (uint256 lot, address me) {
        uint256 first = _draw(lots * PEOPLE);
        for (uint256 i = 0; i < lots * PEOPLE; ++i) {
            uint256 place = (first + i) % (lots * PEOPLE);
            (lot, me) = (1 + place / PEOPLE, people[place % PEOPLE]);
            LotNote storage note = _lots[lot];
            ISignalClockAuction.ClockPhase now_ = phaseOf(lot);
            if (now_ == ISignalClockAuction.ClockPhase.Learning && _isAwaited(lot, me)) return (lot, me);
            bool asks = now_ == ISignalClockAuction.ClockPhase.Asking || now_ == ISignalClockAuction.ClockPhase.Offered;
            if (asks && me == note.asked && _now() < note.deadline) return (lot, me);
        }
        return (0, address(0));
    }
}

/// @title Signal clocks under random histories
contract Signals is Campaign("Signals") {
    SignalsHandler private _people;
    SignalClockAuction private _auction;

    function setUp() public {
        vm.warp(1_800_000_000);
        _people = new SignalsHandler();
        _auction = _people.auction();
        for (uint256 seed = 1; seed <= 3; ++seed) {
            _people.list(seed);
        }
    }

    function invariant_signals() external view {
        for (uint256 lot = 1; lot <= _people.lots(); ++lot) {
            require(_auction.phase(lot) == _people.phaseOf(lot), "another phase than it must be");
        }
        _people.checkDeposits();
    }

    function _handler() internal view override returns (Handler) {
        return _people;
    }
}
