"""The work of each step kind on its page: acts and what the template draws."""
