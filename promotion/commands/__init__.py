"""The subcommands of `promotion`, one file each."""
