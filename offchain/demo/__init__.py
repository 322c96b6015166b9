"""`consort demo`: an auction of each kind, played on a chain, explained as it runs and reported."""
