"""What can be done: one file per thing. Only here the core awaits, and only ports."""
