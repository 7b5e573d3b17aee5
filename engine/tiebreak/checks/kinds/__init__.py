"""The kinds of checks, one a file. A file that holds a subclass of `Check` is found without being listed."""
