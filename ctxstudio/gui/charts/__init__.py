"""Charts, one class each, fed by plain functions of costs."""
