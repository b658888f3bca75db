"""Ways to tell a person something: today e-mail."""
