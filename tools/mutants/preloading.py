"""Loads the tests once, so that a copy of the process can run them at once."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from hypothesis import HealthCheck, settings

from offchain.io.paths import PROJECT
from tools.mutants.killing import same_examples
from tools.mutants.suites import all_in_process


def preload() -> None:
    """Under the names that pytest gives to the modules, which finds them loaded then."""
    settings.register_profile("patient", deadline=None, suppress_health_check=list(HealthCheck))
    settings.load_profile("patient")
    same_examples()
    sys.path.insert(0, str(PROJECT))
    for path in map(Path, all_in_process()):
        folder = str(PROJECT / path.parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        import_module(path.stem)
