"""Commands: in this process what pages and jobs do elsewhere. Exit status 0 done, 1 failed rows, 2 wrong usage."""
