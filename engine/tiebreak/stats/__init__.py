"""Statistics without dependencies but numpy; each formula names its source. Import the module you need."""
