"""Reminders: told to a user at a certain time, once, whatever breaks; moved and cancelled with their cause."""
