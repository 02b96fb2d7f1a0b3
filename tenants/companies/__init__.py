"""Companies: who they are, how a host finds them, their licence, how they are made."""
