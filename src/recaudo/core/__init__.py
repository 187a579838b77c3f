"""What is arithmetic or rule on one account: no Django, no clock, no network, no database."""
