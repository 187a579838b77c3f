"""Reading the portfolio."""
