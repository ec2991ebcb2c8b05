"""Files: scan, record, fingerprint, atomic save, export and the look-up of what ships with the program."""
