"""Demo data: a company full of believable customers, contacts and follow-ups. Nothing of it is true."""
