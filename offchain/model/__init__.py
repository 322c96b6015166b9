"""The reference side: instances, mechanisms, what is checked of them, and the theorems. It knows nothing of a chain."""
