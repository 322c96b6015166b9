// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Reading the beacon's word out of a block header
/// @notice A header is one RLP list of byte strings (Yellow Paper, 4.4 and appendix B). Forks append fields at its end, so the fields up to
/// the nonce are at fixed places, and what follows only has to be well formed.
/// @dev Strict: whatever is not the one canonical encoding of such a list is refused. Bounded: at most `MAX_LENGTH` bytes are walked, field
/// by field.
library BlockHeader {
    /// @notice The least list with a prefix of three bytes; every header is longer, since the bloom filter alone takes 256 bytes.
    uint256 internal constant MIN_LENGTH = 259;
    /// @notice Ethereum's headers take about 600 bytes.
    uint256 internal constant MAX_LENGTH = 1_024;

    /// @notice Chains without a beacon put small constants in place of its mix, which is below this once in 2^192 blocks (EIP-4399).
    uint256 internal constant LEAST_MIX = 1 << 64;

    uint256 private constant DIFFICULTY = 7;
    uint256 private constant MIX_HASH = 13;
    uint256 private constant NONCE = 14;

    /// @dev The prefix of a list whose length takes two bytes.
    uint8 private constant LONG_LIST = 0xf9;
    /// @dev Prefixes from here on: strings up to 55 bytes; from `LONG_STRING` on: one byte of length, then two.
    uint256 private constant SHORT_STRING = 0x80;
    uint256 private constant LONG_STRING = 0xb8;
    uint256 private constant LONGER_STRING = 0xb9;

    /// @notice `length` bytes are too few or too many for a header.
    /// @param length How many bytes were sent.
    error BadHeaderLength(uint256 length);
    /// @notice What starts with `prefix` is no list, or one of another length.
    /// @param prefix The first three bytes.
    error BadListPrefix(bytes3 prefix);
    /// @notice At `position` is a list, or a string longer than any in a header.
    /// @param position Where in the header.
    error NotAString(uint256 position);
    /// @notice The string at `position` has a shorter encoding.
    /// @param position Where in the header.
    error NotCanonical(uint256 position);
    /// @notice The string at `position` ends after the header does.
    /// @param position Where in the header.
    error FieldOverrun(uint256 position);
    /// @notice A header has at least 15 fields.
    /// @param fields How many there are.
    error TooFewFields(uint256 fields);
    /// @notice The mix hash has 32 bytes.
    /// @param width How many bytes it has.
    error BadMixHash(uint256 width);
    /// @notice The block has a difficulty; one that a beacon chain made has none (EIP-3675).
    error NotProofOfStake();
    /// @notice Too small to be the mix of a beacon.
    /// @param mix What stands in place of the mix.
    error NoBeacon(bytes32 mix);

    /// @notice The beacon's latest mix: the field of number 13, where a beacon chain made the block (EIP-4399).
    function beaconMix(bytes calldata header) internal pure returns (bytes32 mix) {
        uint256 length = header.length;
        if (length < MIN_LENGTH || length > MAX_LENGTH) revert BadHeaderLength(length);
        if (uint8(header[0]) != LONG_LIST || uint16(bytes2(header[1:3])) != length - 3) revert BadListPrefix(bytes3(header[:3]));
        uint256 fields;
        for (uint256 position = 3; position < length; ++fields) {
            (uint256 start, uint256 width) = _string(header, position);
            if (fields == DIFFICULTY) {
                if (width != 0) revert NotProofOfStake();
            } else if (fields == MIX_HASH) {
                if (width != 32) revert BadMixHash(width);
                mix = bytes32(header[start:start + 32]);
            }
            position = start + width;
        }
        if (fields <= NONCE) revert TooFewFields(fields);
        if (uint256(mix) < LEAST_MIX) revert NoBeacon(mix);
    }

    /// @dev The string at `position`: where its bytes start, and how many there are, all within the header.
    function _string(bytes calldata header, uint256 position) private pure returns (uint256 start, uint256 width) {
        uint256 prefix = uint8(header[position]);
        if (prefix < SHORT_STRING) return (position, 1);
        if (prefix > LONGER_STRING) revert NotAString(position);
        uint256 least;
        if (prefix < LONG_STRING) {
            (start, width) = (position + 1, prefix - SHORT_STRING);
        } else if (prefix == LONG_STRING) {
            (start, width, least) = (position + 2, _number(header, position, 1), 56);
        } else {
            (start, width, least) = (position + 3, _number(header, position, 2), 256);
        }
        if (start + width > header.length) revert FieldOverrun(position);
        // a byte below 0x80 stands for itself
        if (width < least || (width == 1 && uint8(header[start]) < SHORT_STRING)) revert NotCanonical(position);
    }

    /// @dev The `width` bytes after `position`, as a number.
    function _number(bytes calldata header, uint256 position, uint256 width) private pure returns (uint256) {
        if (position + width >= header.length) revert FieldOverrun(position);
        uint256 high = uint8(header[position + 1]);
        return width == 1 ? high : high << 8 | uint8(header[position + 2]);
    }
}
