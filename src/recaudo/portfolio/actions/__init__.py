"""Writing to the portfolio."""
