"""The documentation site: the repository's pages, the sources they lead to, and what the code says of itself."""
