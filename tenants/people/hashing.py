"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the costs that OWASP's ASVS 5.0 names: 19 MiB, two passes, one lane.

    Costs are per sign-in, in memory as well: several at once must fit beside the pages they share a process with.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
