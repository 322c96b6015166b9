"""Time locks: a bid and its salt, encrypted so that a beacon's signature of a round opens them, and nothing before it does."""
