"""The whole product on one machine: its environment, its services and its processes."""
