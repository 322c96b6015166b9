// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Winners} from "../../contracts/approximate/Odds.sol";
import {MOST_PLAYERS, Roster} from "../../contracts/approximate/Roster.sol";
import {DAOTerms, Terms} from "../../contracts/groups/DAOTerms.sol";
import {IAuctioneer} from "../../contracts/interfaces/IAuctioneer.sol";
import {Bid, BidSlot, BidSlots, entry} from "../../contracts/libraries/BidSlot.sol";
import {Goods} from "../../contracts/resilient/Goods.sol";
import {Levels, Places, SignalLevels} from "../../contracts/signals/SignalLevels.sol";
import {ValueTables} from "../../contracts/libraries/ValueTables.sol";
import {Bases, MOST_BASES} from "../../contracts/universal/Bases.sol";

/// @title Words that several values share
/// @notice What is put into a word is what comes out of it, and nothing else of the word moves.
contract WordsProof {
    using Levels for SignalLevels;
    using Places for uint32;

    // A BID

    /// @notice An open bid: bid and deposit come out as they went in, it is not sealed, and empty only if both are 0.
    /// @custom:bound every bid, every deposit
    function check_slot_open(uint64 bid, uint64 deposit) external pure {
        BidSlot slot = BidSlots.open(bid, deposit);
        assert(slot.bid() == bid && slot.deposit() == deposit && !slot.isSealed());
        assert(slot.isEmpty() == (bid == 0 && deposit == 0));
        Bid memory all = slot.unpack();
        assert(all.bid == bid && all.deposit == deposit && all.commitment == 0);
    }

    /// @notice A sealed bid: commitment and deposit come out, and it is sealed; a commitment that could be taken for an open bid is
    /// refused, and no other is.
    /// @custom:bound every commitment, every deposit
    function check_slot_sealed(bytes24 commitment, uint64 deposit) external view {
        bool isMistakable = uint192(commitment) >> 64 == 0;
        try this.seal(commitment, deposit) returns (BidSlot slot) {
            assert(!isMistakable && slot.isSealed() && !slot.isEmpty());
            assert(slot.commitment() == commitment && slot.deposit() == deposit);
            Bid memory all = slot.unpack();
            assert(all.bid == 0 && all.deposit == deposit && all.commitment == commitment);
        } catch {
            assert(isMistakable);
        }
    }

    /// @notice Every word is either sealed, and then what `seal` makes of its parts, or open, and then what `open` makes of them.
    /// @custom:bound every word
    function check_slot_of_any_word(BidSlot slot) external pure {
        BidSlot again =
            slot.isSealed() ? BidSlots.seal(slot.commitment(), slot.deposit()) : BidSlots.open(slot.bid(), slot.deposit());
        assert(BidSlot.unwrap(again) == BidSlot.unwrap(slot));
    }

    // AN ENTRY

    /// @notice Lot, amount and account of an entry come out as they went in.
    /// @custom:bound lots below 2^32, every amount and account
    function check_entry(uint32 lot, uint64 amount, address account) external pure {
        uint256 word = entry(lot, amount, account);
        assert(address(uint160(word)) == account && uint64(word >> 160) == amount && word >> 224 == lot);
    }

    /// @notice Keys of a tally are in the order of (bid, address), and fit 224 bits.
    /// @custom:bound every two bids and accounts
    function check_entry_order(uint64 bid, address member, uint64 other, address neighbour) external pure {
        (uint256 key, uint256 next) = (entry(0, bid, member), entry(0, other, neighbour));
        assert((key < next) == (bid < other || (bid == other && member < neighbour)));
        assert((key == next) == (bid == other && member == neighbour) && key < 1 << 224);
    }

    // THE TERMS OF A DAO

    /// @notice Auctioneer, kind and smallest bid of a DAO come out as they went in, and the word is the bytes of a proxy's code.
    /// @custom:bound all terms
    function check_terms(IAuctioneer auctioneer, bool isOpen, uint64 minimumBid) external pure {
        Terms terms = DAOTerms.pack(auctioneer, isOpen, minimumBid);
        assert(address(terms.auctioneer()) == address(auctioneer) && terms.isOpen() == isOpen && terms.minimumBid() == minimumBid);
        assert(bytes29(DAOTerms.encode(auctioneer, isOpen, minimumBid)) == bytes29(bytes32(Terms.unwrap(terms) << 24)));
        assert(DAOTerms.encode(auctioneer, isOpen, minimumBid).length == 29);
    }

    // WINNERS AND PLAYERS

    /// @notice One more bid among the winners: the count grows by one and the sum by the bid, and neither runs into the other.
    /// @custom:bound fewer than 2^24 - 1 winners, a sum that stays below 2^88
    function check_winners(uint24 count, uint88 sum, uint64 bid) external pure {
        if (count == type(uint24).max || uint256(sum) + bid > type(uint88).max) return;
        uint256 word = Winners.unwrap(Winners.wrap((uint256(count) << 88) | sum).plus(bid));
        assert(word >> 88 == uint256(count) + 1 && uint88(word) == uint256(sum) + bid);
    }

    /// @notice One more player: the number grows by one, the digest is that of the roster before and the entry, cut to 232 bits.
    /// @custom:bound every roster that is not full, every entry
    function check_roster_join(Roster roster, uint256 entry_) external pure {
        if (roster.players() == MOST_PLAYERS) return;
        Roster longer = roster.join(entry_);
        assert(longer.players() == roster.players() + 1);
        assert(Roster.unwrap(longer) >> 24 == uint256(keccak256(abi.encode(roster, entry_))) >> 24);
    }

    /// @notice Several players join as one after the other, as many as there is room for.
    /// @custom:bound every roster, three entries
    function check_roster_join_all(Roster roster, uint256[3] memory entries) external pure {
        uint256[] memory list = new uint256[](3);
        (list[0], list[1], list[2]) = (entries[0], entries[1], entries[2]);
        uint256 room = MOST_PLAYERS - roster.players();
        (Roster longer, uint256 added) = roster.joinAll(list);
        assert(added == (room < 3 ? room : 3));
        Roster expected = roster;
        if (room > 0) expected = expected.join(entries[0]);
        if (room > 1) expected = expected.join(entries[1]);
        if (room > 2) expected = expected.join(entries[2]);
        assert(Roster.unwrap(longer) == Roster.unwrap(expected));
    }

    // GOODS, OFFERS, LEVELS, PLACES, COUNTS

    /// @notice The set of the first `count` goods has exactly the bits below `count`.
    /// @custom:bound 1 to 256 goods, every bit
    function check_goods_all(uint16 count, uint8 index) external pure {
        if (count == 0 || count > 256) return;
        assert((Goods.all(count) >> index) & 1 == (index < count ? 1 : 0));
    }

    /// @notice Who is put at a level is read there, and every other level keeps its own.
    /// @custom:bound every word, 32 levels, 32 places
    function check_levels_put(SignalLevels levels, uint8 level, uint8 other, uint8 place) external pure {
        if (level >= 32 || other >= 32 || place >= 32) return;
        SignalLevels later = levels.put(level, place);
        assert(later.optimalAt(level) == place);
        if (other != level) assert(later.optimalAt(other) == levels.optimalAt(other));
    }

    /// @notice Contenders of an interval are exactly the places that are optimal at some level in it.
    /// @custom:bound every word, intervals of three levels, every place
    function check_levels_contenders(SignalLevels levels, uint8 first, uint8 place) external pure {
        if (first >= 30 || place >= 32) return;
        bool contends = levels.optimalAt(first) == place || levels.optimalAt(uint256(first) + 1) == place
            || levels.optimalAt(uint256(first) + 2) == place;
        assert((levels.contenders(first, uint256(first) + 3) >> place) & 1 == (contends ? 1 : 0));
    }

    /// @notice A set without one of its places has every other, and only those.
    /// @custom:bound every set of 32 places
    function check_places_without(uint32 places, uint8 place, uint8 other) external pure {
        if (place >= 32 || other >= 32 || (places >> place) & 1 == 0) return;
        uint32 rest = places.without(place);
        assert((rest >> other) & 1 == (other == place ? 0 : (places >> other) & 1));
    }

    /// @notice One bidder more of a type: its count grows by one, every other type keeps its own.
    /// @custom:bound every word, 12 types, fewer than 31 bidders of the type
    function check_counts_add(uint64 counts, uint8 kind, uint8 other) external pure {
        if (kind >= 12 || other >= 12 || ValueTables.count(counts, kind) == 31) return;
        uint64 later = ValueTables.add(counts, kind);
        assert(ValueTables.count(later, kind) == ValueTables.count(counts, kind) + 1);
        if (other != kind) assert(ValueTables.count(later, other) == ValueTables.count(counts, other));
    }

    /// @notice The values of a table are read as they were packed.
    /// @custom:bound tables of three values
    function check_table_values(uint64 a, uint64 b, uint64 c) external view {
        bytes memory table = abi.encodePacked(a, b, c);
        assert(this.valueAt(table, 0) == a && this.valueAt(table, 1) == b && this.valueAt(table, 2) == c);
    }

    /// @notice A value takes the place of the highest so far, with whose it is, exactly if it is higher; at the other base likewise.
    /// @custom:bound every two words, tables of two values, every number below 2^16
    function check_highest_at_bases(uint80[2] memory before, uint64 a, uint64 b, uint16 number) external view {
        (uint80 one, uint80 other) = this.considered(before, abi.encodePacked(a, b), number);
        (uint64 value, uint256 whose) = Bases.optimal(one);
        if (a > before[0] >> 16) assert(value == a && whose == number);
        else assert(one == before[0]);
        (value, whose) = Bases.optimal(other);
        if (b > before[1] >> 16) assert(value == b && whose == number);
        else assert(other == before[1]);
    }

    function considered(uint80[2] memory before, bytes calldata table, uint256 number) external pure returns (uint80, uint80) {
        uint80[MOST_BASES] memory best;
        (best[0], best[1]) = (before[0], before[1]);
        uint256[] memory places = new uint256[](2);
        places[1] = 1;
        Bases.consider(best, places, table, number);
        return (best[0], best[1]);
    }

    function seal(bytes24 commitment, uint64 deposit) external pure returns (BidSlot) {
        return BidSlots.seal(commitment, deposit);
    }

    function valueAt(bytes calldata table, uint256 place) external pure returns (uint64) {
        return ValueTables.valueAt(table, place);
    }
}
