"""Property checks: what a mechanism promises, tested on one instance and its outcome.

One module per mechanism; `offchain.model.kinds` says which kind of instance each is for. `properties` has the searches that any
mechanism can be given to.
"""

from offchain.model.checks.finding import Finding, Verdict

__all__ = ["Finding", "Verdict"]
