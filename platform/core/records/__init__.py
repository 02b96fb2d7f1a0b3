"""Records: what every stored row has in common, its log, its files, its option lists."""
