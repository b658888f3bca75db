"""What makes the program tangible at once: demo data, and a local mail inbox for development.

`loading.load_demo` fills a database that has no orders; `filling.ensure_demo` does so only where nobody is either;
`sign_in.demo_sign_in` says who can sign in then; `commands.demo` is the command. Each is imported from its module,
because the supervisor wants one of them and must stay small.
"""
