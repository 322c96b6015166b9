// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {DAOTerms, Terms} from "../../contracts/groups/DAOTerms.sol";
import {Estate} from "../../contracts/groups/Estate.sol";
import {IAuctioneer} from "../../contracts/interfaces/IAuctioneer.sol";

/// @notice What an estate asks: its DAO, who knows who is served.
contract Surroundings {
    mapping(address member => bool) public isMember;

    function admit(address member) external {
        isMember[member] = true;
    }

    function isServed(uint256, address member) external view returns (bool) {
        return isMember[member];
    }
}

/// @notice Reads the terms at the end of its own code, as a DAO's proxies do.
contract TermsReader {
    function read() external view returns (Terms) {
        return DAOTerms.ofProxy();
    }
}

/// @title Proxies whose code ends in their terms, and the parts of an estate
contract EstateProof {
    Estate private immutable _template = new Estate();
    TermsReader private immutable _reader = new TermsReader();
    Surroundings private immutable _around = new Surroundings();

    /// @notice An estate reads its DAO and its lot out of its own code as they were put there.
    /// @custom:bound every DAO, every lot
    function check_estate_reads_its_terms(address dao, uint256 lot) external {
        Estate estate =
            Estate(payable(Clones.cloneDeterministicWithImmutableArgs(address(_template), abi.encodePacked(dao, lot), 0)));
        assert(address(estate.dao()) == dao && estate.lot() == lot);
    }

    /// @notice A DAO's proxy reads the terms that a full copy of it has as a word.
    /// @custom:bound all terms
    function check_dao_reads_its_terms(IAuctioneer auctioneer, bool isOpen, uint64 minimumBid) external {
        bytes memory terms = DAOTerms.encode(auctioneer, isOpen, minimumBid);
        TermsReader proxy = TermsReader(Clones.cloneDeterministicWithImmutableArgs(address(_reader), terms, 0));
        assert(Terms.unwrap(proxy.read()) == Terms.unwrap(DAOTerms.pack(auctioneer, isOpen, minimumBid)));
    }

    /// @notice Once the proceeds are here, a claim pays a served member the part, once, and nobody else anything (how large the part is:
    /// proofs/integers).
    /// @custom:bound every member without code, served or not; every part below 2^64 units, at an estate that can pay it twice
    function check_claim_pays_a_part_once(address member, bool isMember, uint64 part) external {
        Estate estate = Estate(
            payable(Clones.cloneDeterministicWithImmutableArgs(
                    address(_template), abi.encodePacked(address(_around), uint256(1)), 0
                ))
        );
        if (member.code.length != 0 || uint160(member) < 1 << 16) return;
        if (isMember) _around.admit(member);
        uint256 held = 2 * uint256(type(uint64).max) * 1 gwei;
        _cheat(abi.encodeWithSignature("deal(address,uint256)", address(estate), held));
        bytes32 collected = bytes32((uint256(1) << 96) | part);
        _cheat(abi.encodeWithSignature("store(address,bytes32,bytes32)", address(estate), bytes32(uint256(1)), collected));
        uint256 before = member.balance;
        uint256 due;
        unchecked {
            due = isMember ? uint256(part) * 1 gwei : 0;
        }
        assert(_claim(estate, member) == (isMember && part != 0));
        assert(address(estate).balance == held - due && member.balance == before + due);
        assert(!_claim(estate, member) && address(estate).balance == held - due);
    }

    function _claim(Estate estate, address member) private returns (bool paid) {
        _cheat(abi.encodeWithSignature("prank(address)", member));
        (paid,) = address(estate).call(abi.encodeCall(Estate.claim, ()));
    }

    /// @dev The cheat codes that Foundry and Halmos have.
    function _cheat(bytes memory call_) private {
        (bool done,) = address(uint160(uint256(keccak256("hevm cheat code")))).call(call_);
        assert(done);
    }
}
