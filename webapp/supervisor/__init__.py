"""Everything that `lapak run` starts, and how it stays together: the embedded key-value server, web, worker, scheduler
and, in development, a mail inbox. A child that dies is started again; when the supervisor goes, by Ctrl-C or by
`kill -9`, all of them go.
"""
