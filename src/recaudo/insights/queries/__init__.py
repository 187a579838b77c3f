"""Reading what the faces show: reports, indicators, the statement of one customer."""
