"""Who is told what, and at once: notifications kept in the inbox, and one socket for each open tab."""
