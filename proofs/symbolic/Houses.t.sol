// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {HouseLots} from "../../contracts/houses/HouseLots.sol";
import {Paddles} from "../../contracts/houses/Paddles.sol";
import {Questions, Reading} from "../../contracts/houses/Reading.sol";
import {IAuctioneer} from "../../contracts/interfaces/IAuctioneer.sol";
import {IDAOFactory} from "../../contracts/interfaces/IDAOFactory.sol";
import {Schedules} from "../../contracts/libraries/Schedules.sol";

/// @notice Foreign code that answers with so many bytes of two words, or refuses with them.
contract Foreigner {
    uint256 private _one;
    uint256 private _two;
    uint256 private _size;
    bool private _refuses;

    function set(uint256 one, uint256 two, uint256 size, bool refuses) external {
        (_one, _two, _size, _refuses) = (one, two, size, refuses);
    }

    fallback() external {
        (uint256 one, uint256 two, uint256 size) = (_one, _two, _size);
        bool refuses = _refuses;
        assembly {
            mstore(0, one)
            mstore(0x20, two)
            if refuses { revert(0, size) }
            return(0, size)
        }
    }
}

/// @notice Lots of a house, as far as they say what the least bid is.
contract LeastBids is HouseLots {
    constructor() HouseLots(IDAOFactory(address(0)), 0) Paddles(address(0)) {}

    function leastBid(Reading calldata reading) external pure returns (uint256) {
        return _leastBid(reading);
    }

    function pay(uint256, address) external payable {}

    function relist(uint256, uint96, Schedule calldata) external pure returns (uint256) {}

    function market() external view returns (IAuctioneer) {}

    function proceeds(address) external view returns (uint256) {}

    function withdrawProceeds(address) external {}

    function _read(uint256) internal view override returns (Reading memory) {}

    function _itemAt(uint256) internal view override returns (IERC721, uint256) {}
}

/// @title What an adapter makes of a house's word, and the times of lots
contract HousesProof {
    LeastBids private immutable _lots = new LeastBids();
    Foreigner private immutable _foreigner = new Foreigner();

    /// @notice The least bid is at least a unit, and otherwise the machine's own quotient, rounded up to a whole unit, of the least amount
    /// that the house says, without overflow (that it is the least number of units which reaches the amount: proofs/integers).
    /// @custom:bound whatever the house says
    function check_least_bid(Reading memory reading) external view {
        uint256 leastWei = reading.leastWei;
        uint256 quotient;
        assembly {
            quotient := add(div(sub(leastWei, 1), 1000000000), 1)
        }
        try _lots.leastBid(reading) returns (uint256 least) {
            assert(least == (leastWei == 0 ? 1 : quotient));
        } catch {
            assert(false);
        }
    }

    /// @notice A question to foreign code: answered exactly if the call succeeds with the words asked for, at least; the words are then
    /// what was said, and zero if not. It fails only for want of gas.
    /// @custom:bound two words asked for, answers of 0, 32, 63 and 64 bytes of any value, refusals alike
    function check_question(uint256 one, uint256 two, bool refuses) external {
        _ask(one, two, 0, refuses);
        _ask(one, two, 32, refuses);
        _ask(one, two, 63, refuses);
        _ask(one, two, 64, refuses);
    }

    /// @notice The times of a lot are taken exactly if bidding ends later than now, reveal and tally last ten minutes to thirty days each,
    /// and the bond is a tenth of the deposit to all of it.
    /// @custom:bound every schedule, every time
    function check_schedule(IAuctioneer.Schedule memory schedule, uint64 time) external {
        (bool done,) =
            address(uint160(uint256(keccak256("hevm cheat code")))).call(abi.encodeWithSignature("warp(uint256)", uint256(time)));
        assert(done);
        uint256 bidding = schedule.endOfBidding;
        uint256 reveal = schedule.endOfReveal;
        uint256 tally = schedule.endOfTally;
        bool isGood = bidding > time && reveal >= bidding + 600 && reveal <= bidding + 2_592_000;
        isGood = isGood && tally >= reveal + 600 && tally <= reveal + 2_592_000;
        isGood = isGood && schedule.bondBps >= 1_000 && schedule.bondBps <= 10_000;
        try this.check(schedule) {
            assert(isGood);
        } catch {
            assert(!isGood);
        }
    }

    function ask(uint256 words) external view returns (bool, uint256[] memory) {
        return Questions.ask(address(_foreigner), hex"01020304", words);
    }

    function check(IAuctioneer.Schedule calldata schedule) external view {
        Schedules.check(schedule);
    }

    function _ask(uint256 one, uint256 two, uint256 size, bool refuses) private {
        _foreigner.set(one, two, size, refuses);
        try this.ask(2) returns (bool answered, uint256[] memory words) {
            assert(answered == (!refuses && size == 64) && words.length == 2);
            assert(words[0] == (answered ? one : 0) && words[1] == (answered ? two : 0));
        } catch (bytes memory why) {
            assert(bytes4(why) == Questions.NotEnoughGas.selector);
        }
    }
}
