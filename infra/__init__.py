"""How the product is run, checked and delivered; nothing the product itself imports."""
