// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../interfaces/IRandomness.sol";

/// @notice A verifiable random function's coordinator, reduced to what an adapter needs.
interface ICoordinator {
    /// @notice Asks for words; the answer comes through `rawFulfillRandomWords` later.
    function requestRandomWords() external returns (uint256 ticket);
}

/// @title How a verifiable random function plugs in: an example
/// @notice Whoever deploys such an adapter chooses the coordinator and trusts its proofs and its operator to answer. An operator that stays
/// silent holds the draw up, which neither of the other sources allows.
contract VrfRandomness is IRandomness {
    struct Draw {
        bool requested;
        bool drawn;
        uint256 word;
    }

    struct Ticket {
        address consumer;
        uint256 id;
    }

    ICoordinator public immutable coordinator;
    mapping(address consumer => mapping(uint256 id => Draw)) private _draws;
    mapping(uint256 ticket => Ticket) private _tickets;

    error NotCoordinator(address caller);
    error UnknownTicket(uint256 ticket);

    constructor(ICoordinator coordinator_) {
        coordinator = coordinator_;
    }

    function request(uint256 id) external {
        Draw storage draw = _draws[msg.sender][id];
        if (draw.requested) revert AlreadyRequested(msg.sender, id);
        draw.requested = true;
        emit WordRequested(msg.sender, id);
        _tickets[coordinator.requestRandomWords()] = Ticket(msg.sender, id);
    }

    /// @notice The coordinator's answer, which it has verified.
    function rawFulfillRandomWords(uint256 ticket, uint256[] calldata words) external {
        if (msg.sender != address(coordinator)) revert NotCoordinator(msg.sender);
        Ticket memory asked = _tickets[ticket];
        if (asked.consumer == address(0)) revert UnknownTicket(ticket);
        delete _tickets[ticket]; // so that a second answer finds nothing
        Draw storage draw = _draws[asked.consumer][asked.id];
        (draw.drawn, draw.word) = (true, words[0]);
        emit WordDrawn(asked.consumer, asked.id, words[0]);
    }

    function wordOf(address consumer, uint256 id) external view returns (bool drawn, uint256 word) {
        Draw storage draw = _draws[consumer][id];
        return (draw.drawn, draw.word);
    }
}

/// @title A coordinator that answers what it is told to, for tests
contract ToldCoordinator is ICoordinator {
    uint256 public tickets;

    function requestRandomWords() external returns (uint256 ticket) {
        return ++tickets;
    }

    function answer(VrfRandomness adapter, uint256 ticket, uint256 word) external {
        uint256[] memory words = new uint256[](1);
        words[0] = word;
        adapter.rawFulfillRandomWords(ticket, words);
    }
}
