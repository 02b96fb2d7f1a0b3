"""联系人: the people one talks to at a customer."""
