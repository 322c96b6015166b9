"""The compiler as Slither calls it, but that it makes no code: `python trees.py COMPILER ARGUMENTS`.

Slither asks for bytecode, which no detector reads and which takes most of the time.
"""

import json
import subprocess
import sys
from typing import Any

NO_CODE = {"object": "", "sourceMap": ""}


def main() -> int:
    """Passes the call on; of standard JSON, without what would be compiled."""
    command = sys.argv[1:]
    if "--standard-json" not in command:
        return subprocess.run(command, check=False).returncode
    request = json.load(sys.stdin)
    request["settings"]["outputSelection"] = {"*": {"": ["ast"], "*": ["abi"]}}
    done = subprocess.run(
        command, input=json.dumps(request), stdout=subprocess.PIPE, text=True, check=False
    )
    output: dict[str, Any] = json.loads(done.stdout)
    for declared in output.get("contracts", {}).values():
        for made in declared.values():
            made["evm"] = {"bytecode": NO_CODE, "deployedBytecode": NO_CODE}
    print(json.dumps(output))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
