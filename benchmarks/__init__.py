"""The budgets of the design, measured. ``make bench`` prints a table: what, median, budget."""
