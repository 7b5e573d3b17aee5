"""Triage of two runs, offline: compared, searched, decided about, and promoted into tests."""
