// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRandomness} from "../interfaces/IRandomness.sol";
import {ITimedRandomness} from "../interfaces/ITimedRandomness.sol";
import {DrawTime} from "../libraries/DrawTime.sol";
import {BlockHeader} from "./BlockHeader.sol";

/// @title Random words from the beacon chain
/// @notice A request fixes a block `DELAY` blocks ahead. Once it is there anyone proves its header, and its `prevrandao` makes the word.
/// Nobody chooses when the dice are read: reading `block.prevrandao` "from some block on" would let the caller pick the block.
/// If nobody proves the header while its hash can be read (256 blocks), anyone can hand the draw over to a second source, for good.
/// @dev Everything is open to anyone, no money moves, nothing waits for one person. A proposer can skip its slot just before the block, at
/// the price of its reward: one bit of influence per slot (EIP-4399). Only for chains whose `prevrandao` comes from a beacon that the
/// bidders do not run; where one sequencer makes the blocks, use another source.
contract BeaconRandomness is ITimedRandomness {
    using Math for uint256;

    // TYPES

    /// @notice How a draw stands.
    enum BeaconPhase {
        None, // never asked for
        Waiting, // for its block, then for the proof
        Drawn,
        FellBack // the second source has it
    }

    /// @dev Slot 0: the block whose header decides (64 bits), the phase (8). Slot 1: the word, once drawn.
    struct Draw {
        uint64 blockNumber;
        BeaconPhase phase;
        uint256 word;
    }

    // CONSTANTS

    /// @notice How many blocks after the request its block comes: four epochs of 32 slots, so that the proposers right before it were not
    /// known when the consumer closed its books, and four more blocks, which leave little time to arrange anything once they are known
    /// (EIP-4399, tips for application developers). About 27 minutes on Ethereum.
    uint256 public constant DELAY = 132;
    /// @notice For how many blocks the EVM can read a block's hash.
    uint256 public constant PROOF_WINDOW = 256;
    /// @notice How long a block takes, in seconds.
    uint256 public constant SLOT = 12;

    // IMMUTABLES

    /// @notice Where draws go that nobody proved in time.
    IRandomness public immutable fallbackSource;

    // STORAGE

    /// @dev Slot 0.
    mapping(address consumer => mapping(uint256 id => Draw)) private _draws;

    // EVENTS (beside those of IRandomness)

    /// @notice The header of `blockNumber` will decide.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param blockNumber The block whose header decides.
    event BlockChosen(address indexed consumer, uint256 indexed id, uint256 blockNumber);
    /// @notice The draw went to the second source, which knows it as this contract's draw `fallbackId` and announces its word under that.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param fallbackId The id of the draw at the second source.
    event FellBack(address indexed consumer, uint256 indexed id, uint256 fallbackId);

    // ERRORS (beside those of IRandomness and BlockHeader)

    /// @notice The draw is not `Waiting`.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param phase How the draw stands.
    error NotWaiting(address consumer, uint256 id, BeaconPhase phase);
    /// @notice The hash of `blockNumber` can be read in later blocks only.
    /// @param blockNumber The block whose header decides.
    /// @param current The number of the present block.
    error NotYetProvable(uint256 blockNumber, uint256 current);
    /// @notice The hash of `blockNumber` cannot be read any more.
    /// @param blockNumber The block whose header decides.
    /// @param current The number of the present block.
    error NoLongerProvable(uint256 blockNumber, uint256 current);
    /// @notice `blockNumber` can still be proved, or will be.
    /// @param blockNumber The block whose header decides.
    /// @param current The number of the present block.
    error StillProvable(uint256 blockNumber, uint256 current);
    /// @notice What was sent hashes to `digest`, so it is not the header of `blockNumber`.
    /// @param blockNumber The block whose header decides.
    /// @param digest The hash of what was sent.
    error WrongHeader(uint256 blockNumber, bytes32 digest);

    /// @param fallbackSource_ Where draws go that nobody proved in time.
    constructor(IRandomness fallbackSource_) {
        fallbackSource = fallbackSource_;
    }

    // DRAWING

    /// @inheritdoc IRandomness
    function request(uint256 id) external {
        Draw storage draw = _draws[msg.sender][id];
        if (draw.phase != BeaconPhase.None) revert AlreadyRequested(msg.sender, id);
        uint256 blockNumber = block.number + DELAY;
        // casting is safe: block numbers stay far below 2^64
        (draw.blockNumber, draw.phase) = (uint64(blockNumber), BeaconPhase.Waiting);
        emit WordRequested(msg.sender, id);
        emit BlockChosen(msg.sender, id, blockNumber);
    }

    /// @notice Draws the word of `id` for `consumer` by the header of its block. Anyone may call, in the 256 blocks after it.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @param header The block's header, as RLP, whole.
    function prove(address consumer, uint256 id, bytes calldata header) external {
        Draw storage draw = _requireWaiting(consumer, id);
        uint256 blockNumber = draw.blockNumber;
        if (block.number <= blockNumber) revert NotYetProvable(blockNumber, block.number);
        if (block.number > blockNumber + PROOF_WINDOW) revert NoLongerProvable(blockNumber, block.number);
        bytes32 digest = keccak256(header);
        if (digest != blockhash(blockNumber)) revert WrongHeader(blockNumber, digest);
        // the mix is the same for all draws of a block, their words are not
        uint256 word = uint256(keccak256(abi.encode(block.chainid, this, consumer, id, BlockHeader.beaconMix(header))));
        (draw.phase, draw.word) = (BeaconPhase.Drawn, word);
        emit WordDrawn(consumer, id, word);
    }

    /// @notice Hands a draw that nobody proved in time over to the second source. Anyone may call.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    function fallBack(address consumer, uint256 id) external {
        Draw storage draw = _requireWaiting(consumer, id);
        uint256 blockNumber = draw.blockNumber;
        if (block.number <= blockNumber + PROOF_WINDOW) revert StillProvable(blockNumber, block.number);
        draw.phase = BeaconPhase.FellBack;
        uint256 other = fallbackId(consumer, id);
        emit FellBack(consumer, id, other);
        fallbackSource.request(other);
    }

    // VIEWS

    /// @inheritdoc IRandomness
    function wordOf(address consumer, uint256 id) external view returns (bool drawn, uint256 word) {
        Draw storage draw = _draws[consumer][id];
        if (draw.phase == BeaconPhase.FellBack) return fallbackSource.wordOf(address(this), fallbackId(consumer, id));
        return (draw.phase == BeaconPhase.Drawn, draw.word);
    }

    /// @inheritdoc ITimedRandomness
    /// @dev The way through the second source, with a block in every slot.
    function wordWithin() external view returns (uint256) {
        // saturating: a second source beyond all bounds must not pass for one that does not say
        return DrawTime.longestOf(fallbackSource).saturatingAdd((DELAY + PROOF_WINDOW + 1) * SLOT);
    }

    /// @notice How a draw stands.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @return phase Its phase.
    /// @return blockNumber The block whose header decides; 0 if it was never asked for.
    function drawOf(address consumer, uint256 id) external view returns (BeaconPhase phase, uint256 blockNumber) {
        Draw storage draw = _draws[consumer][id];
        return (draw.phase, draw.blockNumber);
    }

    /// @notice The id under which the second source knows a draw, as this contract's.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @return The other id: a hash, so that those of two consumers do not collide.
    function fallbackId(address consumer, uint256 id) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(consumer, id)));
    }

    // SHARED STEPS

    function _requireWaiting(address consumer, uint256 id) private view returns (Draw storage draw) {
        draw = _draws[consumer][id];
        if (draw.phase != BeaconPhase.Waiting) revert NotWaiting(consumer, id, draw.phase);
    }
}
