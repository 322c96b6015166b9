// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ITabledAuction} from "../../contracts/interfaces/ITabledAuction.sol";
import {Crowd} from "./Crowd.sol";
import {vm} from "./Campaign.sol";

/// @title A crowd whose members put down deposits, which come back when a lot is over, or go to its seller
/// @notice Notes of what each of them paid on each lot and got back, and of each lot's item.
abstract contract Deposits is Crowd {
    /// @dev What somebody put down on a lot; and all ether that it paid on it and got back, in wei.
    struct Stake {
        bool joined;
        bool paid;
        uint256 paidIn;
        uint256 paidOut;
    }

    /// @dev What is sold, whether its word was asked for, and all that the auction kept of the lot after the latest call on it, as one word.
    struct Goods {
        address seller;
        uint256 tokenId;
        uint256 depositWei;
        bool returned;
        bool requested;
        bytes32 digest;
    }

    uint256 internal constant MOST_LOTS = 9;
    uint256 internal constant AT_ONCE = 4;
    uint256 internal constant WINDOW = 3 days;

    mapping(uint256 lot => mapping(address bidder => Stake)) internal _stakes;
    mapping(uint256 lot => Goods) internal _goods;

    // ACTIONS

    function pass(uint256 seed) external seeded(seed) {
        _pass(40, 4 days, 30 minutes);
    }

    function requestDraw(uint256 seed) external seeded(seed) {
        uint256 lot = _drawing();
        if (lot == 0 || !_mayRequest(lot)) return;
        _request(lot);
        _note("requestDraw", true);
    }

    /// @dev Of any lot that waits, before it is asked for, too; once.
    function word(uint256 seed) external seeded(seed) {
        uint256 lot = _drawing();
        if (lot == 0 || wordOf[lot] != 0) return;
        _tellWord(address(_house()), lot);
        _note("word", true);
    }

    function claim(uint256 seed) external seeded(seed) {
        (uint256 lot, address me) = _claimable();
        if (lot == 0) return;
        address recipient = _oneIn(2) ? PURSE : _purseOf(me);
        _claim(lot, me, recipient);
        _note(recipient == me ? "claim" : "claimTo", true);
    }

    function claimBatch(uint256 seed) external seeded(seed) {
        uint256 lot = 1 + _draw(lots);
        if (!_isOver(lot)) return;
        if (_claimBatch(lot) != 0) _note("claimBatch", true);
    }

    function reclaim(uint256 seed) external seeded(seed) {
        uint256 first = _draw(lots);
        for (uint256 i = 0; i < lots; ++i) {
            uint256 lot = 1 + (first + i) % lots;
            if (!_isLeft(lot) || _goods[lot].returned) continue;
            _note("reclaim", _reclaim(lot));
            return;
        }
    }

    // THE END

    /// @notice A stranger alone brings everything to its end; `drawing`, with words that come. Whoever refused a payment claims it then.
    function finish(bool drawing) external override {
        _calm();
        for (uint256 turn_ = 0; turn_ < 40; ++turn_) {
            for (uint256 lot = 1; lot <= lots; ++lot) {
                _step(lot, drawing);
            }
            vm.warp(_now() + 7 hours);
        }
        _closeAll();
    }

    // VIEWS

    /// @notice No lot changed but by calls on it, what is not sold nor given back is in escrow, every bidder is as noted, the balance is what
    /// is owed, and all ether is where it may be.
    function checkDeposits() external view {
        address auction_ = address(_house());
        uint256 owed = forced[auction_] + allProceeds();
        for (uint256 lot = 1; lot <= lots; ++lot) {
            Goods storage item = _goods[lot];
            require(item.digest == digestOf(lot), "a call changed another lot");
            if (!_isSold(lot) && !item.returned) require(token.ownerOf(item.tokenId) == auction_, "not in escrow");
            for (uint256 i = 0; i < PEOPLE; ++i) {
                Stake storage stake = _stakes[lot][people[i]];
                if (stake.joined) require(_isAsNoted(lot, people[i]), "a bidder is not as it must be");
                if (stake.joined && !stake.paid) owed += item.depositWei;
            }
        }
        require(auction_.balance == owed, "the balance is not what is owed");
        require(wealth() + auction_.balance == broughtIn, "ether went astray");
    }

    /// @notice All that the auction keeps of a lot, as one word.
    function digestOf(uint256 lot) public view virtual returns (bytes32);

    // STEPS

    /// @dev Notes all that the auction keeps of a lot after a call on it: no call on another may change it.
    function _seal(uint256 lot) internal {
        _goods[lot].digest = digestOf(lot);
    }

    /// @dev One lot more, whose item its seller lets the auction take; none if there are many, or the token would not move.
    function _newLot() internal returns (bool) {
        uint256 open;
        for (uint256 lot = 1; lot <= lots; ++lot) {
            if (!_isOver(lot)) ++open;
        }
        if (lots == MOST_LOTS || open == AT_ONCE || !_isHonest()) return false;
        Goods storage item = _goods[++lots];
        (item.seller, item.tokenId) = (sellers[_draw(2)], lots);
        token.mint(item.seller, item.tokenId);
        vm.prank(item.seller);
        token.approve(address(_house()), item.tokenId);
        return true;
    }

    function _enter(uint256 lot, address me, uint256 kind) internal {
        uint256 depositWei = _goods[lot].depositWei;
        _stakes[lot][me] = Stake(true, false, depositWei, 0);
        vm.prank(me);
        _auction().join{value: depositWei}(lot, uint8(kind));
        _seal(lot);
        _note("join", true);
    }

    function _mayRequest(uint256 lot) private view returns (bool) {
        return !_goods[lot].requested && _isTimely(_endBeforeDraw(lot) + WINDOW);
    }

    function _request(uint256 lot) private {
        vm.prank(STRANGER);
        _auction().requestDraw(lot);
        _goods[lot].requested = true;
        _seal(lot);
    }

    /// @dev Has the word of a lot asked for, and come, where that can be; whether it was asked for.
    function _bringWord(uint256 lot) internal returns (bool) {
        if (_mayRequest(lot)) _request(lot);
        if (wordOf[lot] == 0) _tellWord(address(_house()), lot);
        return _goods[lot].requested;
    }

    /// @dev To whom the item is offered takes it at that price, in units; whether the token let it.
    function _purchase(uint256 lot, address me, uint256 price) internal returns (bool) {
        uint256 due = price * UNIT;
        address recipient = _oneIn(2) ? PURSE : me;
        vm.prank(me);
        try _auction().buyTo{value: due}(lot, recipient) {
            require(token.ownerOf(_goods[lot].tokenId) == recipient, "the item went elsewhere");
            earned[_goods[lot].seller] += due;
            _stakes[lot][me].paidIn += due;
            _seal(lot);
            return _note("buy", true);
        } catch {
            _note("buy", _refuses());
            return false;
        }
    }

    function _claim(uint256 lot, address me, address recipient) private {
        Stake storage stake = _stakes[lot][me];
        uint256 before = recipient.balance;
        _arm(me, address(_auction()), abi.encodeCall(ITabledAuction.claim, (lot)));
        vm.prank(me);
        if (recipient == me) _auction().claim(lot);
        else _auction().claimTo(lot, recipient);
        uint256 got = recipient.balance - before;
        require(got == _goods[lot].depositWei, "paid is not the deposit");
        (stake.paid, stake.paidOut) = (true, got);
        _seal(lot);
    }

    /// @dev Who takes ether is paid; who refuses it keeps the claim; who calls back may need more gas than comes along.
    function _claimBatch(uint256 lot) private returns (uint256 paid) {
        address[] memory bidders = new address[](PEOPLE);
        uint256[] memory before = new uint256[](PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            (bidders[i], before[i]) = (people[i], people[i].balance);
        }
        vm.prank(STRANGER);
        _auction().claimBatch(lot, bidders);
        Goods storage item = _goods[lot];
        for (uint256 i = 0; i < PEOPLE; ++i) {
            Stake storage stake = _stakes[lot][people[i]];
            uint256 got = people[i].balance - before[i];
            bool due = stake.joined && !stake.paid && !_forfeits(lot, people[i]);
            require(got == 0 || (due && got == item.depositWei), "pushed is not what was due");
            require(got != 0 || !due || _mayRefuse(people[i]), "a push to who takes ether did not arrive");
            if (!stake.joined || stake.paid || (due && got == 0)) continue;
            (stake.paid, stake.paidOut, paid) = (true, got, paid + 1);
            if (!due) earned[item.seller] += item.depositWei;
        }
        _seal(lot);
    }

    function _reclaim(uint256 lot) internal returns (bool) {
        Goods storage item = _goods[lot];
        vm.prank(STRANGER);
        try _auction().reclaim(lot) {
            require(token.ownerOf(item.tokenId) == item.seller, "the item did not go back");
            item.returned = true;
            _seal(lot);
            return true;
        } catch {
            return _refuses();
        }
    }

    /// @dev Pays everybody out, once every lot is over.
    function _closeAll() internal {
        for (uint256 lot = 1; lot <= lots; ++lot) {
            require(_isOver(lot), "a lot has no end");
            require(_goods[lot].returned != _isSold(lot), "the item was left behind");
            _claimBatch(lot);
            for (uint256 i = 0; i < PEOPLE; ++i) {
                Stake storage stake = _stakes[lot][people[i]];
                if (!stake.joined) continue;
                if (!stake.paid) _claim(lot, people[i], PURSE);
                uint256 dueWei = _pricePaid(lot, people[i]) + (_forfeits(lot, people[i]) ? _goods[lot].depositWei : 0);
                require(stake.paidIn - stake.paidOut == dueWei, "paid another amount than what was accepted or forfeited");
            }
        }
        for (uint256 i = 0; i < 2; ++i) {
            if (earned[sellers[i]] != 0) _withdrawProceeds(sellers[i]);
        }
        require(address(_house()).balance == forced[address(_house())], "something is left");
    }

    function _claimable() private returns (uint256 lot, address me) {
        uint256 first = _draw(lots * PEOPLE);
        for (uint256 i = 0; i < lots * PEOPLE; ++i) {
            uint256 place = (first + i) % (lots * PEOPLE);
            (lot, me) = (1 + place / PEOPLE, people[place % PEOPLE]);
            Stake storage stake = _stakes[lot][me];
            if (stake.joined && !stake.paid && _isOver(lot) && !_forfeits(lot, me)) return (lot, me);
        }
        return (0, address(0));
    }

    /// @dev One of the lots in that phase; 0 if there is none.
    function _lotIn(uint256 wanted) internal returns (uint256 lot) {
        uint256 first = _draw(lots);
        for (uint256 i = 0; i < lots; ++i) {
            lot = 1 + (first + i) % lots;
            if (_phaseOf(lot) == wanted) return lot;
        }
        return 0;
    }

    function _auction() private view returns (ITabledAuction) {
        return ITabledAuction(address(_house()));
    }

    // WHAT AN AUCTION HAS OF ITS OWN

    /// @dev Where a lot must stand, by the number of the phase.
    function _phaseOf(uint256 lot) internal view virtual returns (uint256);

    /// @dev One of the lots that wait for a word; 0 if there is none.
    function _drawing() internal virtual returns (uint256 lot);

    /// @dev When a lot begins to wait for its word.
    function _endBeforeDraw(uint256 lot) internal view virtual returns (uint256);

    /// @dev What a stranger can do for a lot now.
    function _step(uint256 lot, bool drawing) internal virtual;

    /// @dev Whether nothing can happen any more on a lot but payments.
    function _isOver(uint256 lot) internal view virtual returns (bool);

    function _isSold(uint256 lot) internal view virtual returns (bool);

    /// @dev Over, and not sold.
    function _isLeft(uint256 lot) internal view returns (bool) {
        return _isOver(lot) && !_isSold(lot);
    }

    /// @dev Whether the auction has of a bidder what was noted.
    function _isAsNoted(uint256 lot, address me) internal view virtual returns (bool);

    /// @dev Whether a bidder loses its deposit on a lot that is over.
    function _forfeits(uint256 lot, address me) internal view virtual returns (bool);

    /// @dev What a bidder paid for the item, in wei; 0 if it is another's.
    function _pricePaid(uint256 lot, address me) internal view virtual returns (uint256);
}
