// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DrawProof, DrawProofs, Walk} from "../../contracts/approximate/DrawProof.sol";
import {Chances, Field, Odds, Winners} from "../../contracts/approximate/Odds.sol";

/// @title The parts of a draw's proof that have no 512-bit division in them
/// @notice What the chances are, and that nothing in them overflows, is for proofs/integers.
contract DrawsProof {
    using DrawProofs for Walk;

    /// @notice The odds are the machine's own products and quotient of the words' two parts.
    /// @custom:bound every pair of winners; fewer than 2^24 players; D as made of two 32-bit numbers
    function check_odds(uint24 players, uint72 over, uint64 under, uint24 count, uint88 sum) external pure {
        if (over == 0 || over >= 1 << 66) return;
        Odds memory odds = Chances.odds(Field(players, over, under), Winners.wrap((uint256(count) << 88) | sum));
        uint256 slope;
        uint256 rest;
        uint256 threshold;
        unchecked {
            slope = uint256(count) * under + over;
            rest = uint256(sum) * under;
        }
        assembly {
            threshold := div(rest, slope)
        }
        assert(odds.slope == slope && odds.rest == rest && odds.threshold == threshold && odds.players == players);
    }

    /// @notice A proof is taken exactly if the walk has met the winners that it claims, and, where it sells, those of the two other bids;
    /// where it does not, only if the draw is beyond all pieces. The winner is the one at the place.
    /// @custom:bound every walk, proof and draw
    function check_conclude(Walk memory walk, DrawProof memory proof, uint256 draw) external view {
        bool right = Winners.unwrap(proof.all) == Winners.unwrap(walk.all);
        if (walk.winner == 0) {
            right = right && draw >= walk.start;
        } else {
            right = right && Winners.unwrap(proof.atPrice) == Winners.unwrap(walk.atPrice);
            right = right && (proof.price == 0 || Winners.unwrap(proof.belowPrice) == Winners.unwrap(walk.belowPrice));
        }
        try this.conclude(walk, proof, draw) returns (uint256 winner) {
            assert(right && winner == walk.winner);
        } catch {
            assert(!right);
        }
    }

    function conclude(Walk memory walk, DrawProof calldata proof, uint256 draw) external pure returns (uint256) {
        return walk.conclude(proof, draw);
    }
}
