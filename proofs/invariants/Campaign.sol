// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What the campaigns use of Foundry's cheat codes.
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function deal(address account, uint256 amountWei) external;
    function deployCode(string calldata artifact, bytes calldata arguments) external returns (address deployed);
    function etch(address account, bytes calldata code) external;
    function getBlockNumber() external view returns (uint256 number);
    function getBlockTimestamp() external view returns (uint256 time);
    function prank(address sender) external;
    function revertToState(uint256 id) external returns (bool done);
    function roll(uint256 number) external;
    function setBlockhash(uint256 number, bytes32 digest) external;
    function snapshotState() external returns (uint256 id);
    function toString(uint256 value) external pure returns (string memory);
    function warp(uint256 time) external;
    function writeLine(string calldata path, string calldata line) external;
}

/// @notice Functions of a contract, as Foundry asks for them.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev A contract of contracts/, by the very bytecode that is deployed: run.py has put it there.
function deployed(string memory name, bytes memory arguments) returns (address) {
    return vm.deployCode(string.concat("build/proofs/invariants/code/", name, ".json"), arguments);
}

/// @dev Words that commas separate.
function words(string memory text) pure returns (string[] memory found) {
    bytes memory letters = bytes(text);
    uint256 count = 1;
    for (uint256 i = 0; i < letters.length; ++i) {
        if (letters[i] == ",") ++count;
    }
    found = new string[](count);
    uint256 place;
    bytes memory word;
    for (uint256 i = 0; i <= letters.length; ++i) {
        if (i < letters.length && letters[i] != ",") {
            word = abi.encodePacked(word, letters[i]);
            continue;
        }
        found[place++] = string(word);
        word = "";
    }
}

/// @title Random people who act on the contracts, and keep books of their own
/// @notice Each external function is one action. Numbers are drawn from the seed's hash: those that a fuzzer brings gather at edges, and
/// would reach little. An action catches the failure of the call under test alone, and reports what became of it by `_note`.
abstract contract Handler {
    /// @notice How often an action was tried, and how often the call under test succeeded.
    struct Count {
        string action;
        uint256 tried;
        uint256 done;
    }

    Count[] private _counts;
    mapping(bytes32 action => uint256 place) private _placeOf;

    /// @dev State of the draws of one action.
    uint256 private _seed;

    /// @param actions What is counted. Each has to succeed at some time in a campaign, or the campaign shows nothing of it, and fails.
    constructor(string[] memory actions) {
        for (uint256 i = 0; i < actions.length; ++i) {
            _counts.push(Count(actions[i], 0, 0));
            _placeOf[keccak256(bytes(actions[i]))] = i + 1;
        }
    }

    /// @notice Brings all that a run left open to its end, as a stranger can, and checks what must be so then.
    /// @param drawing With words that come, where something is left to chance; else with words that never do.
    function finish(bool drawing) external virtual;

    function counts() external view returns (Count[] memory) {
        return _counts;
    }

    /// @dev Starts the draws of an action.
    modifier seeded(uint256 seed) {
        _begin(seed);
        _;
    }

    function _begin(uint256 seed) internal virtual {
        _seed = uint256(keccak256(abi.encode(seed)));
    }

    /// @dev A number below `bound`.
    function _draw(uint256 bound) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % bound;
    }

    /// @dev Whether the one of `outOf` cases happens.
    function _oneIn(uint256 outOf) internal returns (bool) {
        return _draw(outOf) == 0;
    }

    /// @dev Counts an action that was tried, and whether the call under test succeeded; hands that on.
    function _note(string memory action, bool done) internal returns (bool) {
        uint256 place = _placeOf[keccak256(bytes(action))];
        require(place != 0, string.concat("not announced: ", action));
        Count storage count = _counts[place - 1];
        ++count.tried;
        if (done) ++count.done;
        return done;
    }
}

/// @title What every campaign does beside its invariants
/// @notice At the end of each run it appends to build/proofs/invariants/counts/NAME how often each action succeeded, for run.py to add up.
abstract contract Campaign {
    string private _name;

    constructor(string memory name) {
        _name = name;
    }

    /// @notice What is called at random.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler());
    }

    /// @notice What is not: what only a campaign calls, at its end.
    function excludeSelectors() public view returns (FuzzSelector[] memory excluded) {
        excluded = new FuzzSelector[](1);
        excluded[0] = FuzzSelector(address(_handler()), new bytes4[](1));
        excluded[0].selectors[0] = Handler.finish.selector;
    }

    /// @notice Who calls it, which is all one to a handler: so that a run follows from its seed alone.
    function targetSenders() public view returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(this);
    }

    /// @notice Foundry calls this once a run is over.
    function afterInvariant() public {
        Handler.Count[] memory counts = _handler().counts();
        for (uint256 i = 0; i < counts.length; ++i) {
            Handler.Count memory count = counts[i];
            vm.writeLine(
                string.concat("build/proofs/invariants/counts/", _name),
                string.concat(count.action, "\t", vm.toString(count.tried), "\t", vm.toString(count.done))
            );
        }
        _finish();
    }

    function _handler() internal view virtual returns (Handler);

    /// @dev From the same state twice: with words that come, and with words that never do.
    function _finish() internal virtual {
        uint256 state = vm.snapshotState();
        _handler().finish(true);
        vm.revertToState(state);
        _handler().finish(false);
    }
}
