"""A project to compile."""

import shutil
from pathlib import Path

import pytest

from offchain.io.paths import PROJECT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own without contracts, with the compiler and settings of this one."""
    shutil.copy(PROJECT / "brownie-config.yaml", tmp_path)
    for name in ("node_modules", ".solc"):
        (tmp_path / name).symlink_to(PROJECT / name)
    (tmp_path / "contracts").mkdir()
    return tmp_path
