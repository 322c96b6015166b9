// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {BidBook} from "../../contracts/base/BidBook.sol";
import {Lot} from "../../contracts/base/Lot.sol";
import {Progress} from "../../contracts/groups/Tally.sol";
import {HouseLot} from "../../contracts/houses/HouseLot.sol";
import {ISignalClockAuction} from "../../contracts/signals/ISignalClockAuction.sol";
import {SignalLevels} from "../../contracts/signals/SignalLevels.sol";
import {MOST_BASES} from "../../contracts/universal/Bases.sol";
import {IUniversalAuction} from "../../contracts/universal/IUniversalAuction.sol";

/// @title Structs as the compiler packs them
/// @notice Each field lies where the NatSpec of its struct says, which is where programs that read storage look for it.
contract LayoutsProof {
    /// @dev What a lot of the universal auction has beside its terms and the highest values at its bases.
    struct UniversalLot {
        address seller;
        uint64 counts;
        uint8 bidders;
        uint8 colour;
        IERC721 token;
        IUniversalAuction.UniversalPhase phase;
        bool returned;
        bool requested;
        uint8 drawn;
        uint8 read;
        uint8 winner;
        uint16 place;
        uint256 tokenId;
        uint64 price;
        uint40 deadline;
    }

    Lot private _lot; // slots 0 to 3
    HouseLot private _houseLot; // 4 to 8
    Progress private _progress; // 9 and 10
    BidBook.Book private _book; // 11
    ISignalClockAuction.Clock private _clock; // 12
    IUniversalAuction.Lot private _universalLot; // 13 to 25
    IUniversalAuction.Bidder private _universalBidder; // 26 to 28

    /// @notice The four slots of a lot.
    /// @custom:bound every lot
    function check_layout_of_lot(Lot memory lot) external {
        _lot = lot;
        assert(_at(0) == uint160(lot.seller) | (uint256(lot.entered) << 160) | (uint256(lot.arrived) << 192));
        assert(_at(1) == uint160(address(lot.token)) | (uint256(lot.price) << 160));
        assert(_at(2) == lot.tokenId);
        assert(_at(3) == uint160(lot.leader) | (uint256(lot.highest) << 160));
    }

    /// @notice The five slots of a lot that is an auction of a house.
    /// @custom:bound every such lot
    function check_layout_of_house_lot(HouseLot memory lot) external {
        _houseLot = lot;
        assert(_at(4) == lot.number && _at(5) == lot.tokenId);
        assert(_at(6) == uint160(address(lot.token)) | (uint256(lot.highestLimit) << 160));
        uint256 times = lot.endOfBidding | (uint256(lot.endOfReveal) << 40) | (uint256(lot.endOfTally) << 80);
        times |= (uint256(lot.bondBps) << 120) | (uint256(lot.deadline) << 136);
        times |= (uint256(lot.entered) << 176) | (uint256(lot.arrived) << 208);
        assert(_at(7) == times | (uint256(lot.isSettled ? 1 : 0) << 240) | (uint256(lot.isDelivered ? 1 : 0) << 248));
        assert(_at(8) == uint160(lot.leader) | (uint256(lot.price) << 160));
    }

    /// @notice The two slots of a tally's progress.
    /// @custom:bound every progress
    function check_layout_of_progress(Progress memory progress) external {
        _progress = progress;
        assert(_at(9) == progress.lastKey | (uint256(progress.counted) << 224) && _at(10) == progress.best);
    }

    /// @notice The slot of a book's head.
    /// @custom:bound every book
    function check_layout_of_book(BidBook.Book memory book) external {
        _book = book;
        uint256 times = book.endOfBidding | (uint256(book.endOfReveal) << 40) | (uint256(book.endOfTally) << 80);
        times |= (uint256(book.bondBps) << 120) | (uint256(book.members) << 136);
        assert(_at(11) == times | (uint256(book.share) << 168) | (uint256(book.state) << 232));
    }

    /// @notice The slot of a signal clock.
    /// @custom:bound every clock
    function check_layout_of_clock(ISignalClockAuction.Clock memory clock) external {
        _clock = clock;
        uint256 word = SignalLevels.unwrap(clock.levels) | (uint256(clock.active) << 160) | (uint256(clock.least) << 192);
        assert(_at(12) == word | (uint256(clock.asked) << 208) | (uint256(clock.deadline) << 216));
    }

    /// @notice The two slots of the terms of a lot of the universal auction, its first.
    /// @custom:bound every terms
    function check_layout_of_universal_terms(IUniversalAuction.Terms memory terms) external {
        _universalLot.terms = terms;
        uint256 word = terms.signals | (uint256(terms.types) << 8) | (uint256(terms.colours) << 16);
        word |= (uint256(terms.endOfJoining) << 24) | (uint256(terms.endOfRegistering) << 64);
        word |= (uint256(terms.endOfRevealing) << 104) | (uint256(terms.answerSeconds) << 144);
        assert(_at(13) == word | (uint256(terms.deposit) << 168));
        assert(_at(14) == uint96(terms.marks));
    }

    /// @notice Its four slots after them.
    /// @custom:bound every such lot
    function check_layout_of_universal_lot(UniversalLot memory lot) external {
        IUniversalAuction.Lot storage stored = _universalLot;
        (stored.seller, stored.counts, stored.bidders, stored.colour) = (lot.seller, lot.counts, lot.bidders, lot.colour);
        (stored.token, stored.phase, stored.returned, stored.requested) = (lot.token, lot.phase, lot.returned, lot.requested);
        (stored.drawn, stored.read, stored.winner, stored.place) = (lot.drawn, lot.read, lot.winner, lot.place);
        (stored.tokenId, stored.price, stored.deadline) = (lot.tokenId, lot.price, lot.deadline);
        uint256 word = uint160(lot.seller) | (uint256(lot.counts) << 160);
        assert(_at(15) == word | (uint256(lot.bidders) << 224) | (uint256(lot.colour) << 232));
        word = uint160(address(lot.token)) | (uint256(lot.phase) << 160) | (uint256(lot.returned ? 1 : 0) << 168);
        word |= (uint256(lot.requested ? 1 : 0) << 176) | (uint256(lot.drawn) << 184) | (uint256(lot.read) << 192);
        assert(_at(16) == word | (uint256(lot.winner) << 200) | (uint256(lot.place) << 208));
        assert(_at(17) == lot.tokenId && _at(18) == lot.price | (uint256(lot.deadline) << 64));
    }

    /// @notice The highest values at its bases lie in its last seven slots: three in each, one in the last.
    /// @custom:bound all values
    function check_layout_of_highest_values(uint240[6] memory threes, uint80 last) external {
        uint80[MOST_BASES] storage best = _universalLot.best;
        for (uint256 i = 0; i < 6; ++i) {
            // truncation intended: one of the three
            (best[3 * i], best[3 * i + 1], best[3 * i + 2]) =
            (uint80(threes[i]), uint80(threes[i] >> 80), uint80(threes[i] >> 160));
        }
        best[18] = last;
        for (uint256 i = 0; i < 6; ++i) {
            assert(_at(19 + i) == threes[i]);
        }
        assert(_at(25) == last);
    }

    /// @notice The three slots of a bidder of the universal auction.
    /// @custom:bound every such bidder
    function check_layout_of_universal_bidder(IUniversalAuction.Bidder memory bidder) external {
        _universalBidder = bidder;
        uint256 word = uint160(bidder.account) | (uint256(bidder.kind) << 160) | (uint256(bidder.signal) << 168);
        word |= (uint256(bidder.revealed ? 1 : 0) << 176) | (uint256(bidder.paid ? 1 : 0) << 184);
        assert(_at(26) == word && _at(27) == uint256(bidder.digest) && _at(28) == uint192(bidder.commitment));
    }

    function _at(uint256 slot) private view returns (uint256 word) {
        assembly {
            word := sload(slot)
        }
    }
}
