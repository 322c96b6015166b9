// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ADDRESS_BITS} from "../libraries/BidSlot.sol";
import {Chances, Field, Odds, Winners} from "./Odds.sol";
import {Roster} from "./Roster.sol";

/// @notice What somebody says a draw decides, and why.
/// @param place The place of the player whom it sells to, in order of arrival, from 0; the number of players if it sells to nobody.
/// @param price That player's critical bid, in units. This and the rest count only if it sells.
/// @param all The bids that have a chance.
/// @param atPrice Those that would have one if the player had bid `price`.
/// @param belowPrice Those that would have one if it had bid a unit less; does not count if the price is 0.
struct DrawProof {
    uint256 place;
    uint64 price;
    Winners all;
    Winners atPrice;
    Winners belowPrice;
}

/// @notice How far a walk over the players has come.
/// @param roster The players met so far.
/// @param start Where the piece of the next one begins, or of the player at the place, once met.
/// @param winner The entry of the player at the place, once met.
/// @param all The bids met so far that have a chance if the proof is right; `atPrice`, `belowPrice` likewise.
struct Walk {
    Roster roster;
    uint256 start;
    uint256 winner;
    Winners all;
    Winners atPrice;
    Winners belowPrice;
}

/// @title The proof of what a draw decides, in any number of steps
/// @notice The players' chances are laid side by side on `[0, 2^255)`, in order of arrival; the draw is a point there. Whose piece it falls
/// into wins, at the least bid that would have made the piece longer than the draw's offset in it; beyond all pieces, nobody does.
///
/// **Why nothing has to be sorted.** One walk in order of arrival counts which bids have a chance, under the proof's own word for how many
/// do and what they sum up to. There is one right word (`Winners`), and a wrong one does not reproduce itself: so every threshold, chance
/// and piece rests on numbers that the walk has confirmed when it ends. The same walk confirms those for the two other bids of the winner.
///
/// **Why the price is right.** A chance never falls when its bid rises (Lemma E.3), so the least bid worth more than the offset is the one
/// that is while a unit less is not.
///
/// **Why rounding down harms nobody.** Pieces are whole multiples of 2^-255, still never fall when the bid rises, and do not overlap. So a
/// player faces posted prices, z with probability `piece(z) - piece(z - 1)`, which no bid of its own changes: for a known value the truth is
/// optimal exactly, in expectation over the draw, the others' bids being fixed.
/// Rounding moves a border by less than 2^-231 (2^24 players, 2^-255 each), and makes an offset longer, never shorter. Where a unit more
/// raises a chance at all, it does by more than 2^-219: f grows by `(n + D) / (n * D * (k + D)) * R / z^2`, R >= 1 being the sum of the
/// others with a chance. So the price is the exact critical bid, or one unit more.
library DrawProofs {
    /// @notice Bids that have a chance (or would at another bid of the winner) are others than was claimed.
    error WrongWinners(Winners claimed, Winners found);
    /// @notice The draw falls elsewhere than into the piece from `start` on; into none if nobody was said to win, whose `length` is 0.
    error DrawElsewhere(uint256 draw, uint256 start, uint256 length);
    /// @notice The least bid that would have won is another one.
    error WrongPrice(uint64 price);

    /// @notice Meets the next players.
    /// @param self Progress before, updated in memory; the caller of this function stores it.
    /// @param proof The same in every step.
    /// @param field The players' number and inaccuracy.
    /// @param draw Below 2^255.
    /// @param entries The next players' entries.
    function advance(Walk memory self, DrawProof calldata proof, Field memory field, uint256 draw, uint256[] calldata entries)
        internal
        pure
    {
        Odds memory all = Chances.odds(field, proof.all);
        Odds memory atPrice = Chances.odds(field, proof.atPrice);
        Odds memory belowPrice = Chances.odds(field, proof.belowPrice);
        unchecked {
            // under a right proof pieces sum up to at most 2^255; under a wrong one sums mean nothing
            for (uint256 i = 0; i < entries.length; ++i) {
                uint256 bid = uint64(entries[i] >> ADDRESS_BITS);
                uint256 place = self.roster.players();
                self.roster = self.roster.join(entries[i]);
                if (bid > all.threshold) self.all = self.all.plus(bid);
                uint256 bidAt = bid;
                uint256 bidBelow = bid;
                if (place < proof.place) {
                    self.start += Chances.pieceOf(all, bid);
                } else if (place == proof.place) {
                    self.winner = entries[i];
                    bidAt = proof.price;
                    bidBelow = bidAt == 0 ? 0 : bidAt - 1;
                    _checkSale(self.start, draw, Chances.pieceOf(all, bid), proof.price, atPrice, belowPrice);
                }
                if (bidAt > atPrice.threshold) self.atPrice = self.atPrice.plus(bidAt);
                if (bidBelow > belowPrice.threshold) self.belowPrice = self.belowPrice.plus(bidBelow);
            }
        }
    }

    /// @notice Confirms the proof once all players were met; reverts if anything in it is wrong.
    /// @return winner The entry of the player to whom the draw sells, 0 if it sells to nobody.
    function conclude(Walk memory self, DrawProof calldata proof, uint256 draw) internal pure returns (uint256 winner) {
        winner = self.winner;
        _checkWinners(proof.all, self.all);
        if (winner == 0) {
            if (draw < self.start) revert DrawElsewhere(draw, self.start, 0);
        } else {
            _checkWinners(proof.atPrice, self.atPrice);
            if (proof.price != 0) _checkWinners(proof.belowPrice, self.belowPrice);
        }
    }

    function _checkSale(uint256 start, uint256 draw, uint256 length, uint64 price, Odds memory atPrice, Odds memory belowPrice)
        private
        pure
    {
        if (draw < start || draw - start >= length) revert DrawElsewhere(draw, start, length);
        uint256 offset = draw - start;
        if (Chances.pieceOf(atPrice, price) <= offset || (price != 0 && Chances.pieceOf(belowPrice, price - 1) > offset)) {
            revert WrongPrice(price);
        }
    }

    function _checkWinners(Winners claimed, Winners found) private pure {
        if (Winners.unwrap(claimed) != Winners.unwrap(found)) revert WrongWinners(claimed, found);
    }
}
