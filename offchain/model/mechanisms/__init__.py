"""Exact reference models of the mechanisms: pure functions of an instance, integers and fractions, no chain.

One module per mechanism; `offchain.model.kinds` says which kind of instance each is for.
"""
