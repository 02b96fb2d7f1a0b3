"""客户: customers, how they are sorted, and who follows them."""
