"""跟进记录: what was said to a customer, and what comes next."""
