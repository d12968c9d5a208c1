"""What one person may ask for: everything that is kept about them."""
