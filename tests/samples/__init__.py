"""Two modules that only tests have: projects, and milestones that hang on them."""
