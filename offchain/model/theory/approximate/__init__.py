"""The claims of "Mechanism Design with Approximate Valuations", each measured.

Source: Chiesa, Micali and Zhu; theorems are numbered as in the paper and on the first slides. d is the
inaccuracy, 0 < d < 1, and r = ((1-d)/(1+d))^2. Bids and prices are integers in units.
"""
