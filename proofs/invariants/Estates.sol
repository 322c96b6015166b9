// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DAO} from "../../contracts/groups/DAO.sol";
import {Estate} from "../../contracts/groups/Estate.sol";
import {vm} from "./Campaign.sol";
import {Members} from "./Members.sol";

/// @title Estates of what DAOs won, and the equal parts of what they are paid
abstract contract Estates is Members {
    /// @notice What a DAO won at a lot, and what its members did with it.
    struct Home {
        DAO dao;
        uint256 lot;
        uint256 resale;
        bool isCollected;
        uint256 part; // units
        uint256 left; // wei
    }

    Estate[] internal _estates;
    mapping(Estate estate => Home) internal _homes;
    mapping(Estate estate => mapping(address member => bool)) private _hadPart;
    /// @dev What sellers, estates among them, have yet to withdraw, and all of it: in wei.
    mapping(address seller => uint256) internal _earned;
    uint256 internal _earnings;

    function deployEstate(uint256 seed) external acts(seed) {
        if (_estates.length == 0) return;
        _deployEstate(_estate());
    }

    function claimPart(uint256 seed) external acts(seed) {
        if (_estates.length == 0) return;
        (Estate estate, address member) = (_sold(), _person());
        if (address(estate).code.length == 0) _deployEstate(estate);
        for (
            uint256 i = 0;
            i < 8 && (_hadPart[estate][member] || !_isServed(_homes[estate].dao, _homes[estate].lot, member));
            ++i
        ) {
            member = _person();
        }
        _claimPart(estate, member, _oneIn(2) ? SINK : member);
    }

    function claimParts(uint256 seed) external acts(seed) {
        if (_estates.length == 0) return;
        if (_oneIn(3)) _claimParts(_sold());
    }

    /// @notice Estates have what their members have yet to get: not a wei more or less. Of recent ones.
    function checkEstates() external view {
        uint256 last = _estates.length;
        for (uint256 i = last > RECENT ? last - RECENT : 0; i < last; ++i) {
            require(address(_estates[i]).balance == _homes[_estates[i]].left, "an estate is not solvent to the wei");
        }
    }

    // SHARED STEPS

    /// @dev A DAO won `lot`.
    function _found(Estate estate, DAO dao, uint256 lot) internal {
        _estates.push(estate);
        (_homes[estate].dao, _homes[estate].lot) = (dao, lot);
    }

    /// @dev Pays every part that there is.
    function _shareAll() internal {
        for (uint256 i = 0; i < _estates.length; ++i) {
            _share(_estates[i]);
        }
    }

    function _inEstates() internal view returns (uint256 sum) {
        for (uint256 i = 0; i < _estates.length; ++i) {
            sum += address(_estates[i]).balance;
        }
    }

    function _share(Estate estate) private {
        if (_earned[address(estate)] == 0 && !_homes[estate].isCollected) return;
        _claimParts(estate);
        for (uint256 i = 0; i < _people.length; ++i) {
            bool has = _isServed(_homes[estate].dao, _homes[estate].lot, _people[i]) && !_hadPart[estate][_people[i]];
            if (has && _homes[estate].part != 0) _claimPart(estate, _people[i], SINK);
        }
        require(_homes[estate].left < _homes[estate].dao.servedOf(_homes[estate].lot) * UNIT, "parts that cannot be had");
    }

    function _deployEstate(Estate estate) internal {
        Home storage home = _homes[estate];
        try home.dao.deployEstate{gas: GAS}(home.lot) returns (address place) {
            _note("deployEstate", true);
            require(place == address(estate), "an estate where the item is not");
        } catch {
            _note("deployEstate", false);
        }
    }

    function _claimPart(Estate estate, address member, address recipient) private {
        Home storage home = _homes[estate];
        uint256 before = recipient.balance;
        bool had = _hadPart[estate][member];
        vm.prank(member);
        (bool done,) = address(estate).call{gas: GAS}(
            member == recipient ? abi.encodeCall(estate.claim, ()) : abi.encodeCall(estate.claimTo, (recipient))
        );
        if (!_note("claimPart", done)) return;
        _collected(estate);
        require(!had && _isServed(home.dao, home.lot, member), "a part that is nobody's");
        require(recipient.balance - before == home.part * UNIT, "not an equal part");
        _hadPart[estate][member] = true;
        home.left -= home.part * UNIT;
    }

    function _claimParts(Estate estate) internal {
        if (address(estate).code.length == 0) _deployEstate(estate);
        Home storage home = _homes[estate];
        address[] memory members = new address[](_people.length + 1);
        uint256[] memory before = new uint256[](_people.length);
        for (uint256 i = 0; i < _people.length; ++i) {
            (members[i], before[i]) = (_people[i], _people[i].balance);
        }
        members[_people.length] = _people[0];
        vm.prank(STRANGER);
        try estate.claimBatch{gas: GAS}(members) {
            _note("claimParts", true);
        } catch {
            _note("claimParts", false);
            return;
        }
        _collected(estate);
        for (uint256 i = 0; i < _people.length; ++i) {
            uint256 received = _people[i].balance - before[i];
            if (received == 0) continue;
            require(!_hadPart[estate][_people[i]] && _isServed(home.dao, home.lot, _people[i]), "a part twice, or nobody's");
            require(received == home.part * UNIT, "not an equal part");
            _hadPart[estate][_people[i]] = true;
            home.left -= received;
        }
    }

    /// @dev What a resale brought lies in the estate from the first payment on.
    function _collected(Estate estate) private {
        Home storage home = _homes[estate];
        if (home.isCollected) return;
        uint256 amountWei = _earned[address(estate)];
        require(amountWei != 0, "parts of nothing");
        (home.isCollected, home.left) = (true, amountWei);
        home.part = amountWei / UNIT / home.dao.servedOf(home.lot);
        _earnings -= amountWei;
        _earned[address(estate)] = 0;
    }

    function _estate() internal returns (Estate) {
        uint256 count = _estates.length;
        return _estates[count - 1 - _draw(count < 4 ? count : 4)];
    }

    /// @dev One whose item was sold again, if there is one.
    function _sold() internal returns (Estate estate) {
        for (uint256 i = 0; i < 6; ++i) {
            estate = _estate();
            if (_earned[address(estate)] != 0 || _homes[estate].left != 0) return estate;
        }
    }

    function _estateActions() internal pure returns (string memory) {
        return "deployEstate,claimPart,claimParts";
    }
}
