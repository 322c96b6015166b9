"""Many auctions at once: random valuations, the mechanisms' exact outcomes, and what they come to."""
