#!/bin/sh
# Resolve pyproject.toml in an empty environment and write requirements.lock: exact versions, no addresses.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$1" -m venv "$scratch/venv"
"$scratch/venv/bin/python" - > "$scratch/wanted.txt" <<'PYTHON'
import tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
extras = project["optional-dependencies"]
extra = [one for name in ("report", "simulation", "keeper", "dev") for one in extras[name] if not one.startswith("consort[")]
print(*project["dependencies"], *extra, "setuptools==80.9.0", sep="\n")
PYTHON
"$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$scratch/wanted.txt"
{
  echo "# Every package at an exact version; written by \`make lock\` from pyproject.toml, not by hand."
  "$scratch/venv/bin/python" -m pip freeze --all --exclude pip
} > "$scratch/requirements.lock"
mv "$scratch/requirements.lock" requirements.lock
