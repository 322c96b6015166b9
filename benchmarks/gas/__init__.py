"""What each step costs in gas."""
