"""The symbolic proofs alone, or some of them: `python -m proofs.symbolic --only PriceRuleProof`."""

import argparse
import sys

from proofs.symbolic.run import prove


def main() -> int:
    """Runs the proofs that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m proofs.symbolic", description=__doc__)
    parser.add_argument("--only", metavar="CONTRACT", help="the proofs of this contract")
    arguments = parser.parse_args()
    held = prove(lambda proof: arguments.only in (None, proof.contract))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
