// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProceeds} from "../../contracts/interfaces/IProceeds.sol";
import {IUniversalAuction} from "../../contracts/universal/IUniversalAuction.sol";
import {UniversalAuction} from "../../contracts/universal/UniversalAuction.sol";
import {Campaign, Handler, deployed, vm, words} from "./Campaign.sol";
import {Deposits} from "./Deposits.sol";

/// @title What people do at universal auctions, and books of its own about it
/// @notice Six bidders of one to three types, of whom one refuses ether and one calls back when paid; some register no table, seal what cannot
/// be opened, copy a seal, or keep silent. Two sellers, of whom one refuses ether; a token that may refuse to move; a source whose words come,
/// come late, or never.
contract UniversalHandler is Deposits {
    string private constant ACTIONS = "list,pass,join,register,reveal,requestDraw,word,decide,served by places,served by marks,"
        "decided without tables,lie,buy,decline,claim,claimTo,claimBatch,reclaim,withdrawProceeds,force,turn";

    /// @dev A bidder, numbered in the order of joining.
    struct Seat {
        uint256 kind;
        uint256 number;
        bytes table;
        uint256 sealedSignal;
        bytes32 salt;
        bytes24 commitment;
        uint256 signal;
        bool revealed;
    }

    struct LotNote {
        IUniversalAuction.Terms terms;
        IUniversalAuction.UniversalPhase phase;
        uint256 deadline;
        address[] bidders;
        uint256 drawn;
        uint256 read;
        address winner;
        uint256 price;
    }

    UniversalAuction public auction;

    mapping(uint256 lot => LotNote) internal _lots;
    mapping(uint256 lot => mapping(address bidder => Seat)) internal _seats;

    constructor() Handler(words(ACTIONS)) {
        auction = UniversalAuction(deployed("UniversalAuction", abi.encode(source)));
    }

    // ACTIONS

    function list(uint256 seed) external seeded(seed) {
        if (!_newLot()) return;
        LotNote storage note = _lots[lots];
        note.phase = IUniversalAuction.UniversalPhase.Joining;
        note.terms = _terms();
        _goods[lots].depositWei = note.terms.deposit * UNIT;
        vm.prank(_goods[lots].seller);
        require(auction.list(token, _goods[lots].tokenId, note.terms) == lots, "lots are not numbered in order");
        _seal(lots);
        _note("list", true);
    }

    /// @dev Most of them.
    function join(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IUniversalAuction.UniversalPhase.Joining);
        uint256 first = _draw(PEOPLE);
        for (uint256 i = 0; lot != 0 && i < PEOPLE; ++i) {
            if (_draw(3) != 0) _join(lot, people[(first + i) % PEOPLE]);
        }
    }

    /// @dev Some never do.
    function register(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IUniversalAuction.UniversalPhase.Registering);
        for (uint256 i = 0; lot != 0 && i < PEOPLE; ++i) {
            if (_draw(3) != 0) _register(lot, people[i]);
        }
    }

    /// @dev A stranger knows what was sealed, too. Some is never revealed.
    function reveal(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IUniversalAuction.UniversalPhase.Revealing);
        for (uint256 i = 0; lot != 0 && i < PEOPLE; ++i) {
            if (_draw(3) != 0) _reveal(lot, people[i]);
        }
    }

    /// @dev With all that is missing for it, where that can be; some of the tables that are due, with some that were supplied before.
    function decide(uint256 seed) external seeded(seed) {
        bool drawing = _oneIn(2);
        uint256 lot = _lotIn(drawing ? IUniversalAuction.UniversalPhase.Draw : IUniversalAuction.UniversalPhase.Deciding);
        if (lot == 0) return;
        if (drawing && !_bringWord(lot)) return;
        LotNote storage note = _lots[lot];
        uint256 rest = note.bidders.length - note.read;
        _decide(lot, _draw(note.read + 1), note.read + (_oneIn(2) ? rest : _draw(rest + 1)));
        _note("decide", true);
    }

    /// @dev Marks that might serve two, a draw without its word, a table that is not the registered one, an opening that is none, another
    /// price, or the offer of another.
    function lie(uint256 seed) external seeded(seed) {
        uint256 which = _draw(6);
        if (which == 0) return _lieOfMarks();
        uint256 lot = _lotIn(
            which == 1
                ? IUniversalAuction.UniversalPhase.Draw
                : which == 2
                    ? IUniversalAuction.UniversalPhase.Deciding
                    : which == 3 ? IUniversalAuction.UniversalPhase.Revealing : IUniversalAuction.UniversalPhase.Offered
        );
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        if (which == 1 && _goods[lot].requested && wordOf[lot] != 0) return;
        address other = note.bidders[_draw(note.bidders.length)];
        if (which == 5 && other == note.winner) return;
        uint256 valueWei = which == 4 ? (note.price + 1) * UNIT : 0;
        vm.prank(which == 4 ? note.winner : other);
        (bool done,) = address(auction).call{value: valueWei}(_lie(which, lot, other));
        require(!done, "a lie was taken");
        _note("lie", true);
    }

    function _lie(uint256 which, uint256 lot, address other) private view returns (bytes memory) {
        if (which == 1) return abi.encodeCall(auction.decide, (lot, 0, new bytes[](0)));
        if (which == 4) return abi.encodeCall(auction.buy, (lot));
        if (which == 5) return abi.encodeCall(auction.decline, (lot));
        LotNote storage note = _lots[lot];
        if (which == 3) {
            uint8 signal = uint8((_seats[lot][other].sealedSignal + 1) % note.terms.signals);
            return abi.encodeCall(auction.reveal, (lot, other, signal, _seats[lot][other].salt));
        }
        bytes[] memory tables = new bytes[](1);
        tables[0] = abi.encodePacked(_seats[lot][note.bidders[note.read]].table, uint64(1));
        return abi.encodeCall(auction.decide, (lot, note.read, tables));
    }

    function buy(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IUniversalAuction.UniversalPhase.Offered);
        if (lot == 0) return;
        LotNote storage note = _lots[lot];
        require(note.price <= _valueOf(lot, note.winner, _profile(lot)), "offered for more than it is worth");
        if (_purchase(lot, note.winner, note.price)) note.phase = IUniversalAuction.UniversalPhase.Settled;
    }

    function decline(uint256 seed) external seeded(seed) {
        uint256 lot = _lotIn(IUniversalAuction.UniversalPhase.Offered);
        if (lot == 0 || !_oneIn(4)) return;
        vm.prank(_lots[lot].winner);
        auction.decline(lot);
        _lots[lot].phase = IUniversalAuction.UniversalPhase.Unsold;
        _seal(lot);
        _note("decline", true);
    }

    // VIEWS

    /// @notice Where a lot must stand.
    function phaseOf(uint256 lot) public view returns (IUniversalAuction.UniversalPhase stored) {
        LotNote storage note = _lots[lot];
        stored = note.phase;
        uint256 time = _now();
        if (stored == IUniversalAuction.UniversalPhase.Joining) {
            if (time < note.terms.endOfJoining) return stored;
            if (note.bidders.length == 0) return IUniversalAuction.UniversalPhase.Void;
            if (time < note.terms.endOfRegistering) return IUniversalAuction.UniversalPhase.Registering;
            if (time < note.terms.endOfRevealing) return IUniversalAuction.UniversalPhase.Revealing;
            bool waits = time < note.terms.endOfRevealing + WINDOW;
            return waits ? IUniversalAuction.UniversalPhase.Draw : IUniversalAuction.UniversalPhase.Void;
        }
        if (time < note.deadline) return stored;
        if (stored == IUniversalAuction.UniversalPhase.Deciding) return IUniversalAuction.UniversalPhase.Void;
        if (stored == IUniversalAuction.UniversalPhase.Offered) return IUniversalAuction.UniversalPhase.Unsold;
    }

    function digestOf(uint256 lot) public view override returns (bytes32 digest) {
        digest = keccak256(abi.encode(auction.lotOf(lot)));
        for (uint256 i = 0; i < _lots[lot].bidders.length; ++i) {
            (uint256 number, IUniversalAuction.Bidder memory bidder) = auction.bidderOf(lot, _lots[lot].bidders[i]);
            digest = keccak256(abi.encode(digest, number, bidder));
        }
    }

    // STEPS

    function _terms() private returns (IUniversalAuction.Terms memory terms) {
        uint40 end = uint40(_now() + 10 minutes + _draw(2 hours));
        (uint8 signals, uint8 types, uint8 colours, bytes12 marks) = _marks(_draw(7));
        if (_oneIn(4)) (colours, marks) = (0, bytes12(uint96(_draw(2 ** 96))));
        terms = IUniversalAuction.Terms({
            signals: signals,
            types: types,
            colours: colours,
            endOfJoining: end,
            endOfRegistering: uint40(end + 10 minutes + _draw(2 hours)),
            endOfRevealing: 0,
            answerSeconds: uint24(10 minutes + _draw(6 hours)),
            deposit: uint64(1 + _draw(20)),
            marks: marks
        });
        terms.endOfRevealing = uint40(terms.endOfRegistering + 10 minutes + _draw(2 hours));
    }

    /// @dev Sizes of lots, and marks for them: of most, those with the fewest colours.
    function _marks(uint256 which) private pure returns (uint8 signals, uint8 types, uint8 colours, bytes12 marks) {
        if (which == 0) return (2, 1, 2, hex"01");
        if (which == 1) return (2, 2, 3, hex"0102");
        if (which == 2) return (2, 3, 4, hex"010203");
        if (which == 3) return (3, 1, 4, hex"0103");
        if (which == 4) return (3, 1, 5, hex"0103");
        if (which == 5) return (4, 1, 7, hex"010406");
        return (3, 2, 7, hex"01030504");
    }

    /// @dev With the mark of one signal put in place of another's, or beyond the group.
    function _lieOfMarks() private {
        IUniversalAuction.Terms memory terms = _terms();
        (terms.signals, terms.types, terms.colours, terms.marks) = _marks(1 + _draw(6));
        uint256 shift = 88 - 8 * _draw(2);
        uint96 mark = _oneIn(2) ? terms.colours : uint8(terms.marks[shift == 88 ? 1 : 0]);
        terms.marks = bytes12((uint96(terms.marks) & ~(uint96(0xff) << uint96(shift))) | (mark << uint96(shift)));
        vm.prank(sellers[0]);
        try auction.list(token, 1, terms) {
            revert("marks that are none");
        } catch (bytes memory why) {
            require(bytes4(why) == IUniversalAuction.BadMarks.selector, "refused for another reason");
        }
        _note("lie", true);
    }

    function _join(uint256 lot, address me) private {
        if (_stakes[lot][me].joined) return;
        LotNote storage note = _lots[lot];
        Seat storage seat = _seats[lot][me];
        (seat.kind, seat.number) = (_draw(note.terms.types), note.bidders.length);
        note.bidders.push(me);
        _enter(lot, me, seat.kind);
    }

    /// @dev The seal is mostly of a signal; else of one that there is none, or copied from the bidder before.
    function _register(uint256 lot, address me) private {
        Seat storage seat = _seats[lot][me];
        if (!_stakes[lot][me].joined || seat.table.length != 0) return;
        LotNote storage note = _lots[lot];
        (seat.sealedSignal, seat.salt) = (_draw(note.terms.signals), bytes32(_draw(type(uint256).max)));
        if (_oneIn(15)) seat.sealedSignal = note.terms.signals;
        seat.commitment = _sealOf(lot, me, seat.sealedSignal, seat.salt);
        if (seat.number != 0 && _oneIn(15)) {
            Seat storage before = _seats[lot][note.bidders[seat.number - 1]];
            (seat.sealedSignal, seat.salt, seat.commitment) = (before.sealedSignal, before.salt, before.commitment);
        }
        seat.table = _table(lot);
        vm.prank(me);
        auction.register(lot, seat.table, seat.commitment);
        _seal(lot);
        _note("register", true);
    }

    function _reveal(uint256 lot, address me) private {
        Seat storage seat = _seats[lot][me];
        if (seat.table.length == 0 || seat.revealed) return;
        bool good =
            seat.sealedSignal < _lots[lot].terms.signals && seat.commitment == _sealOf(lot, me, seat.sealedSignal, seat.salt);
        vm.prank(_oneIn(2) ? STRANGER : me);
        try auction.reveal(lot, me, uint8(seat.sealedSignal), seat.salt) {
            require(good, "what is no seal was opened");
            (seat.signal, seat.revealed) = (seat.sealedSignal, true);
            _seal(lot);
            _note("reveal", true);
        } catch {
            require(!good, "a seal that does not open");
        }
    }

    /// @dev Tables of the bidders from one to before another.
    function _decide(uint256 lot, uint256 from, uint256 end) private {
        LotNote storage note = _lots[lot];
        bytes[] memory tables = new bytes[](end - from);
        for (uint256 i = from; i < end; ++i) {
            tables[i - from] = _seats[lot][note.bidders[i]].table;
        }
        vm.prank(STRANGER);
        auction.decide(lot, from, tables);
        if (note.phase == IUniversalAuction.UniversalPhase.Joining) {
            (note.phase, note.deadline) = (IUniversalAuction.UniversalPhase.Deciding, _now() + WINDOW);
            note.drawn = wordOf[lot] % _colours(lot);
        }
        if (end > note.read) note.read = end;
        _conclude(lot);
        _seal(lot);
    }

    /// @dev With the last table it is told who is served, by the definition; earlier only that nobody is.
    function _conclude(uint256 lot) private {
        LotNote storage note = _lots[lot];
        (address winner, uint256 price) = _outcome(lot);
        if (note.read < note.bidders.length) {
            if (auction.lotOf(lot).phase == IUniversalAuction.UniversalPhase.Deciding) return;
            require(winner == address(0), "decided before the tables were read");
            note.phase = IUniversalAuction.UniversalPhase.Unsold;
            _note("decided without tables", true);
            return;
        }
        note.phase = winner == address(0) ? IUniversalAuction.UniversalPhase.Unsold : IUniversalAuction.UniversalPhase.Offered;
        if (winner == address(0)) return;
        (note.winner, note.price, note.deadline) = (winner, price, _now() + note.terms.answerSeconds);
        IUniversalAuction.Lot memory kept = auction.lotOf(lot);
        require(kept.winner == _seats[lot][winner].number && kept.price == price, "another winner, or another price");
        require(kept.deadline == note.deadline, "another deadline");
        _note(_isByMarks(lot) ? "served by marks" : "served by places", true);
    }

    // THE DEFINITION

    /// @dev Of all who are served, the one whose base has the colour drawn: there is no second. It pays its value at its base.
    function _outcome(uint256 lot) private view returns (address winner, uint256 price) {
        LotNote storage note = _lots[lot];
        uint256[] memory signals = _profile(lot);
        for (uint256 i = 0; i < signals.length; ++i) {
            uint256 own = signals[i];
            for (signals[i] = 0; signals[i] <= own; ++signals[i]) {
                if (_optimal(lot, signals) != i) continue;
                if (_colourOf(lot, i, signals) == note.drawn) {
                    require(winner == address(0), "two are served of one colour");
                    (winner, price) = (note.bidders[i], _valueOf(lot, note.bidders[i], signals));
                }
                break;
            }
            signals[i] = own;
        }
    }

    /// @dev Everybody's signals, in the order of joining: 0 where none was revealed.
    function _profile(uint256 lot) private view returns (uint256[] memory signals) {
        signals = new uint256[](_lots[lot].bidders.length);
        for (uint256 i = 0; i < signals.length; ++i) {
            signals[i] = _seats[lot][_lots[lot].bidders[i]].signal;
        }
    }

    /// @dev The first of those who value the item most.
    function _optimal(uint256 lot, uint256[] memory signals) private view returns (uint256 best) {
        LotNote storage note = _lots[lot];
        uint256 most;
        for (uint256 i = 0; i < signals.length; ++i) {
            uint256 value = _valueOf(lot, note.bidders[i], signals);
            if (value > most) (most, best) = (value, i);
        }
    }

    function _colours(uint256 lot) private view returns (uint256) {
        return _isByMarks(lot) ? _lots[lot].terms.colours : _lots[lot].bidders.length;
    }

    function _isByMarks(uint256 lot) private view returns (bool) {
        uint256 order = _lots[lot].terms.colours;
        return order != 0 && order < _lots[lot].bidders.length;
    }

    /// @dev The colour of a bidder's base: the sum of all marks, or its place.
    function _colourOf(uint256 lot, uint256 place, uint256[] memory base) private view returns (uint256 colour) {
        LotNote storage note = _lots[lot];
        if (!_isByMarks(lot)) return place;
        for (uint256 i = 0; i < base.length; ++i) {
            uint256 first = _seats[lot][note.bidders[i]].kind * (note.terms.signals - 1);
            if (base[i] != 0) colour += uint8(note.terms.marks[first + base[i] - 1]);
        }
        return colour % note.terms.colours;
    }

    /// @dev What the item is worth to somebody: in its table where on each side it is counted how many of its type have at least its signal.
    function _valueOf(uint256 lot, address me, uint256[] memory signals) private view returns (uint256) {
        bytes memory table = _seats[lot][me].table;
        if (table.length == 0) return 0;
        LotNote storage note = _lots[lot];
        uint256[] memory sizes = _sizes(lot);
        uint256 rungs = note.terms.signals - 1;
        uint256 place;
        for (uint256 side = 0; side < sizes.length; ++side) {
            uint256 count;
            for (uint256 i = 0; i < signals.length; ++i) {
                if (_seats[lot][note.bidders[i]].kind == side / rungs && signals[i] > side % rungs) ++count;
            }
            place = place * sizes[side] + count;
        }
        return uint8(table[8 * place + 7]);
    }

    /// @dev How long the sides of tables are: for each signal from 1 up of each type one more than it has bidders.
    function _sizes(uint256 lot) private view returns (uint256[] memory sizes) {
        LotNote storage note = _lots[lot];
        uint256 rungs = note.terms.signals - 1;
        sizes = new uint256[](note.terms.types * rungs);
        for (uint256 side = 0; side < sizes.length; ++side) {
            sizes[side] = 1;
            for (uint256 i = 0; i < note.bidders.length; ++i) {
                if (_seats[lot][note.bidders[i]].kind == side / rungs) ++sizes[side];
            }
        }
    }

    /// @dev Some table that falls nowhere: a sum over the sides, and a leap where it is large. Below 256.
    function _table(uint256 lot) private returns (bytes memory table) {
        uint256[] memory sizes = _sizes(lot);
        uint256[] memory weights = new uint256[](sizes.length);
        uint256 values = 1;
        for (uint256 side = 0; side < sizes.length; ++side) {
            (weights[side], values) = (_draw(6), values * sizes[side]);
        }
        (uint256 least, uint256 leap, uint256 from) = (_draw(5), _draw(40), _draw(20));
        table = new bytes(8 * values);
        for (uint256 place = 0; place < values; ++place) {
            uint256 value = least;
            uint256 rest = place;
            for (uint256 side = sizes.length; side > 0; --side) {
                value += weights[side - 1] * (rest % sizes[side - 1]);
                rest /= sizes[side - 1];
            }
            table[8 * place + 7] = bytes1(uint8(value >= from ? value + leap : value));
        }
    }

    function _sealOf(uint256 lot, address me, uint256 signal, bytes32 salt) private view returns (bytes24) {
        return bytes24(keccak256(abi.encode(block.chainid, address(auction), lot, me, signal, salt)));
    }

    // WHAT IT HAS OF ITS OWN

    function _house() internal view override returns (IProceeds) {
        return auction;
    }

    function _phaseOf(uint256 lot) internal view override returns (uint256) {
        return uint256(phaseOf(lot));
    }

    function _drawing() internal override returns (uint256) {
        return _lotIn(IUniversalAuction.UniversalPhase.Draw);
    }

    function _endBeforeDraw(uint256 lot) internal view override returns (uint256) {
        return _lots[lot].terms.endOfRevealing;
    }

    function _step(uint256 lot, bool drawing) internal override {
        IUniversalAuction.UniversalPhase now_ = phaseOf(lot);
        if (now_ == IUniversalAuction.UniversalPhase.Draw && drawing) {
            if (_bringWord(lot)) _decide(lot, 0, 0);
        } else if (now_ == IUniversalAuction.UniversalPhase.Deciding) {
            _decide(lot, _lots[lot].read, _lots[lot].bidders.length);
        } else if (_isLeft(lot) && !_goods[lot].returned) {
            _reclaim(lot);
        }
    }

    function _isOver(uint256 lot) internal view override returns (bool) {
        return phaseOf(lot) >= IUniversalAuction.UniversalPhase.Settled;
    }

    function _isSold(uint256 lot) internal view override returns (bool) {
        return _lots[lot].phase == IUniversalAuction.UniversalPhase.Settled;
    }

    function _isAsNoted(uint256 lot, address me) internal view override returns (bool) {
        Seat storage seat = _seats[lot][me];
        (uint256 number, IUniversalAuction.Bidder memory bidder) = auction.bidderOf(lot, me);
        bytes32 digest = seat.table.length == 0 ? bytes32(0) : keccak256(seat.table);
        return number == seat.number && bidder.kind == seat.kind && bidder.account == me && bidder.signal == seat.signal
            && bidder.revealed == seat.revealed && bidder.paid == _stakes[lot][me].paid && bidder.digest == digest
            && bidder.commitment == seat.commitment;
    }

    /// @dev Whoever let a deadline pass, unless the lot is void: of its signal, and so of its table; of an offer.
    function _forfeits(uint256 lot, address me) internal view override returns (bool) {
        if (phaseOf(lot) == IUniversalAuction.UniversalPhase.Void) return false;
        LotNote storage note = _lots[lot];
        return !_seats[lot][me].revealed || (note.phase == IUniversalAuction.UniversalPhase.Offered && me == note.winner);
    }

    function _pricePaid(uint256 lot, address me) internal view override returns (uint256) {
        return _isSold(lot) && me == _lots[lot].winner ? _lots[lot].price * UNIT : 0;
    }

    function _lotIn(IUniversalAuction.UniversalPhase wanted) private returns (uint256) {
        return _lotIn(uint256(wanted));
    }
}

/// @title Universal auctions under random histories
contract Universal is Campaign("Universal") {
    UniversalHandler private _people;
    UniversalAuction private _auction;

    function setUp() public {
        vm.warp(1_800_000_000);
        _people = new UniversalHandler();
        _auction = _people.auction();
        for (uint256 seed = 1; seed <= 3; ++seed) {
            _people.list(seed);
        }
    }

    function invariant_universal() external view {
        for (uint256 lot = 1; lot <= _people.lots(); ++lot) {
            require(_auction.phase(lot) == _people.phaseOf(lot), "another phase than it must be");
        }
        _people.checkDeposits();
    }

    function _handler() internal view override returns (Handler) {
        return _people;
    }
}
