// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The players of a lot in their order of arrival, in one word: digest of the list (232 bits) | number of players (24). The list
/// itself stands in the logs; whoever needs it brings it along, and the word tells whether it is the one. The empty list is 0.
/// @dev Two lists of one digest cost 2^116 work to find.
type Roster is uint256;

using {join, joinAll, players} for Roster global;

/// @dev More cannot be kept. With fewer than 2^24 players all terms of `Odds` fit 256 bits; so many cost some 10^12 gas to bring in.
uint256 constant MOST_PLAYERS = type(uint24).max;

/// @notice Adds a player at the end, by the entry of its bid: lot (32 bits) | bid (64) | player (160).
/// @dev Only below `MOST_PLAYERS`.
function join(Roster roster, uint256 entry_) pure returns (Roster longer) {
    assembly ("memory-safe") {
        // keccak256(abi.encode(roster, entry)), its low 24 bits replaced by the number of players, in memory that is not kept
        mstore(0, roster)
        mstore(0x20, entry_)
        let digest := keccak256(0, 0x40)
        longer := or(and(digest, not(0xffffff)), and(add(roster, 1), 0xffffff))
    }
}

/// @notice Adds as many of `entries` as there is room for, in order.
/// @return longer The roster with them.
/// @return added How many were added.
function joinAll(Roster roster, uint256[] memory entries) pure returns (Roster longer, uint256 added) {
    uint256 room = MOST_PLAYERS - players(roster);
    added = entries.length < room ? entries.length : room;
    longer = roster;
    for (uint256 i = 0; i < added; ++i) {
        longer = join(longer, entries[i]);
    }
}

/// @notice How many players there are.
function players(Roster roster) pure returns (uint256) {
    return Roster.unwrap(roster) & MOST_PLAYERS;
}
