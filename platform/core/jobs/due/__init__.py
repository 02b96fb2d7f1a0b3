"""What is due in all companies, in one table outside of them: the only thing the dispatcher looks at."""
