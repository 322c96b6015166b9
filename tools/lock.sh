#!/bin/sh
# Resolve pyproject.toml in empty environments and write exact versions, no addresses: requirements.lock, requirements-docs.lock for
# `make docs`, requirements-prove.lock for `make prove`, and requirements-mutants.lock for the model's mutants, with what both that and
# requirements.lock have at the same versions: it lies on top.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$1" -m venv "$scratch/main"
"$1" -m venv "$scratch/docs"
"$1" -m venv "$scratch/prove"
"$1" -m venv "$scratch/mutants"
"$scratch/main/bin/python" - "$scratch" <<'PYTHON'
import sys
import tomllib
from pathlib import Path

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
extras = project["optional-dependencies"]
apart = {name: extras.pop(name) for name in ("docs", "prove", "mutants")}
wanted = [one for extra in extras.values() for one in extra if not one.startswith("consort[")]
apart["main"] = [*project["dependencies"], *wanted, "setuptools==80.9.0"]
apart["mutants"] += [f"-c {Path('requirements.lock').resolve()}"]
for name, lines in apart.items():
    Path(sys.argv[1], f"{name}.txt").write_text("\n".join(lines) + "\n")
PYTHON

# lock NAME FILE
lock() {
  "$scratch/$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$scratch/$1.txt"
  {
    echo "# Every package at an exact version; written by \`make lock\` from pyproject.toml, not by hand."
    "$scratch/$1/bin/python" -m pip freeze $3 --exclude pip
  } > "$scratch/$2"
  mv "$scratch/$2" "$2"
}

lock main requirements.lock --all
lock docs requirements-docs.lock ""
lock prove requirements-prove.lock ""
lock mutants requirements-mutants.lock ""
