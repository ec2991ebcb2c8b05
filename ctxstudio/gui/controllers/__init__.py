"""What the window's actions do, a class for each group of them."""
