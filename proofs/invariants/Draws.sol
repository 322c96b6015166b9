// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {DrawProof, Walk} from "../../contracts/approximate/DrawProof.sol";
import {Winners} from "../../contracts/approximate/Odds.sol";
import {Roster} from "../../contracts/approximate/Roster.sol";

/// @title What a draw decides, by the paper's definition and by search
/// @notice Mechanism Design with Approximate Valuations, Definition E.2, with D = N / M. Nothing of the contract's own computation is used: k
/// is searched for among sorted bids, the price among all bids from 0 on.
library Draws {
    uint256 internal constant DRAWS = 1 << 255;
    uint256 private constant SUM_BITS = 88;

    /// @param bids Of all players in order of arrival, in units.
    /// @param over N.
    /// @param under M.
    struct Game {
        uint256[] bids;
        uint256 over;
        uint256 under;
    }

    function game(uint256[] memory entries, uint256 numerator, uint256 denominator) internal pure returns (Game memory self) {
        self.bids = new uint256[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            self.bids[i] = uint64(entries[i] >> 160);
        }
        (self.over, self.under) = (4 * numerator * denominator, (denominator - numerator) ** 2);
    }

    /// @notice The pair k, S for which exactly k bids are above S / (k + D), and these sum up to S.
    function winners(Game memory self) internal pure returns (uint256 k, uint256 sum) {
        uint256 n = self.bids.length;
        uint256[] memory z = _descending(self.bids);
        for (k = 0; k <= n; ++k) {
            uint256 weight = k * self.under + self.over;
            bool above = k == 0 || z[k - 1] * weight > sum * self.under;
            bool below = k == n || z[k] * weight <= sum * self.under;
            if (above && below) return (k, sum);
            sum += z[k];
        }
        revert("no k");
    }

    /// @notice The chance of the player at `place`, in units of 2^-255, rounded down.
    function piece(Game memory self, uint256 place) internal pure returns (uint256) {
        (uint256 k, uint256 sum) = winners(self);
        return _piece(self, k, sum, self.bids[place]);
    }

    /// @notice Whom `draw` sells to, by place, and at what price; to nobody if the place is the number of players.
    function outcome(Game memory self, uint256 draw) internal pure returns (uint256 place, uint256 price) {
        (uint256 k, uint256 sum) = winners(self);
        for (; place < self.bids.length; ++place) {
            uint256 length = _piece(self, k, sum, self.bids[place]);
            if (draw < length) break;
            draw -= length;
        }
        if (place == self.bids.length) return (place, 0);
        while (piece(_with(self, place, price), place) <= draw) ++price;
    }

    /// @notice What proves an outcome.
    function proof(Game memory self, uint256 place, uint256 price) internal pure returns (DrawProof memory proof_) {
        (proof_.place, proof_.price, proof_.all) = (place, uint64(price), _pack(self));
        if (place == self.bids.length) return proof_;
        proof_.atPrice = _pack(_with(self, place, price));
        if (price != 0) proof_.belowPrice = _pack(_with(self, place, price - 1));
    }

    /// @notice Where a walk over the first `met` players has come to, by a right proof.
    function walk(Game memory self, uint256[] memory entries, uint256 met, DrawProof memory proof_)
        internal
        pure
        returns (Walk memory walked)
    {
        uint256 roster;
        for (uint256 i = 0; i < met; ++i) {
            roster = (uint256(keccak256(abi.encode(roster, entries[i]))) >> 24 << 24) | (i + 1);
            if (i < proof_.place) walked.start += piece(self, i);
            if (i == proof_.place) walked.winner = entries[i];
        }
        walked.roster = Roster.wrap(roster);
        uint256 least = proof_.price == 0 ? 0 : proof_.price - 1;
        walked.all = _met(self, met, proof_.all);
        walked.atPrice = _met(_with(self, proof_.place, proof_.price), met, proof_.atPrice);
        walked.belowPrice = _met(_with(self, proof_.place, least), met, proof_.belowPrice);
    }

    /// @dev Of the first `met` bids those that are above what the claimed k and S make the threshold.
    function _met(Game memory self, uint256 met, Winners claimed) private pure returns (Winners) {
        uint256 weight = (Winners.unwrap(claimed) >> SUM_BITS) * self.under + self.over;
        uint256 least = (Winners.unwrap(claimed) & ((1 << SUM_BITS) - 1)) * self.under;
        uint256 count;
        uint256 total;
        for (uint256 i = 0; i < met; ++i) {
            if (self.bids[i] * weight <= least) continue;
            ++count;
            total += self.bids[i];
        }
        return Winners.wrap(count << SUM_BITS | total);
    }

    function _piece(Game memory self, uint256 k, uint256 sum, uint256 bid) private pure returns (uint256) {
        uint256 n = self.bids.length;
        if (sum == 0) return DRAWS / n;
        uint256 weight = k * self.under + self.over;
        if (bid * weight <= sum * self.under) return 0;
        uint256 over = (n * self.under + self.over) * (bid * weight - sum * self.under);
        return Math.mulDiv(over, DRAWS, n * weight * self.over * bid);
    }

    function _pack(Game memory self) private pure returns (Winners) {
        (uint256 k, uint256 sum) = winners(self);
        return Winners.wrap(k << SUM_BITS | sum);
    }

    function _with(Game memory self, uint256 place, uint256 bid) private pure returns (Game memory other) {
        other = Game(new uint256[](self.bids.length), self.over, self.under);
        for (uint256 i = 0; i < self.bids.length; ++i) {
            other.bids[i] = i == place ? bid : self.bids[i];
        }
    }

    function _descending(uint256[] memory bids) private pure returns (uint256[] memory z) {
        z = new uint256[](bids.length);
        for (uint256 i = 0; i < bids.length; ++i) {
            uint256 j = i;
            for (; j != 0 && z[j - 1] < bids[i]; --j) {
                z[j] = z[j - 1];
            }
            z[j] = bids[i];
        }
    }
}
