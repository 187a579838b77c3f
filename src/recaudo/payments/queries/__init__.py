"""Reading payments and balances."""
