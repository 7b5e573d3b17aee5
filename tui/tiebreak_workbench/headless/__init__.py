"""Sessions without a person: run, taken up again, scored anew, measured against themselves."""
