"""Cell editors and painters of the table."""
