"""What opens over a place and closes with esc."""
