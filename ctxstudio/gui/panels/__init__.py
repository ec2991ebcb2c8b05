"""The docks of the window, one class each."""
