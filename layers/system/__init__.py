"""How the house itself is fed: what each log received and when, and what was refused."""
