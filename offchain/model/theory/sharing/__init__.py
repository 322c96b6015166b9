"""What members can share beyond an equal split: lotteries, parts of access, longer messages, subgroups.

Beside *When Bidders Are DAOs*, §5, whose open questions these are, and Chen and Zhou (`mechanisms/regrouping.py`).
"""
