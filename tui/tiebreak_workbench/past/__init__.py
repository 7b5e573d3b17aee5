"""What was recorded before: found by its words, held against another session, followed from version to version."""
