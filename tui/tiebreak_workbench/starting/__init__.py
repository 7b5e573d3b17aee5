"""What is settled before a session starts: choices, checks beforehand, costs, names."""
