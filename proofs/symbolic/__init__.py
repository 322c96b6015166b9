"""What is proved of bytecode for all inputs: Halmos runs it on unknown values, and a solver looks for any that break it."""
