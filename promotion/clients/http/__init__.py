"""Live checks that a team declares: HTTP requests, journeys of several requests, commands. This package does I/O.

`client.HttpClient.ask` makes one declared request, `journey.run_steps` several in order, `command.run_command` starts
any other tool. Each gives a frozen look whose `problems` say what is not as declared, or raises Unknown.
"""
