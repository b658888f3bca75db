"""Changes of all orders that a list shows: their list is frozen and checked, then a job changes those and no others.

`acts` says what is to be done, `freeze` writes the list down, `change` works through it, `take_back` undoes a job.
"""
