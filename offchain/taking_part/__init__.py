"""What people do at an auction among groups, one step at a time: checked, told, and only then sent.

A `Step` is made of what stands on the chain, and refused with a sentence where it cannot be; `Step.take` sends it.
"""
