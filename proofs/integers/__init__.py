"""What is proved of the contracts' arithmetic over unbounded integers, where division makes words too hard for Halmos."""
