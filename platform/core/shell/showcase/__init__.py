"""Every component in every state, and a list, record, form and tree page made of them. Not served in production."""
